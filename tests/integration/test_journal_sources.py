"""What the journal knows of sources: identity, content that settles again, leaving the inbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nemowatch.errors import JournalError, SourceChanged, UsageError
from nemowatch.jobs.error_policy import decide
from nemowatch.jobs.retries import Circumstances
from nemowatch.journal import jobs, new_jobs, renames, sessions, source_members, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.new_jobs import Instruction
from nemowatch.model import (
    PAID,
    Member,
    MemberRole,
    Snapshot,
    State,
)
from tests.rigs.journal_rows import LOOK, WATCH, claim, clip, do, due, force, job


def test_a_source_comes_back_as_it_was_written(journal: Journal) -> None:
    """Names that are not UTF-8, inode numbers of 64 bits, several members: unchanged."""
    path = b"dub-es/\xff\xfe.mp4"
    script = Member(MemberRole.SCRIPT, "a.txt", b"dub-es/a.txt", snapshot=LOOK, digest="e")
    link = Member(MemberRole.CLIP, "b.mp4", url="https://x/b.mp4", item="2")
    claim(journal, path, members=(clip(path), script, link))
    row = do(journal, lambda conn: sources.find(conn, WATCH, path, "d1"))
    assert (row.path, row.folder, row.settled, row.retired_at) == (path, b"dub-es", True, None)
    found = do(journal, lambda conn: source_members.of_source(conn, row.id))
    assert [(m.role, m.name, m.path, m.url, m.item, m.snapshot) for m in found] == [
        (m.role, m.name, m.path, m.url, m.item, m.snapshot) for m in (clip(path), script, link)
    ]


def test_which_paths_had_a_source_is_one_question(journal: Journal) -> None:
    """Names that are not UTF-8 may have had one: each is asked about by itself."""
    for path in (b"dub-es/a.mp4", "dub-es/日本 'x\".mp4".encode(), b"dub-es/b.mp4"):
        claim(journal, path)
    claim(journal, b"dub-es/a.mp4", digest="d2")
    asked = ["dub-es/日本 'x\".mp4".encode(), b"dub-es/a.mp4", b"dub-es/c.mp4", b"dub-es/\xff.mp4"]
    found = do(journal, lambda conn: renames.paths_seen(conn, WATCH, asked))
    assert found == {*asked} - {b"dub-es/c.mp4"}
    assert do(journal, lambda conn: renames.paths_seen(conn, "another", asked[:3])) == set()


def test_a_job_is_given_only_in_a_session_that_exists(journal: Journal) -> None:
    """The error says so, whatever the database says."""
    order = Instruction("a", "skill", "words", ())
    with pytest.raises(UsageError, match="There is no session 99"):
        do(journal, lambda conn: new_jobs.add_job(conn, 99, order, 1))


def test_an_identity_is_claimed_once(journal: Journal) -> None:
    """The same content at the same place is refused by the database; another content is not."""
    claim(journal)
    with pytest.raises(JournalError, match="UNIQUE"):
        claim(journal)
    claim(journal, digest="d2")
    rows = do(journal, lambda conn: sources.at_path(conn, WATCH, b"dub-es/a.mp4"))
    assert [row.digest for row in rows] == ["d2", "d1"]


def test_unsettled_work_rests_and_goes_on_with_the_new_content(journal: Journal) -> None:
    """Sessions with old content are left; held jobs too begin afresh; `resettle` lets them go
    on."""
    one, two, three = claim(journal, b"dub-es-fr-de/a.mp4", "es", "fr", "de")
    force(journal, one, State.UPLOADED, remote_id="s1")
    force(journal, two, State.HELD, reason="credits", back="uploaded", remote_id="s2")
    source_id = job(journal, one).source_id
    do(journal, lambda conn: sources.unsettle(conn, source_id, 3))
    assert [
        (job(journal, i).state, job(journal, i).back, job(journal, i).session_id)
        for i in (one, two, three)
    ] == [
        (State.CLAIMED, "", ""),
        (State.HELD, "claimed", ""),
        (State.CLAIMED, "", ""),
    ]
    assert due(journal) == []
    new = (clip(b"dub-es-fr-de/a.mp4", cdn_url="old"),)
    do(journal, lambda conn: sources.resettle(conn, source_id, "d9", new, 4))
    assert due(journal) == [one]
    row = do(journal, lambda conn: sources.by_id(conn, source_id))
    assert (row.digest, row.settled) == ("d9", True)
    assert do(journal, lambda conn: source_members.of_source(conn, source_id))[0].cdn_url == ""


def test_a_session_that_was_opened_meanwhile_is_left_with_its_job(journal: Journal) -> None:
    """A call under way may end after its source was unsettled: its job starts over all the same,
    rather than sending the file to a session that is left."""
    (job_id,) = claim(journal)
    at_work = job(journal, job_id)
    do(journal, lambda conn: sources.unsettle(conn, at_work.source_id, 3))
    do(journal, lambda conn: jobs.apply(conn, at_work, State.UPLOADING, 4))
    do(journal, lambda conn: sessions.opened(conn, at_work.session, remote_id="s1"))
    do(journal, lambda conn: sources.resettle(conn, at_work.source_id, "d", (clip(),), 5))
    assert job(journal, job_id).state is State.CLAIMED
    assert job(journal, job_id).session_id == ""
    assert due(journal) == [job_id]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_change_that_is_noticed_late_unsettles_nothing_that_has_settled(
    journal: Journal, is_late: bool
) -> None:
    """A step found the file changed; it settled again before that was written down."""
    (job_id,) = claim(journal)
    at_work = job(journal, job_id)
    seen = tuple(do(journal, lambda c: source_members.of_item(c, at_work.source_id, "")))
    at = Circumstances(base=5, cap=600, attempts=8, roll=0.5, now_ms=6, files=seen)
    decision = decide(at_work, SourceChanged("changed"), at)
    if is_late:
        touched = replace(clip(), snapshot=replace(LOOK, mtime_ns=99))
        do(journal, lambda conn: sources.unsettle(conn, at_work.source_id, 3))
        do(journal, lambda conn: sources.resettle(conn, at_work.source_id, "d1", (touched,), 5))
    for write in decision.writes:
        do(journal, write)
    row = do(journal, lambda conn: sources.by_id(conn, at_work.source_id))
    assert row.settled is is_late
    assert due(journal) == [job_id] * is_late


def test_an_earlier_content_that_comes_back_counts_instead(journal: Journal) -> None:
    """It was done before: the jobs for the later content are cancelled, nothing collides."""
    claim(journal)
    (later,) = claim(journal, digest="d2")
    source_id = job(journal, later).source_id
    do(journal, lambda conn: sources.unsettle(conn, source_id, 3))
    do(journal, lambda conn: sources.resettle(conn, source_id, "d1", (clip(),), 4))
    assert job(journal, later).state is State.CANCELLED
    assert do(journal, lambda conn: sources.by_id(conn, source_id)).retired_at == 4


def test_what_is_paid_does_not_settle_again(journal: Journal) -> None:
    """From the intent on, a change of the file is another source's matter."""
    for number, state in enumerate(sorted(PAID | {State.INSTRUCTING})):
        first, second = claim(journal, b"dub-es-fr/%d.mp4" % number, "es", "fr")
        force(journal, first, state)
        source_id = job(journal, first).source_id
        do(journal, lambda conn, s=source_id: sources.unsettle(conn, s, 3))
        assert do(journal, lambda conn, s=source_id: sources.by_id(conn, s)).settled
        assert second in due(journal)


