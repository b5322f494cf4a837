"""What many folder names mean for many drops, word for word, as `as_read.txt` keeps it.

A change of a message, a result's name or a suggestion shows there as a diff. Where it is meant:
`python -m tests.unit.test_tasks_as_read` rewrites the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nemowatch.config.schema import Recipe
from nemowatch.errors import OrderError
from nemowatch.model import MediaKind, Output
from nemowatch.tasks.folder_description import describe
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import plan, takes
from nemowatch.tasks.records import Drop, Folder

KEPT = Path(__file__).with_name("as_read.txt")

RECIPES = {
    "Shorts": Recipe(prompt="Cut {file}, subtitles in {languages}.", outputs=("mp4", "srt")),
    "my recipe": Recipe(prompt="Brighten it.", skill="own-skill", accepts=(MediaKind.IMAGE,)),
    "narrated": Recipe(prompt="Speak {script}, keep {braces}."),
    "srt only": Recipe(prompt="Subtitle it.", outputs=("srt", "vtt")),
    "text": Recipe(prompt="Sum it up.", outputs=("txt",), accepts=(MediaKind.AUDIO,)),
    "\u00dcbersicht": Recipe(prompt="Export it."),
    "dubious": Recipe(prompt="Make it dubious."),
}

#: Names that are read, each planned for every drop below.
READ = """
dub-es|dub-es-fr|dub-from-en-es|Dub from English, Spanish|dub-pt_BR|dub-spanish|DUB-pt-BR-fr
dub-zh_hant_tw|dub-es-419|dub-es-review|Dub review FR, from English
voiceover|Voiceover-DE|voiceover-female|voiceover-male-pt-BR|voiceover-german-female
transcribe|Transcribe-de|transcribe-brazilian-portuguese
edit|Edit|EDIT
shorts|SHORTS es|shorts-es-pt-BR|my recipe|My-Recipe|narrated|srt-only|text|\u00fcbersicht|dubious
"""

#: Names that are not read, or only by one of several readings.
NOT_READ = """
|---|2024|vacation photos|dub|DUB|dub-|dub-xx|dub-from|dub-from-en|dub-from-en-en|dub-es-es
dub-from-en-from-de-es|dub-en-from|dub-es-from|dub-es-new|dub-to-es|dub-from-en-to-es
dub-pt-br|DUB-PT-BR|dub-br|dub-kr|dub-se-fr|dub-my|dub-my-MM|dub-ch|dub-dk|dub-jp|dub-cn|dub-zh-cn
dub-fr-ch|dub-es-br|dub-sv-se|dub-en-UK|dub-en-uk|dub-in|dub-se-SE|dub-es-FR|dub-es-pro|dub-es-EN
dub_es|dubes|dubbing-es|dubbed spanish|translate-es|translate to spanish|video dub es|dbu-es
dub-spansh|dub-sp|dub-esp|dub-ptbr|dub-cht|dub-ua|dub-us|dub-en-us|dub-us-english|dub-english-us
dub-gr|dub-es-und-fr|dub-video-es|dub-es (2)|dub-es - Copy|dub-es-spanish|dub-es-male|dub-es_FR
dub-es\u2013fr|dub.es|dub-es.fr|dub-deutsch|Dub Espa\u00f1ol|dub-klingonish|dub-klingon
dub-\u0420\u0423\u0421\u0421\u041a\u0418\u0419-\u65e5\u672c\u8a9e|dub-\udcff|dub-a|dub-to|dub-ten
voiceover-male-female|voiceover-female-female|voiceover-de-fr|voiceover-kr-female|voice over
voice-over-de|voiceover-english-woman|voiceover-man|voiceover-from-en|narration-fr|tts|speech es
transcribe-de-en|transcribe-from-en|transcript|subtitles|captions-de|srt|transcrbe|transcription es
edit-this|edits|editing|edit-es|my-recipe-es|myrecipe|my-recipe-es-fr|short-es|shorts-xx|recipe
dub-review|dub-es-reviewed|dub-es-review-review|dub-es-and-review|review-es|dub-es-proofread
dub-from-es|dub-from-spanish|dub-spanish-es-review
voiceover-male-female-de|voiceover-en-male-de
party-es|text-es|srt only es|one two three four five six seven eight nine ten dub es
"""


def names(table: str) -> list[str]:
    return [name for line in table.strip("\n").splitlines() for name in line.split("|")]


def drops() -> Iterator[tuple[str, Drop]]:
    text = "Hello {file}.\n\n100 % } off"
    yield "a video", Drop(MediaKind.VIDEO, "clip.mp4")
    yield "an audio", Drop(MediaKind.AUDIO, "talk.mp3")
    yield "an image", Drop(MediaKind.IMAGE, "a.png")
    yield "a text", Drop(MediaKind.SCRIPT, "intro.txt", text)
    yield "an empty text", Drop(MediaKind.SCRIPT, "intro.txt", " \n")
    yield "a link", Drop(MediaKind.LINK, "clip.mp4")
    yield "a pair", Drop(MediaKind.VIDEO, "clip.mp4", text)
    yield "a prompt", Drop(MediaKind.VIDEO, "clip.mp4", prompt="Do {file} in {languages}.")
    yield "more", Drop(MediaKind.VIDEO, "clip.mp4", prompt="+ Speak slowly.")
    yield "a pair and more", Drop(MediaKind.VIDEO, "clip.mp4", text, "+Show {script}")
    yield "a text and a prompt", Drop(MediaKind.SCRIPT, "intro.txt", text, "Show {script}")
    yield "export", Drop(MediaKind.VIDEO, "clip.mp4", prompt="Then export it.")


def as_read() -> Iterator[str]:
    """Everything, a block a name."""
    for name in names(NOT_READ):
        yield from _read(name)
    for name in names(READ):
        yield from _read(name)
        folder = read_folder(name, RECIPES)
        assert isinstance(folder, Folder), folder
        yield from (f"  said: {line}" for line in describe(folder))
        yield f"  takes texts when asked: {MediaKind.SCRIPT in takes(folder, '+{script}')}"
        for what, drop in drops():
            yield f"  {what}:"
            yield from (f"    {line}" for line in _planned(folder, drop))


def _read(name: str) -> Iterator[str]:
    found = read_folder(name, RECIPES)
    yield f"{name!a}"
    if not isinstance(found, Folder):
        yield f"  no: {found.what!a}; {found.suggestion!a}"
        return
    source = found.source_language.name if found.source_language else "-"
    languages = [f"{language.tag} {language.name}" for language in found.languages]
    kinds = sorted(kind.value for kind in found.accepts)
    yield f"  {found.task!a} {found.skill} {languages} from {source} {found.gender.value!r}"
    yield f"  {kinds} {found.prompt!r} {found.outputs}"


def _planned(folder: Folder, drop: Drop) -> Iterator[str]:
    try:
        order = plan(folder, drop)
    except OrderError as error:
        yield f"no: {error.text} {error.cure}"
        return
    yield f"{order.task!a} {order.skill}"
    for target in order.targets:
        yield f"{target.name!a}: {', '.join(map(_result, target.outputs))}"
        yield repr(target.prompt)


def _result(output: Output) -> str:
    return output.ending if output.required else f"({output.ending})"


def test_names_drops_and_messages_are_as_they_were() -> None:
    """Every folder's name gives the order, the messages, results and suggestions that are kept."""
    assert "\n".join(as_read()).splitlines() == KEPT.read_text("utf-8").splitlines()


if __name__ == "__main__":
    KEPT.write_text("\n".join(as_read()) + "\n", "utf-8")
