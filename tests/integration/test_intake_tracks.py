"""Files whose tracks or endings are not what their folder needs: nothing is claimed, people are
told what to do, and what players play is taken in the end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.intake.ready import stability
from nemowatch.journal import source_members
from nemowatch.model import MediaKind
from tests.rigs import media_files as media
from tests.rigs.inbox import InboxRig, inbox_rig

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two task folders."""
    for folder in ("dub-es", "transcribe"):
        (tmp_path / "ws/inbox" / folder).mkdir(parents=True)
    return tmp_path / "ws"


def told(b: InboxRig) -> dict[str, str]:
    """What people are told about files, with the cure, by name."""
    found = [problem for problem in b.problems if hasattr(problem, "path")]
    return {os.path.basename(os.fsdecode(p.path)): f"{p.what} {p.cure}" for p in found}


async def test_what_is_said_is_not_made_of_files_without_sound(root: Path, tmp_path: Path) -> None:
    """Dubbing and transcribing refuse them before anything is sent, with the reason and the cure;
    a video with sound beside them is taken."""
    (root / "inbox/dub-es/mute.mp4").write_bytes(media.mp4(media.PICTURE))
    (root / "inbox/transcribe/mute.avi").write_bytes(media.avi(b"vids"))
    (root / "inbox/transcribe/talk.mp4").write_bytes(media.mp4())
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: len(told(b)) == 2 and len(b.claimed) == 1)
        for words in told(b).values():
            assert "no sound track" in words
            assert "Export it again with its sound" in words


async def test_a_container_without_a_picture_is_sound(root: Path, tmp_path: Path) -> None:
    """By its tracks, whatever its ending says."""
    (root / "inbox/transcribe/talk.mp4").write_bytes(media.mp4(media.SOUND))
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: len(b.claimed) == 1)
        (member,) = await b.journal.read(lambda conn: source_members.of_source(conn, b.claimed[0]))
        assert member.kind is MediaKind.AUDIO


async def test_what_players_play_is_taken_when_nothing_more_comes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes behind the end wait for the ten minutes, and are then forgiven; half a file is not."""
    monkeypatch.setattr(stability, "GIVE_UP", 2.0)
    (root / "inbox/dub-es/junk.mp4").write_bytes(media.mp4() + b"TAG some junk behind the end")
    (root / "inbox/dub-es/half.mp4").write_bytes(media.mp4()[:2000])
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: "half.mp4" in told(b) and len(b.claimed) == 1)
        assert "cut short" in told(b)["half.mp4"]


async def test_an_attack_is_refused_and_nothing_else_waits(root: Path, tmp_path: Path) -> None:
    """A file of endless pieces goes with a reason, and the others are taken."""
    pieces = media.chunk(b"RIFF", b"xx") * 200_000
    (root / "inbox/dub-es/attack.avi").write_bytes(media.avi(b"vids", b"auds") + pieces)
    (root / "inbox/dub-es/clip.mp4").write_bytes(media.mp4())
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: "attack.avi" in told(b) and len(b.claimed) == 1)
        assert "cannot be read safely" in told(b)["attack.avi"]