def test_a_touched_file_keeps_its_address(journal: Journal) -> None:
    """The same content with another inode: members are as they look now, the cloud's address
    stays."""
    (job_id,) = claim(journal)
    source_id = job(journal, job_id).source_id
    member = do(journal, lambda conn: source_members.of_source(conn, source_id))[0]
    do(journal, lambda conn: source_members.set_cdn(conn, member.id, "https://cdn/x"))
    touched = Member(
        MemberRole.CLIP, "a.mp4", b"dub-es/a.mp4", snapshot=Snapshot(10, 9, 9, 8, 3, 77), digest="d"
    )
    do(journal, lambda conn: source_members.refresh(conn, source_id, (touched,)))
    found = do(journal, lambda conn: source_members.of_source(conn, source_id))[0]
    assert found.snapshot is not None
    assert (found.snapshot.ino, found.cdn_url) == (77, "https://cdn/x")


def test_known_files_are_those_in_the_inbox(journal: Journal) -> None:
    """Claimed, kept after being done, but not what went away; of this watch alone."""
    ids = [claim(journal, b"dub-es/%d.mp4" % n)[0] for n in range(4)]
    where = [job(journal, i).source_id for i in ids]
    do(journal, lambda conn: sources.retire(conn, where[1], b"/srv/done/1.mp4", 5))
    do(journal, lambda conn: sources.retire(conn, where[2], b"", 5))
    do(journal, lambda conn: sources.retire(conn, where[3], None, 5))
    known = do(journal, lambda conn: source_members.known_files(conn, WATCH))
    assert sorted(known) == [b"dub-es/0.mp4", b"dub-es/2.mp4"]
    assert known[b"dub-es/0.mp4"].snapshot == LOOK
    assert do(journal, lambda conn: source_members.known_files(conn, "/other")) == {}
    do(journal, lambda conn: sources.unretire(conn, where[1]))
    assert b"dub-es/1.mp4" in do(journal, lambda conn: source_members.known_files(conn, WATCH))


def test_a_source_leaves_when_all_its_jobs_have_ended(journal: Journal) -> None:
    """Not before; in portions; not twice."""
    first, second = claim(journal, b"dub-es-fr/a.mp4", "es", "fr")
    force(journal, first, State.PUBLISHED)
    assert do(journal, lambda conn: sources.to_retire(conn, 0, 9)) == []
    force(journal, second, State.FAILED)
    (row,) = do(journal, lambda conn: sources.to_retire(conn, 0, 9))
    assert do(journal, lambda conn: sources.to_retire(conn, row.id, 9)) == []
    do(journal, lambda conn: sources.retire(conn, row.id, b"/x", 5))
    assert do(journal, lambda conn: sources.to_retire(conn, 0, 9)) == []
