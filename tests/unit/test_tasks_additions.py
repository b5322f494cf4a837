"""A message never contradicts itself: what a person adds to a folder's instructions, and what the
folder's name stands for."""

from __future__ import annotations

import re
from itertools import product

import pytest

from nemowatch.config.schema import Recipe
from nemowatch.errors import OrderError
from nemowatch.model import MediaKind
from nemowatch.tasks.additions import dubbed_into, said_in
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import plan
from nemowatch.tasks.prompts import NEARER, THE_REST, nested
from nemowatch.tasks.records import Drop, Folder
from tests.rigs.rows import each_row

#: What the folders' own instructions forbid, or fix.
BOUNDS = re.compile(
    r"do not (?:add|change)|nothing else in the video|add nothing|adds nothing|keep music",
    re.IGNORECASE,
)
ADDED = [
    "add lo-fi music",
    "加上轻快的背景音乐",
    "put a title card at the start",
    "在开头加上标题",
    "add subtitles in Spanish",
    "加中文字幕",
    "fade the picture to black at the end",
    "Musik leiser, und ein Titel am Anfang",
    "remove the background music",
    "keep it under 30 seconds",
    "Change the colours to black and white.",
]
MEDIA = (MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.SCRIPT)


def folder(name: str, recipes: dict[str, Recipe] | None = None) -> Folder:
    found = read_folder(name, recipes or {})
    assert isinstance(found, Folder), found
    return found


def messages(
    name: str, added: str, kind: MediaKind = MediaKind.VIDEO, script: str = ""
) -> list[str]:
    """What is sent for a file in this folder, whose prompt.txt adds this."""
    order = plan(folder(name), Drop(kind, "a.mp4", script, f"+ {added}"))
    return [target.prompt for target in order.targets]


@each_row(product(["dub-es-fr", "voiceover", "voiceover-de-female", "transcribe"], ADDED))
def test_nothing_forbids_what_a_person_adds(name: str, added: str) -> None:
    """Whatever it is about, and in whatever language it is said; the rest stays as it is."""
    for kind in MEDIA:
        script = "Good morning, and welcome to our house." if kind is MediaKind.SCRIPT else ""
        if kind not in folder(name).accepts:
            continue
        for message in messages(name, added, kind, script):
            assert not BOUNDS.search(message), message
            assert added in message
            assert THE_REST in message


@pytest.mark.parametrize("added", ["blaance", "statsu?", "exprot the video"])
def test_a_word_that_may_be_mistyped_is_not_left_out(added: str) -> None:
    """The dub is paid for either way: what it says goes along."""
    (message,) = messages("dub-es", added)
    assert added in message


@each_row(product(["dub-es", "voiceover", "transcribe-de"], ["", "+", " + \n"]))
def test_without_an_addition_the_bounds_stay(name: str, own: str) -> None:
    """The agent adds music by itself otherwise."""
    (target,) = plan(folder(name), Drop(MediaKind.VIDEO, "a.mp4", prompt=own)).targets
    assert BOUNDS.search(target.prompt)
    assert THE_REST not in target.prompt


@each_row(
    [
        ("narrate in French", "English"),
        ("Please speak in Brazilian Portuguese.", "English"),
        ("use a Spanish voice", "English"),
        ("用法语旁白", "English"),
        ("keep it under 30 seconds", "from its beginning to its end"),
        ("只讲前30秒", "from its beginning to its end"),
    ]
)
def test_what_the_addition_decides_is_not_said_otherwise(added: str, gone: str) -> None:
    """A language and a length; without it both are as the folder has them."""
    (message,) = messages("voiceover", added)
    assert gone not in message
    (plain,) = messages("voiceover", "calm, please")
    assert gone in plain


@pytest.mark.parametrize("added", ["a male voice, please", "with a man's warm voice", "用男声"])
def test_a_voice_that_is_added_counts(added: str) -> None:
    """The folder's says nothing of it then; a woman in the picture is no voice."""
    assert "female" not in messages("voiceover-de-female", added)[0]
    assert "female" in messages("voiceover-de-female", "mention the man at the door")[0]


def test_a_script_is_spoken_word_for_word_unless_the_addition_changes_it() -> None:
    """A calm voice changes no word; a translation changes all."""
    script = "Good morning, and welcome to our house."
    for kind in (MediaKind.SCRIPT, MediaKind.VIDEO):
        (calm,) = messages("voiceover", "calm, please", kind, script)
        assert "word for word" in calm
        (french,) = messages("voiceover", "speak it in French", kind, script)
        assert "word for word" not in french
        assert "English" not in french


@pytest.mark.parametrize(
    "added",
    ["in even tones", "to go with the picture", "in no hurry", "in a calm way", "Polish it"],
)
def test_ordinary_words_are_no_language(added: str) -> None:
    """Even, Go and No are languages, and mostly are not meant."""
    assert not said_in(added).language


@each_row(
    [
        ("Dub this into German, with a warm voice.", ["de"]),
        ("translate everything to French", ["fr"]),
        ("请配音成日语", ["ja"]),
        ("Dub it with German subtitles in English", []),
        ("dub it; titles in English", []),
        ("Make the music softer in French scenes", []),
        ("translate from German", []),
        ("please speak in French", ["fr"]),
        ("Narrate it slowly in Italian.", ["it"]),
        ("用法语说", ["fr"]),
        ("Keep the part that is spoken in French", []),
        ("Leave what they say in Latin", []),
        ("speak with a French accent", []),
    ]
)
def test_a_language_to_dub_into_is_found(text: str, found: list[str]) -> None:
    """Not the one of subtitles, and not the one that is spoken."""
    assert dubbed_into(text) == found


@pytest.mark.parametrize("own", ["Dub it into German.", "+ please translate this into German"])
def test_instructions_for_another_language_than_the_folder_s_are_asked_about(own: str) -> None:
    """The result would be called `.es.mp4` and be in German: nothing is paid for."""
    with pytest.raises(OrderError, match=r"dub-es.*Spanish.*German") as caught:
        plan(folder("dub-es"), Drop(MediaKind.VIDEO, "a.mp4", prompt=own))
    assert "{languages}" in caught.value.cure
    for right in ("dub-de", "dub-de_AT"):
        assert plan(folder(right), Drop(MediaKind.VIDEO, "a.mp4", prompt=own)).targets


def test_of_two_texts_of_people_the_nearer_counts() -> None:
    """A recipe that is added to, and one prompt.txt above another."""
    shorts = folder("shorts", {"shorts": Recipe(prompt="Cut it, without music.")})
    (target,) = plan(shorts, Drop(MediaKind.VIDEO, "a.mp4", prompt="+ add lo-fi music")).targets
    assert target.prompt == f"Cut it, without music.\n\n{NEARER}\n\nadd lo-fi music"
    assert NEARER in nested("No music.", "+ add lo-fi music")
    assert nested("No music.", "+") == "No music."
    assert nested("", "+ add lo-fi music") == "+ add lo-fi music"
