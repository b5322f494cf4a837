"""What edit folders and recipes share: a person's own instructions, and results named after the
folder."""

from __future__ import annotations

from nemowatch.errors import OrderError, shown
from nemowatch.model import FolderOrder, MediaKind, Output, OutputKind, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.kinds.base import TEXT, TaskKind
from nemowatch.tasks.records import Drop, Folder

#: The longest ending made from a folder's name, in characters: a whole file name has 255 bytes.
_LONGEST_ENDING = 60
#: What Windows does not allow in a name; it also drops dots and spaces at the end.
_UNSAFE = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))

_KIND_OF_SUFFIX = {
    "mp4": OutputKind.VIDEO,
    "txt": OutputKind.TEXT,
    "srt": OutputKind.SRT,
    "vtt": OutputKind.VTT,
}
#: Endings of results that need times, which the cloud may not give; the others always exist.
_TIMED = frozenset({"srt", "vtt"})


class OwnInstructions(TaskKind):
    """Makes what the recipe or the folder's prompt.txt says."""

    takes_projects = True

    def takes_with(self, folder: Folder, prompt: str) -> frozenset[MediaKind]:
        if prompts.asks_for_script(prompts.joined(folder.prompt, prompt)):
            return folder.accepts | TEXT
        return folder.accepts

    def plan(self, folder: Folder, drop: Drop) -> FolderOrder:
        text = prompts.joined(folder.prompt, drop.prompt)
        _check_instructions(text, folder, drop)
        message = prompts.message(text, drop, folder.languages)
        target = Target(folder.task, message, _results(folder))
        return FolderOrder(folder.task, folder.skill, (target,))


def _check_instructions(text: str, folder: Folder, drop: Drop) -> None:
    if not text:
        raise OrderError(
            f"The folder {shown(folder.name)} has no instructions: nothing says what to do with"
            f" {shown(drop.name)}.",
            cure=(
                'Put a file prompt.txt that says it into the folder, for example: "Cut this to its'
                ' best 30 seconds."'
            ),
        )
    if prompts.asks_for_script(text) and not drop.script.strip():
        raise OrderError(
            f"The instructions of the folder {shown(folder.name)} need a text, and none came with"
            f" {shown(drop.name)}.",
            cure=(
                "Put a .txt file of the same name beside it, or take {script} out of the"
                " instructions."
            ),
        )


def _results(folder: Folder) -> tuple[Output, ...]:
    """One result for each suffix; subtitles may be missing when there is something else."""
    safe = _safe(folder.name)
    only_timed = set(folder.outputs) <= _TIMED
    results: list[Output] = []
    for suffix in folder.outputs:
        required = only_timed or suffix not in _TIMED
        results.append(Output(f".{safe}.{suffix}", _KIND_OF_SUFFIX[suffix], required))
    return tuple(results)


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return "_"


def _safe(name: str) -> str:
    """A folder's name as part of a file's name, for Windows too."""
    kept = "".join(map(_printable, name.translate(_UNSAFE)))
    return kept.strip(". ")[:_LONGEST_ENDING].strip(". ") or "edit"
