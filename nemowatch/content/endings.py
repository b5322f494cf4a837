"""The endings of names: what a file should be converted to whose ending the cloud does not accept.

Owns that table. Pure. `kinds` says which ending promises which kind, and `cloud_names` what a file
is called in the cloud.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from nemowatch.model import MediaKind

#: The formats to convert to, which the cloud accepts (docs/api.md section 2).
TO_VIDEO, TO_AUDIO, TO_IMAGE = "MP4", "MP3 or MP4", "JPG or PNG"
TO_TEXT, TO_SUBTITLES = "DOCX or TXT", "SRT"

_VIDEOS = (
    "3g2 3gp 3gpp amv asf dv flv h264 h265 hevc m1v m2t m2ts m2v mjpeg mod mpe mpeg mpg"
    " mts mxf ogm ogv rm rmvb swf tod tp trp ts vob wmv wtv y4m"
)
_SOUNDS = (
    "8svx aa aac+ aax ac3 adts aif aifc aiff alac amr ape au awb caf dff dsf dts eac3 flac gsm mid"
    " midi mp1 mp2 mpa mpc mpga oga ogg opus ra snd spx tta voc w64 wma wv"
)
_PICTURES = (
    "apng arw avif bmp cr2 cr3 dib dng emf eps heic heif hif ico j2k jp2 jxl nef orf psd raf raw"
    " rw2 svg tga tif tiff wmf"
)
_DOCUMENTS = (
    "abw doc dot eml emlx epub fodt gdoc htm html hwp hwpx lwp mht mhtml msg odt ott pages pdf rtf"
    " sxw wpd wps wri xps"
)
_SUBTITLES = "ass dfxp itt lrc sami sbv scc smi ssa sub ttml"
#: What a file with such an ending is converted to.
_TARGETS = {
    **dict.fromkeys(_VIDEOS.split(), TO_VIDEO),
    **dict.fromkeys(_SOUNDS.split(), TO_AUDIO),
    **dict.fromkeys(_PICTURES.split(), TO_IMAGE),
    **dict.fromkeys(_DOCUMENTS.split(), TO_TEXT),
    **dict.fromkeys(_SUBTITLES.split(), TO_SUBTITLES),
}
ALL_KINDS = frozenset(MediaKind)
#: The kind of a file after it was converted to this.
_KINDS = {
    TO_VIDEO: MediaKind.VIDEO,
    TO_AUDIO: MediaKind.AUDIO,
    TO_IMAGE: MediaKind.IMAGE,
    TO_TEXT: MediaKind.SCRIPT,
    TO_SUBTITLES: MediaKind.SCRIPT,
}


def converted_to(name: bytes, accepts: Container[MediaKind] = ALL_KINDS) -> str:
    """What to convert a file of this name to; "" for a name that is not one of media, that the
    cloud accepts as it is, or that a folder which accepts these kinds would not accept then
    either."""
    return _target(ending_of(name), accepts)


def kind_after(name: bytes) -> MediaKind | None:
    """The kind of a file with this name once it is converted; None when it is not to be."""
    return _KINDS.get(_TARGETS.get(ending_of(name), ""))


def _target(ending: str, accepts: Container[MediaKind]) -> str:
    target = _TARGETS.get(ending, "")
    if _KINDS.get(target) in accepts:
        return target
    return ""


def ending_of(name: bytes) -> str:
    """What follows the last dot of a name, in small letters."""
    return name.rpartition(b".")[2].decode("ascii", "replace").lower()


def conversions(endings: Iterable[str], accepts: Container[MediaKind] = ALL_KINDS) -> str:
    """What to convert files with these endings to for a folder that accepts these kinds: one
    sentence for each target, each followed by a space."""
    by_target: dict[str, list[str]] = {}
    for ending in sorted(endings):
        target = _target(ending, accepts)
        if target:
            ones = by_target.setdefault(target, [])
            ones.append(f".{ending}")

    said = ""
    for target, ones in by_target.items():
        said += f"Convert {', '.join(ones)} to {target}, and put that here. "
    return said
