"""Keeps a configuration that was read in the user's cache folder: reading it again would take ten
times as long as what most commands do with it.

Owns when a kept copy still holds: for the same text, environment and program, on which alone a
reading depends. If it is missing, damaged or somebody else's, the configuration is read again. Only
for commands that end at once.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nemowatch import __version__
from nemowatch.config.find import home
from nemowatch.config.load import read_text, understood
from nemowatch.config.variable_files import settings

if TYPE_CHECKING:
    from nemowatch.config.schema import Config

#: The most configurations that are kept: any more are from tests and trials.
MOST = 16
#: The most bytes of one: for a configuration of 1 MiB, and what was read from it.
LONGEST = 8 * 1024 * 1024
#: Separates what the reading depended on, `state_dir`, and what was read.
BETWEEN = b"\n\0"
#: Folders of this package whose modules define what a configuration may be. If they differ in the
#: same version, as during development, the configuration is read again.
MODULES = ("config", "tasks/kinds")


class Kept(NamedTuple):
    """A configuration that still holds."""

    state_dir: Path | None  #: the key of that name
    read: Callable[[], Config]  #: returns all of it


def load_kept(path: Path, env: Mapping[str, str]) -> Kept:
    """Like `load`, but a kept copy is only unpacked when it is needed. Raises ConfigError with
    every mistake."""
    text = read_text(path)
    folder = _folder(env)
    if folder is None or "~" in text.replace("~/", ""):  # only the system knows the homes of others
        return _kept(understood(text, path, env))

    file = folder / f"config-{zlib.crc32(os.fsencode(path.absolute())):08x}"
    basis = _basis(text, path, settings(env))
    found = _found(file, basis, text, path, env)
    if found is not None:
        return found
    kept = _kept(understood(text, path, env))
    with suppress(OSError):
        _keep(file, basis, kept)
    return kept


def _kept(config: Config) -> Kept:
    return Kept(config.state_dir, lambda: config)


def _folder(env: Mapping[str, str]) -> Path | None:
    """Where copies are kept; None for a user without a home folder."""
    base, below = Path(env.get("XDG_CACHE_HOME", "")), "nemowatch"
    if not base.is_absolute():
        base, below = home(env), ".cache/nemowatch"
    if base == Path("/") or not _is_ours(base):
        return None
    return base / below


def _is_ours(folder: Path) -> bool:
    """Whether this folder, or the nearest existing one above it, is this user's own: root with
    another user's HOME neither writes nor removes anything there."""
    for one in (folder, *folder.parents):
        try:
            return one.stat().st_uid == os.geteuid()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return False


def _basis(text: str, path: Path, env: Mapping[str, str]) -> bytes:
    """A digest of everything that a reading depends on, so that no secret of the environment is
    kept."""
    settings = [item for item in sorted(env.items()) if item[0].upper().startswith("NEMOWATCH_")]
    where = (str(path.absolute()), str(home(env)))
    parts = (__version__, list(_modules()), where, settings, text)
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest().encode()


def _modules() -> Iterator[tuple[str, int, int]]:
    package = Path(__file__).parent.parent
    for name in MODULES:
        for module in sorted((package / name).glob("*.py")):
            found = module.stat()
            yield module.name, found.st_size, found.st_mtime_ns


def _found(file: Path, basis: bytes, text: str, path: Path, env: Mapping[str, str]) -> Kept | None:
    """The kept copy, if it is ours and was made from the same basis."""
    try:
        made_of, state_dir, packed = _own_bytes(file).split(BETWEEN, 2)
    except (OSError, ValueError):
        return None
    if made_of != basis:
        return None
    key = None
    if state_dir:
        key = Path(os.fsdecode(state_dir))
    return Kept(key, partial(_unpacked, packed, text, path, env))


def _unpacked(packed: bytes, text: str, path: Path, env: Mapping[str, str]) -> Config:
    from nemowatch.config.schema import Config  # here: most commands need only `state_dir`
    from nemowatch.content import messages

    with suppress(messages.Garbage):
        config = messages.unpacked(packed)
        if isinstance(config, Config):
            return config
    return understood(text, path, env)


def _own_bytes(file: Path) -> bytes:
    """The content; b"" for a file that others may have written. Raises OSError."""
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as opened:
        found = os.fstat(opened.fileno())
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o022:
            return b""
        return opened.read(LONGEST)


def _keep(file: Path, basis: bytes, kept: Kept) -> None:
    """Write the copy, whole or not at all, and remove the oldest ones beyond MOST. Raises
    OSError."""
    from nemowatch.content import messages

    data = BETWEEN.join((basis, os.fsencode(kept.state_dir or ""), messages.packed(kept.read())))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as opened:
        opened.write(data)
    part.replace(file)

    copies = sorted(file.parent.glob("config-*"), key=_age)
    for old in copies[:-MOST]:
        old.unlink(missing_ok=True)


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns
