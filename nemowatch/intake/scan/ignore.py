"""Which names are never work: the one list of the house, each line with its origin.

Owns the judgement of a single name. It reads no disk and knows nothing of media: a suffix that
no task takes is not its business. Names are compared without regard to case, because shares are;
a user's own patterns are added, never put in place of these.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass
from enum import StrEnum


class NameClass(StrEnum):
    """What a name alone says."""

    WORK = "work"  #: nothing against it
    IGNORED = "ignored"  #: never work
    CONFLICT = "conflict"  #: a sync client's conflict copy: a person decides
    OURS = "ours"  #: a note or an instruction, never the source of a job


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """The judgement of a name, with its reason in plain words ("" for WORK)."""

    kind: NameClass
    why: str = ""


#: Endings (after the last dot) of what a program is still writing: files, and folders too (Safari
#: loads NAME.download/NAME).
TEMPORARY_SUFFIXES = {
    "part": (
        "a download or upload in progress (Firefox, KDE, Nextcloud NAME.ocTransferIdN.part,"
        " unmanic.part)"
    ),
    "partial": "a copy in progress (rclone NAME.xxxxxxxx.partial, old Internet Explorer)",
    "filepart": "an upload in progress (WinSCP, FileZilla)",
    "crdownload": "a download in progress (Chrome)",
    "download": "a download in progress (Safari)",
    "opdownload": "a download in progress (Opera)",
    "tmp": "a temporary file (Syncthing, editors, ~*.tmp of Office)",
    "temp": "a temporary file",
    "uploading": "an upload in progress (cameras, web drives)",
    "aria2": "the control file of a download (aria2)",
    "!qb": "a download in progress (qBittorrent)",
    "!ut": "a download in progress (uTorrent)",
    "ytdl": "the control file of a download (yt-dlp)",
    "crswap": "a file being written by a web page (Chrome)",
    "swp": "an editor's swap file (vim)",
    "kate-swp": "an editor's swap file (Kate)",
    "fftemp": "an encoder's temporary file (ffmpeg front ends)",
}
#: Beginnings that mark temporary files. A leading dot alone is enough; these say whose it is.
TEMPORARY_PREFIXES = {
    "._": "the shadow that macOS writes beside a file (AppleDouble)",
    "~$": "an owner file of Office",
    ".~lock.": "a lock of LibreOffice",
    ".~": "a temporary file",
    ".syncthing.": "a copy in progress (Syncthing)",
    "~syncthing~": "a copy in progress (Syncthing on Windows)",
    ".nfs": "a deleted file that is still open (NFS)",
    ".fuse_hidden": "a deleted file that is still open (FUSE)",
    ".goutputstream-": "a file being saved (GNOME)",
    ".org.chromium.": "a download in progress (Chromium)",
    ".com.google.chrome.": "a download in progress (Chrome)",
    ".": "a hidden file (rsync writes .NAME.XXXXXX while it copies)",
}
#: Names in full that sync clients, NAS systems and desktops put everywhere.
METADATA_FILES = {
    ".ds_store": "macOS Finder",
    "desktop.ini": "Windows Explorer",
    "thumbs.db": "Windows Explorer",
    "ehthumbs.db": "Windows Media Center",
    ".localized": "macOS",
    "icon\r": "macOS Finder",
    ".directory": "KDE",
    ".apdisk": "macOS",
    ".stignore": "Syncthing",
    ".nosync": "iCloud",
    ".dropbox": "Dropbox",
    ".dropbox.attr": "Dropbox",
    ".sync.ffs_db": "FreeFileSync",
}
#: Shapes that need a pattern, for files and folders alike.
PATTERNS = {
    "*.sb-*": "a file being saved (macOS safe save)",
    "*~": "an editor's backup",
    "*@synoresource": "Synology metadata",
    "*@synoeastream": "Synology metadata",
}
#: Folders that are never entered, named in full.
FOLDERS = {
    "@eadir": "Synology",
    "#recycle": "Synology",
    "#snapshot": "Synology",
    "@tmp": "Synology",
    "@sharebin": "Synology",
    "@recycle": "QNAP",
    ".@__thumb": "QNAP",
    "@recently-snapshot": "QNAP",
    "@transcode": "QNAP",
    ".streams": "QNAP",
    ".qsync": "QNAP",
    ".synologyworkingdirectory": "Synology",
    "$recycle.bin": "Windows",
    "system volume information": "Windows",
    ".trashes": "macOS",
    ".spotlight-v100": "macOS",
    ".fseventd": "macOS",
    ".fseventsd": "macOS",
    ".temporaryitems": "macOS",
    ".documentrevisions-v100": "macOS",
    "__macosx": "macOS archives",
    "lost+found": "ext4",
    ".snapshot": "NetApp",
    ".zfs": "ZFS",
    ".stfolder": "Syncthing",
    ".stversions": "Syncthing",
    ".dropbox.cache": "Dropbox",
    ".sync": "Resilio",
    ".git": "git",
}
#: Folders that need a pattern.
FOLDER_PATTERNS = {".trash-*": "a trash folder (freedesktop)"}
#: A sync conflict must not be paid for: a person looks first.
CONFLICT_PATTERNS = {
    "*.sync-conflict-*": "Syncthing",
    "*conflicted copy*": "Dropbox, Nextcloud",
    "*_conflict-*": "ownCloud",
    "*(conflict*)*": "Google Drive, pCloud",
}
#: Ours: notes and instructions. Windows hides endings, so a doubled .txt counts as what was meant.
OUR_PATTERNS = {
    "nemowatch - read me.txt": "a note of nemowatch",
    "*.error.txt": "a note of nemowatch",
    "*.question.txt": "a question of nemowatch",
    "*.answer.txt": "an answer to nemowatch",
    "*.answer.txt.txt": "an answer to nemowatch",
    "*.revise.txt": "an instruction to revise a result",
    "*.revise.txt.txt": "an instruction to revise a result",
    ".~nemowatch-*": "a file that nemowatch is writing",
    ".nemowatch-owner.json": "says which host works this folder",
}
#: Instructions by their whole name.
PAUSE_NAMES = frozenset({"pause", "pause.txt", "pause.txt.txt"})
APPROVE_NAMES = frozenset({"approve", "approve.txt", "approve.txt.txt"})
PROMPT_NAMES = frozenset({"prompt.txt", "prompt.txt.txt"})

WORK = NameVerdict(NameClass.WORK)
_PREFIXES = tuple(TEMPORARY_PREFIXES)


def folded(name: bytes) -> str:
    """A name for comparing: without case; bytes that are not UTF-8 survive as surrogates."""
    return os.fsdecode(name).lower()


def _any_of(patterns: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(p) for p in patterns))


_OURS, _CONFLICT = _any_of(OUR_PATTERNS), _any_of(CONFLICT_PATTERNS)
_PATTERN, _FOLDER = _any_of(PATTERNS), _any_of(FOLDER_PATTERNS)


def _reason(name: str, patterns: dict[str, str]) -> str:
    return next(why for pattern, why in patterns.items() if fnmatch.fnmatchcase(name, pattern))


class Ignore:
    """The list, with one user's own patterns added."""

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self._own = {p.lower(): f"the configuration ignores {p}" for p in patterns}
        self._own_re = _any_of(self._own) if self._own else None

    def __repr__(self) -> str:
        return f"Ignore(own={len(self._own)})"

    def name(self, name: bytes, *, folder: bool = False) -> NameVerdict:
        """Judge one name, without its path."""
        low = folded(name)
        return (self._folder(low) if folder else self._file(low)) or self._shared(low)

    def _folder(self, low: str) -> NameVerdict | None:
        if low in FOLDERS:
            return NameVerdict(NameClass.IGNORED, f"a folder of {FOLDERS[low]}")
        if _FOLDER.match(low):
            return NameVerdict(NameClass.IGNORED, _reason(low, FOLDER_PATTERNS))
        if low.startswith("."):
            return NameVerdict(NameClass.IGNORED, "a hidden folder")
        return self._temporary(low)

    def _file(self, low: str) -> NameVerdict | None:
        if low in PAUSE_NAMES or low in APPROVE_NAMES or low in PROMPT_NAMES:
            return NameVerdict(NameClass.OURS, "an instruction to nemowatch")
        if _OURS.match(low):
            return NameVerdict(NameClass.OURS, _reason(low, OUR_PATTERNS))
        if low in METADATA_FILES:
            return NameVerdict(NameClass.IGNORED, f"a file of {METADATA_FILES[low]}")
        return self._temporary(low)

    def _temporary(self, low: str) -> NameVerdict | None:
        if low.startswith(_PREFIXES):
            return NameVerdict(
                NameClass.IGNORED,
                next(w for p, w in TEMPORARY_PREFIXES.items() if low.startswith(p)),
            )
        ending = low.rpartition(".")[2]
        if ending in TEMPORARY_SUFFIXES and ending != low:
            return NameVerdict(NameClass.IGNORED, TEMPORARY_SUFFIXES[ending])
        if _PATTERN.match(low):
            return NameVerdict(NameClass.IGNORED, _reason(low, PATTERNS))
        return None

    def _shared(self, low: str) -> NameVerdict:
        if self._own_re is not None and self._own_re.match(low):
            return NameVerdict(NameClass.IGNORED, _reason(low, self._own))
        if _CONFLICT.match(low):
            return NameVerdict(
                NameClass.CONFLICT, f"a conflict copy ({_reason(low, CONFLICT_PATTERNS)})"
            )
        return WORK

    def path(self, relative: bytes, *, folder: bool = False) -> NameVerdict:
        """Judge a whole path relative to the inbox: ignored below an ignored folder, a conflict
        below a conflict. `folder`: a folder stands there."""
        *above, last = relative.split(b"/")
        verdicts = [self.name(f, folder=True) for f in above] + [self.name(last, folder=folder)]
        for kind in (NameClass.IGNORED, NameClass.OURS, NameClass.CONFLICT):
            for verdict in verdicts:
                if verdict.kind is kind:
                    return verdict
        return WORK
