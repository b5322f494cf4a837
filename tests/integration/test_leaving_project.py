"""A project's folder leaves as a whole, also where it cannot be moved in one step, and after a kill
between two of its files."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from nemowatch.errors import LocalPassing
from nemowatch.fs.identity import of_stat
from nemowatch.model import MediaKind, Member, MemberRole
from nemowatch.outbox import leaving_file, leaving_project
from nemowatch.outbox.leaving_project import retire_project
from nemowatch.outbox.retire import AfterAction, leaving_members

PROJECT = b"edit/film.project"
TEXTS = {"prompt.txt": b"Join them.", "Glossary.txt": b"Acme"}


class House:
    """A workspace with a project of two clips."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.done = root / "inbox", root / "done"
        self.folder = self.inbox / os.fsdecode(PROJECT)
        self.folder.mkdir(parents=True)
        self.members = [self._member(name) for name in ("a.mp4", "b.mp4")]
        for name, data in TEXTS.items():
            (self.folder / name).write_bytes(data)

    def _member(self, name: str) -> Member:
        data = f"film {name}".encode()
        path = self.folder / name
        path.write_bytes(data)
        return Member(
            MemberRole.CLIP,
            name,
            PROJECT + b"/" + name.encode(),
            kind=MediaKind.VIDEO,
            snapshot=of_stat(path.lstat()),
            digest=hashlib.sha256(data).hexdigest(),
        )

    def leave(self, mode: str = AfterAction.MOVE) -> bytes | None:
        return retire_project(self.inbox, PROJECT, self.members, self.done, mode).target

    def there(self) -> set[str]:
        """What is in done/."""
        return {str(path.relative_to(self.done)) for path in self.done.rglob("*.*")}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.mark.parametrize("moved_before", [0, 1, 2])
def test_a_folder_that_cannot_be_moved_in_one_step_goes_file_by_file(
    house: House, monkeypatch: pytest.MonkeyPatch, moved_before: int
) -> None:
    """With its texts, under one name, whatever a kill has left behind."""

    def on_another_disk(*_: object) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(leaving_project, "move_folder", on_another_disk)
    house.done.mkdir()
    for member in leaving_members(house.members)[:moved_before]:
        leaving_file.move(house.inbox, member, house.done, 1)
    assert house.leave() == os.fsencode(house.done / os.fsdecode(PROJECT))
    names = {"a.mp4", "b.mp4", *TEXTS}
    folder = os.fsdecode(PROJECT)
    assert house.there() == {folder, *(f"{folder}/{name}" for name in names)}
    assert not house.folder.exists()


def test_a_deleted_project_leaves_what_is_somebodys(house: House) -> None:
    """Its clips and its texts go; what else is in the folder stays, and may be repeated."""
    house.leave(AfterAction.KEEP)
    assert len(list(house.folder.iterdir())) == 4
    (house.folder / "contract.pdf").write_bytes(b"somebody's")
    house.leave(AfterAction.DELETE)
    house.leave(AfterAction.DELETE)
    assert [path.name for path in house.folder.iterdir()] == ["contract.pdf"]


def test_a_project_with_a_late_clip_stays(house: House) -> None:
    """A person has to decide about it."""
    (house.folder / "late.mp4").write_bytes(b"late")
    with pytest.raises(LocalPassing, match=r"late\.mp4"):
        house.leave()
    assert len(list(house.folder.iterdir())) == 5
