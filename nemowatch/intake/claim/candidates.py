"""Turns what was read of a settled file into the source and jobs that it would become: its members,
its digest, its targets.

Owns how a `Candidate` is made. It is pure.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from nemowatch.fs.hashing import combined
from nemowatch.intake.claim.group import Group
from nemowatch.intake.ready.inspection_result import Inspected
from nemowatch.intake.records import Candidate
from nemowatch.intake.scan.name_order_and_stems import stem_of
from nemowatch.intake.scan.paths import as_text, folder_of, name_of, promised_kind
from nemowatch.journal.sources import NewJob
from nemowatch.model import FolderOrder, MediaKind, Member, MemberRole
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder

#: The member that stands for the prompt.txt of a project; its text is in the jobs.
INSTRUCTIONS = "prompt.txt"
_ROLES = {MediaKind.SCRIPT: MemberRole.SCRIPT, MediaKind.LINK: MemberRole.LIST}


def order_of_link(folder: Folder, drop: Drop, name: str) -> FolderOrder:
    """The order for one link of a list: {file} in a prompt means the linked file, not the list."""
    return plan(folder, replace(drop, name=name))


def instructions_digest(prompt: str) -> str:
    """The digest by which the journal knows instructions."""
    return _digest(prompt)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def candidate(
    group: Group,
    found: list[Inspected],
    order: FolderOrder,
    conflict: bool,
    order_of: Callable[[str], FolderOrder] | None,
    prompt: str = "",
) -> Candidate:
    """`order_of`: the order for a link by its file's name; None when this is no list. `prompt`: of
    the prompt.txt that counts for it."""
    main = found[0]
    name = name_of(main.path)
    stem = as_text(stem_of(name))
    members = tuple(map(_member, found))
    jobs = [NewJob("", stem, target, order.skill) for target in order.targets]
    if order_of is not None:
        clips, jobs = _linked(main.links, stem, order_of)
        members = (*members, *clips)
    digest = combined(one.digest for one in found)
    many = len(main.links) > 1
    return Candidate(
        folder_of(group.main),
        group.main,
        order.task,
        digest,
        members,
        tuple(jobs),
        conflict,
        many,
        tuple(path for _, path in group.subtitles),
        instructions=instructions_digest(prompt),
        tips=order.tips,
    )


def project_candidate(
    project: bytes,
    name: str,
    found: list[Inspected],
    order: FolderOrder,
    texts: str,
    whole: str,
    *,
    approved: bool,
) -> Candidate:
    """A project: its files, and one job for each part of its instructions, all in one session.
    `texts`: the digest of the texts in its folder; `whole`: of these with those above them."""
    files = tuple(map(_member, found))
    jobs = tuple(NewJob("", name, target, order.skill) for target in order.targets)
    ordered = (*files, _instructions(whole))
    contents = "\n".join(f"{member.digest} {member.name}" for member in ordered)
    digest = _digest(contents)
    return Candidate(
        folder_of(project),
        project,
        order.task,
        digest,
        (*files, _instructions(texts)),
        jobs,
        is_project=True,
        approved=approved,
        instructions=texts,
        tips=order.tips,
    )


def _instructions(digest: str) -> Member:
    return Member(MemberRole.SCRIPT, INSTRUCTIONS, kind=MediaKind.SCRIPT, digest=digest)


def _member(one: Inspected) -> Member:
    role = _ROLES.get(one.kind, MemberRole.CLIP)
    name = as_text(name_of(one.path))
    return Member(
        role,
        name,
        one.path,
        kind=one.kind,
        snapshot=one.snapshot,
        digest=one.digest,
    )


def _linked(
    links: tuple[str, ...], stem: str, order_of: Callable[[str], FolderOrder]
) -> tuple[list[Member], list[NewJob]]:
    """The clips and jobs of a list: each link is an item of its own; a single link is named
    after its file."""
    clips: list[Member] = []
    jobs: list[NewJob] = []
    taken: Counter[str] = Counter()
    for number, url in enumerate(links, 1):
        name = _name_of(url, f"{stem} {number}")
        item = ""
        result = stem
        if len(links) > 1:
            item = str(number)
            result = name.rpartition(".")[0] or name

        kind = promised_kind(name.encode()) or MediaKind.VIDEO
        clips.append(
            Member(
                MemberRole.CLIP,
                name,
                url=url,
                item=item,
                kind=kind,
            )
        )

        taken[result] += 1
        if taken[result] > 1:
            result = f"{result} ({taken[result]})"
        order = order_of(name)
        jobs += [NewJob(item, result, target, order.skill) for target in order.targets]
    return clips, jobs


def _name_of(url: str, otherwise: str) -> str:
    """The file's name at the end of a URL, made safe; `otherwise` when there is none."""
    name = unquote(urlsplit(url).path.rpartition("/")[2], errors="replace")
    text = as_text(name.encode("utf-8", "replace"))
    return text.replace("/", "_").strip(". ") or otherwise
