"""Nothing is paid for that cannot be delivered: the outbox is tried first, with the names that the
results will have, and one that fails is a hold with its reason."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nemowatch.config.load import load
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, NoSpace
from nemowatch.fs import exclusive_create
from nemowatch.fs.names import candidates
from nemowatch.model import MB, HoldReason, State
from nemowatch.outbox.delivery_probe import check_delivery, check_outbox
from nemowatch.outbox.publish import part_path, publish, write_part
from nemowatch.outbox.target_folder import relative_folder
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.exfat import mounted_exfat
from tests.rigs.studio import video

pytestmark = pytest.mark.anyio

AWKWARD = ["Q&A: Anna?", "AUX", "ends with a dot.", 'a "quoted" one', "ü" * 127]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    for name in ("inbox", "outbox", "done", "failed"):
        (tmp_path / name).mkdir()
    config = tmp_path / "config.toml"
    config.write_text(f'[[watch]]\nroot = "{tmp_path}"\n')
    return load(config, {}).watch[0]


@pytest.fixture
def exfat(tmp_path: Path) -> Iterator[Path]:
    """An exFAT, as a memory stick or an external disk has it."""
    with mounted_exfat(tmp_path) as where:
        yield where


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("folder", "safe"),
    [
        (b"Q&A: Anna?", b"Q&A_ Anna_"),
        (b"aux", b"aux_"),
        (b"Con.1", b"Con_.1"),
        (b"dots. .", b"dots"),
        (b"...", b"_"),
        (b"caf\xe9", b"caf%E9"),
        (b"a\nb", b"a_b"),
        (b"client A-7", b"client A-7"),
        (b"n" * 255, b"n" * 255),
    ],
)
def test_folders_of_results_have_safe_names(folder: bytes, safe: bytes) -> None:
    """As files have them; what is safe stays as it is, at any depth."""
    assert relative_folder(b"dub-es/" + folder + b"/x/a.mp4") == b"dub-es/" + safe + b"/x"


def test_a_long_name_fits_where_names_are_short() -> None:
    """An encrypted folder of a NAS takes 143 bytes."""
    made = relative_folder("ü".encode() * 127 + b"/a.mp4", 143)
    assert made == "ü".encode() * 71


def test_nothing_is_left_of_a_probe(watch: Watch) -> None:
    """Only the folder for the results stays."""
    check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4", "n" * 251 + ".srt"])
    check_outbox(watch.outbox)
    assert names(watch.outbox) == ["dub-es"]


def test_a_file_in_the_way_of_a_folder_is_found_before(watch: Watch) -> None:
    """The error names it."""
    (watch.outbox / "dub-es").write_bytes(b"somebody's")
    with pytest.raises(LocalError, match="dub-es"):
        check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4"])
    assert (watch.outbox / "dub-es").read_bytes() == b"somebody's"


def test_a_full_disk_is_found_before(watch: Watch) -> None:
    """Less than a small result fits."""
    if os.geteuid() != 0:
        pytest.skip("mounting a filesystem needs root")
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(watch.outbox)], check=True
    )
    try:
        with pytest.raises(NoSpace):
            check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4"])
    finally:
        subprocess.run(["umount", "-l", str(watch.outbox)], check=True)


@pytest.mark.parametrize(
    ("code", "renames"),
    [
        *((code, True) for code in ("EIO", "EOPNOTSUPP", "EPERM", "EMLINK", "ENOSYS", "EROFS")),
        *((code, False) for code in ("EIO", "EOPNOTSUPP", "EINVAL", "ENOSYS")),
    ],
)
def test_a_mount_without_links_takes_results(
    watch: Watch, code: str, renames: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it answers to a link, and to a rename that refuses to replace; nothing is
    overwritten."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(getattr(errno, code), "no links here")

    monkeypatch.setattr(os, "link", refuse)
    if not renames:
        monkeypatch.setattr(exclusive_create, "rename_exclusive", refuse)
    check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4"])
    folder = watch.outbox / "dub-es"
    (folder / "a.es.mp4").write_bytes(b"somebody's")
    part = write_part(part_path(folder, 1), b"a film")
    assert publish(part.path, "a.es.mp4", part.sha256, part.size).path.name == "a.es (2).mp4"
    assert names(folder) == ["a.es (2).mp4", "a.es.mp4"]


def test_a_free_name_is_looked_for_before(watch: Watch) -> None:
    """With the last number taken there is no name for the result, and nothing is paid for it."""
    folder = watch.outbox / "dub-es"
    folder.mkdir()
    taken = [folder / name for name in candidates("a.es.mp4")]
    for path in taken:
        path.touch()
    with pytest.raises(LocalError, match="are taken"):
        check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4"])
    taken[-1].unlink()
    check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4"])


def test_where_nothing_can_be_deleted_probes_do_not_pile_up(watch: Watch) -> None:
    """A share that lets files be made and not removed is a hold; asking again leaves nothing more,
    and all of it goes once that is allowed."""
    if os.geteuid() != 0 or not shutil.which("bindfs"):
        pytest.skip("needs root and bindfs")
    back = watch.outbox.with_name("back")
    back.mkdir()
    subprocess.run(["bindfs", "--delete-deny", str(back), str(watch.outbox)], check=True)
    try:
        for _ in range(5):
            with pytest.raises(LocalError, match="permission denied") as met:
                check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4", "a.es.srt"])
            assert "delete" in met.value.cure
        assert len(names(back)) <= 1 + 3
    finally:
        subprocess.run(["umount", "-l", str(watch.outbox)], check=True)
    subprocess.run(["mount", "--bind", str(back), str(watch.outbox)], check=True)
    try:
        check_delivery(watch, b"dub-es/a.mp4", ["a.es.mp4"])
        assert names(back) == ["dub-es"]
    finally:
        subprocess.run(["umount", "-l", str(watch.outbox)], check=True)


async def test_an_exfat_outbox_takes_what_people_name(tmp_path: Path, exfat: Path) -> None:
    """Folders that exFAT would refuse are delivered to under safe names, each paid for once."""
    async with engine_rig(tmp_path / "rig") as rig:
        use_outbox(rig, exfat)
        for name in AWKWARD:
            rig.drop(f"dub-es/{name}/what? a: film.mp4", video(name))
        await rig.start()
        found = await rig.ended(len(AWKWARD))
        assert {job.state for job in found} == {State.PUBLISHED}
        assert rig.charged() == len(AWKWARD)
        made = [name for name in names(exfat) if name.endswith(".mp4")]
        assert len(made) == len(AWKWARD)
        assert "dub-es/Q&A_ Anna_/what_ a_ film.es.mp4" in made
    check_outbox(exfat)
    left = [name for name in names(exfat) if not name.endswith(".nemowatch.txt")]
    assert len(left) == 2 * len(AWKWARD) + 1


async def test_a_read_only_outbox_is_a_hold(tmp_path: Path) -> None:
    """Nothing is paid for; the reason is in the job and in the log, said once; it goes on by
    itself."""
    if os.geteuid() != 0:
        pytest.skip("mounting a filesystem needs root")
    with capture_logs() as lines:
        await hold_and_release(tmp_path)
    events = [line["event"] for line in lines]
    assert events.count("hold begins: outbox") == 1
    assert events.count("hold ends: outbox") == 1


async def hold_and_release(tmp_path: Path) -> None:
    """Two jobs for an outbox that is read-only at first."""
    async with engine_rig(tmp_path / "rig") as rig:
        outbox = tmp_path / "outbox"
        outbox.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(outbox)], check=True)
        try:
            use_outbox(rig, outbox)
            rig.drop("dub-es-fr/a.mp4", video("a"))
            await rig.start()
            held = await rig.until("held", lambda found: waiting(found) == 2)
            assert all("mounted read-only" in job.error_text for job in held)
            assert rig.charged() == 0
            assert rig.ledger()["sessions"] == {}  # nothing was sent for nothing, either
            assert rig.engine is not None
            await rig.engine.holds.check()
            await rig.engine.holds.check()
            assert waiting(await rig.jobs()) == 2
            subprocess.run(["mount", "-o", "remount,rw", str(outbox)], check=True)
            await rig.engine.holds.check()
            await rig.ended(2)
            await rig.engine.holds.check()
            assert rig.charged() == 2
        finally:
            await rig.stop()
            subprocess.run(["umount", "-l", str(outbox)], check=True)


async def test_a_full_outbox_is_met_before_the_upload(tmp_path: Path) -> None:
    """A film is not sent for an hour to wait then; with space again it goes on by itself."""
    if os.geteuid() != 0:
        pytest.skip("mounting a filesystem needs root")
    async with engine_rig(tmp_path / "rig") as rig:
        outbox = tmp_path / "outbox"
        outbox.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", outbox], check=True)
        try:
            filling = outbox / "others"
            filling.write_bytes(bytes(15 * MB))
            use_outbox(rig, outbox)
            rig.drop("dub-es/a.mp4", video("a"))
            await rig.start()
            await rig.until("held", lambda found: [job.reason for job in found] == ["space"])
            assert rig.ledger()["sessions"] == {}
            filling.unlink()
            assert rig.engine is not None
            await rig.engine.holds.check()
            await rig.ended(1)
            assert rig.charged() == 1
        finally:
            await rig.stop()
            subprocess.run(["umount", "-l", outbox], check=True)


def waiting(found: list) -> int:  # type: ignore[type-arg]
    return [job.reason for job in found].count(HoldReason.OUTBOX)


def use_outbox(rig: EngineRig, outbox: Path) -> None:
    path = rig.base / "config.toml"
    own = f'root = "{rig.root}"'
    apart = f'inbox = "{rig.root}/inbox"\noutbox = "{outbox}"'
    path.write_text(path.read_text().replace(own, apart))
    rig.config = load(path, {})
