"""Tables of documents that are made of other things: README's and docs/folders.md's of the task
kinds, docs/troubleshooting.md's and docs/conversation.md's of the cures (cures.py).
`scripts/tables` writes them between their markers, and a test compares."""

from __future__ import annotations

import runpy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nemowatch.model import MediaKind
from nemowatch.tasks.folder_description import reviewed
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.kinds import KINDS, RECIPE, Example
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Folder

REPO = Path(__file__).parents[2]
ALL = (*KINDS, RECIPE)


def tables() -> dict[str, str]:
    """Each table by the name that its markers have."""
    return {
        "folders": _table(("a folder called", "makes", "results"), map(_row, _examples())),
        "tasks": _table(("task", "makes", "accepts"), _tasks()),
    }


def documents() -> dict[Path, Mapping[str, str]]:
    """Each document with its tables."""
    cures = runpy.run_path(str(Path(__file__).with_name("cures.py")))
    return {
        REPO / "README.md": tables(),
        REPO / "docs/folders.md": {"names": _names(), "tasks": tables()["tasks"]},
        REPO / "docs/troubleshooting.md": cures["tables"](),
        REPO / "docs/conversation.md": cures["answers"](),
    }


def with_tables(text: str, made: Mapping[str, str]) -> str:
    """A document with every table put between its markers. Raises ValueError when one has none."""
    for name, table in made.items():
        begin, end = f"<!-- {name}: written by scripts/tables -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"no markers for the table {name}")
        text = f"{before}{begin}\n{table}\n{end}{after}"
    return text


def _names() -> str:
    """The names that people who look for one are shown."""
    rows: list[tuple[str, str]] = []
    for kind in KINDS:
        rows += [(_code([hint.name]), hint.makes) for hint in kind.hints]
    return _table(("a folder called", "makes"), rows)


def _table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [_line(heads), f"|{'---|' * len(heads)}\n"]
    lines += [_line(row) for row in rows]
    return "".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _examples() -> list[Example]:
    return [example for kind in ALL for example in kind.examples]


def _row(example: Example) -> tuple[str, str, str]:
    return example.shown or _code(example.names), example.makes, _code(_results(example))


def _results(example: Example) -> list[str]:
    """What is really made, once each."""
    found: dict[str, None] = {}
    for name in example.names:
        folder = read_folder(name, {name: example.recipe} if example.recipe else {})
        assert isinstance(folder, Folder), folder
        stem = example.drop.name.rpartition(".")[0]
        for target in plan(folder, example.drop).targets:
            outputs = (*target.outputs, *reviewed(target))
            found |= dict.fromkeys(stem + output.ending for output in outputs)
    return list(found)


def _tasks() -> list[tuple[str, str, str]]:
    rows = []
    for kind in ALL:
        name = f"`{kind.word}`" if kind.word else "a recipe"
        taken = [media.value for media in MediaKind if media in kind.takes]
        rows.append((name, kind.summary, ", ".join(taken)))
    return rows


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    for path, made in documents().items():
        path.write_text(with_tables(path.read_text("utf-8"), made), "utf-8")
