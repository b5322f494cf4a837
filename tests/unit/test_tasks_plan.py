"""From a folder and a drop to jobs, messages and results."""

from __future__ import annotations

from itertools import product

import pytest

from nemowatch.config.schema import Recipe
from nemowatch.errors import OrderError
from nemowatch.model import MB, FolderOrder, MediaKind, Output, OutputKind
from nemowatch.tasks.folder_description import describe
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import max_bytes, plan, takes
from nemowatch.tasks.records import Drop, Folder
from tests.rigs.rows import each_row

RECIPES = {
    "shorts": Recipe(
        prompt="Cut {file} in {languages}, keep {braces} and {0}.", outputs=("mp4", "srt")
    ),
    "narrated": Recipe(prompt="Speak this: {script} (file {file})"),
    "subtitles": Recipe(prompt="Subtitle it.", outputs=("srt",)),
    "stills": Recipe(prompt="Pan over it.", accepts=(MediaKind.IMAGE,)),
}
CLIP = Drop(MediaKind.VIDEO, "clip.mp4")


def folder(name: str) -> Folder:
    found = read_folder(name, RECIPES)
    assert isinstance(found, Folder), found
    return found


def order(name: str, drop: Drop = CLIP) -> FolderOrder:
    return plan(folder(name), drop)


def message(name: str, drop: Drop = CLIP) -> str:
    (target,) = order(name, drop).targets
    return target.prompt


def test_each_language_of_a_dub_is_a_job() -> None:
    """One target a language, named by its tag, with its own message and result."""
    got = order("dub-from-en-es-pt_BR")
    assert (got.task, got.skill) == ("dub", "multilingual-video-dubbing")
    assert [(t.name, t.outputs) for t in got.targets] == [
        ("es", (Output(".es.mp4", OutputKind.VIDEO),)),
        ("pt-BR", (Output(".pt-BR.mp4", OutputKind.VIDEO),)),
    ]
    spanish, portuguese = (t.prompt for t in got.targets)
    assert spanish.startswith("Dub this video into Spanish with synced audio.")
    assert "into Brazilian Portuguese" in portuguese
    assert "English" in spanish
    assert "Spanish" not in portuguese


def test_a_voiceover_of_a_video_narrates_what_it_shows() -> None:
    """The skill for videos, in the folder's language and voice."""
    got = order("voiceover-de-female")
    assert got.skill == "ai-voiceover-for-video"
    (target,) = got.targets
    assert (target.name, target.outputs) == (
        "voiceover",
        (Output(".voiceover.mp4", OutputKind.VIDEO),),
    )
    assert "narrating the on-screen content in German" in target.prompt
    assert "female German voice" in target.prompt
    assert "in English" in message("voiceover")


def test_a_recording_is_dubbed_and_spoken_anew() -> None:
    """Its messages are of what is said, never of a picture; the results are those of a video."""
    talk = Drop(MediaKind.AUDIO, "talk.mp3")
    dubbed, clip = order("dub-from-en-es", talk), order("dub-from-en-es")
    assert [t.outputs for t in dubbed.targets] == [t.outputs for t in clip.targets]
    spoken = order("voiceover-de-female", talk).targets[0]
    narrated = order("voiceover-de", Drop(MediaKind.AUDIO, "talk.mp3", "Say this.")).targets[0]
    assert "The speech in it is in English." in dubbed.targets[0].prompt
    assert "a female German voice" in spoken.prompt
    assert narrated.prompt.endswith("Say this.")
    for target in (*dubbed.targets, spoken, narrated):
        assert "recording" in target.prompt
        assert not {"picture", "video", "on-screen"} & set(target.prompt.split())


def test_a_script_alone_has_the_skill_for_scripts() -> None:
    """Its text comes verbatim after the instruction."""
    script = "Hello {file}, welcome to {languages}!\n\n  100 % } off"
    got = order("voiceover-female", Drop(MediaKind.SCRIPT, "intro.docx", script))
    assert got.skill == "voiceover-generator"
    (target,) = got.targets
    assert target.prompt.startswith(
        "Generate a natural-sounding voiceover in a female English voice for my script"
    )
    assert target.prompt.endswith(f"\n\n{script}")
    assert target.outputs == (Output(".voiceover.mp4", OutputKind.VIDEO),)


def test_a_script_beside_a_video_is_its_narration() -> None:
    """The skill for videos, and the text word for word."""
    got = order("voiceover", Drop(MediaKind.VIDEO, "clip.mp4", "Say this."))
    assert got.skill == "ai-voiceover-for-video"
    assert got.targets[0].prompt.endswith("\n\nSay this.")
    assert "word for word" in got.targets[0].prompt


def test_a_transcript_needs_its_text_and_may_lack_the_rest() -> None:
    """Times and a picture may be missing; then so are their files."""
    (target,) = order("transcribe", Drop(MediaKind.AUDIO, "talk.mp3")).targets
    assert target.name == "transcript"
    assert [(o.ending, o.required) for o in target.outputs] == [
        (".txt", True),
        (".srt", False),
        (".vtt", False),
        (".transcribed.mp4", False),
    ]
    assert target.prompt.startswith("Transcribe the spoken dialogue into a text document")
    assert "in German" in message("transcribe-de")


def test_prompt_txt_replaces_or_extends() -> None:
    """A leading + extends; anything else replaces; an empty one changes nothing."""
    plain = message("transcribe")
    assert message("transcribe", Drop(MediaKind.VIDEO, "a.mp4", prompt="  \n")) == plain
    assert (
        message("transcribe", Drop(MediaKind.VIDEO, "a.mp4", prompt="+ Name the speakers."))
        == f"{plain.removesuffix('Change nothing else in the video.')}"
        "Apart from what is asked for below, leave everything as it is.\n\nName the speakers."
    )
    assert (
        message("transcribe", Drop(MediaKind.VIDEO, "a.mp4", prompt="List the words of {file}."))
        == "List the words of a.mp4."
    )


def test_an_extension_comes_before_the_script() -> None:
    """What is asked in prompt.txt is not read aloud."""
    text = message("voiceover", Drop(MediaKind.SCRIPT, "a.txt", "The words.", prompt="+Slowly."))
    assert text.index("Slowly.") < text.index("The words.")


def test_a_replaced_dub_prompt_still_names_each_language() -> None:
    """Two languages are never sent the same words: both would be paid for one result."""
    got = order("dub-es-fr", Drop(MediaKind.VIDEO, "a.mp4", prompt="Keep the speaker's calm tone."))
    spanish, french = (t.prompt for t in got.targets)
    assert "Spanish" in spanish
    assert "French" in french
    placed = order("dub-es", Drop(MediaKind.VIDEO, "a.mp4", prompt="Slowly, into {languages}."))
    assert placed.targets[0].prompt == "Slowly, into Spanish."


def test_an_edit_folder_needs_instructions() -> None:
    """Without prompt.txt it says how; with it, the text is the message, `+` or not."""
    with pytest.raises(OrderError, match="no instructions") as caught:
        order("edit")
    assert "prompt.txt" in caught.value.cure
    for prompt in ("Cut it.", "+Cut it.", "\n Cut it.\n"):
        assert message("edit", Drop(MediaKind.VIDEO, "a.mp4", prompt=prompt)) == "Cut it."


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("Cut it and export as 4K", "Cut it"),
        ("Add captions; render it; add music", "Add captions; add music"),
        ("加上字幕并导出", "加上字幕"),
        ("Use export-ready colours, please", "Use export-ready colours, please"),
    ],
)
def test_the_cloud_is_never_told_to_export(said: str, sent: str) -> None:
    """The part of an instruction that asks for it is left out; the rest is an order."""
    assert message("edit", Drop(MediaKind.VIDEO, "a.mp4", prompt=said)) == sent


def test_an_added_wish_for_the_file_leaves_the_folder_its_own_work() -> None:
    """`+ export it` adds nothing: every result is a file anyway."""
    added = message("dub-es", Drop(MediaKind.VIDEO, "a.mp4", prompt="+ export it"))
    assert added == message("dub-es", Drop(MediaKind.VIDEO, "a.mp4"))


@each_row(
    product(
        ["edit", "dub-es", "voiceover", "transcribe"],
        ["Export as 4K", "导出", "How many credits are left?", "状态", "upload"],
    )
)
def test_instructions_that_ask_for_no_work_are_answered_and_not_paid_for(
    name: str, said: str
) -> None:
    """Refused before anything is sent, with the answer and with what to do."""
    with pytest.raises(OrderError, match="only ask") as caught:
        order(name, Drop(MediaKind.VIDEO, "a.mp4", prompt=said))
    assert "prompt.txt" in caught.value.cure


def test_a_script_may_speak_of_exports() -> None:
    """A script is content, and so are other words that only begin alike."""
    assert "we export steel" in message(
        "voiceover", Drop(MediaKind.SCRIPT, "a.txt", script="Today we export steel.")
    )
    assert (
        message("edit", Drop(MediaKind.VIDEO, "a.mp4", prompt="Title: Exports in 2025"))
        == "Title: Exports in 2025"
    )


def test_results_of_edits_and_recipes_are_named_after_the_folder() -> None:
    """As the person wrote it, and safe for Windows; subtitles may be missing when there is more."""
    (edited,) = order("Edit", Drop(MediaKind.IMAGE, "a.png", prompt="x")).targets
    assert (edited.name, edited.outputs) == ("edit", (Output(".Edit.mp4", OutputKind.VIDEO),))
    (short,) = order("SHORTS es").targets
    assert short.name == "shorts"
    assert short.outputs == (
        Output(".SHORTS es.mp4", OutputKind.VIDEO),
        Output(".SHORTS es.srt", OutputKind.SRT, required=False),
    )
    (only,) = order("subtitles").targets
    assert only.outputs == (Output(".subtitles.srt", OutputKind.SRT),)


def test_placeholders_are_filled_once_and_other_braces_stay() -> None:
    """Text that is filled in is not looked through again."""
    assert message("shorts-es-fr") == "Cut clip.mp4 in Spanish and French, keep {braces} and {0}."
    assert "the original language" in message("shorts")
    script = Drop(MediaKind.VIDEO, "{script}.mp4", "{file} {languages} {")
    assert message("narrated", script) == "Speak this: {file} {languages} { (file {script}.mp4)"


def test_a_prompt_for_a_script_needs_one() -> None:
    """A video alone is not paid for when its text is missing."""
    with pytest.raises(OrderError, match="need a text") as caught:
        order("narrated")
    assert ".txt" in caught.value.cure


def test_prompt_txt_with_a_place_for_a_script_makes_an_edit_folder_take_scripts() -> None:
    """`takes` says so before anything is dropped."""
    assert MediaKind.SCRIPT not in takes(folder("edit"))
    assert MediaKind.SCRIPT in takes(folder("edit"), "Show {script}")
    assert message("edit", Drop(MediaKind.SCRIPT, "a.txt", "hi", "Show {script}")) == "Show hi"


REFUSED = [
    ("dub-es", MediaKind.IMAGE, "videos"),
    ("dub-es", MediaKind.SCRIPT, "videos"),
    ("voiceover", MediaKind.IMAGE, "texts"),
    ("transcribe", MediaKind.IMAGE, "audio"),
    ("edit", MediaKind.SCRIPT, "images"),
    ("stills", MediaKind.LINK, "images"),
    ("stills", MediaKind.VIDEO, "images"),
]


@each_row(REFUSED)
def test_a_kind_that_a_folder_does_not_take_is_refused(
    name: str, kind: MediaKind, takes_instead: str
) -> None:
    """The error names the file and the folder, the cure what the folder takes."""
    with pytest.raises(OrderError) as caught:
        order(name, Drop(kind, "thing.bin", "text", "instructions"))
    assert "thing.bin" in caught.value.text
    assert name in caught.value.text
    assert takes_instead in caught.value.cure


@pytest.mark.parametrize("name", ["dub-es", "voiceover", "transcribe", "shorts"])
def test_links_are_taken_wherever_video_is(name: str) -> None:
    """A link's order is the video's."""
    assert order(name, Drop(MediaKind.LINK, "clip.mp4")) == order(name)


def test_an_empty_script_is_refused() -> None:
    """There is nothing to speak, and nothing is paid."""
    with pytest.raises(OrderError, match="no text"):
        order("voiceover", Drop(MediaKind.SCRIPT, "a.txt", " \n"))


def test_no_message_of_ours_says_export() -> None:
    """The word would make the agent answer about its buttons (docs/api.md section 6)."""
    script = Drop(MediaKind.SCRIPT, "a.txt", "x")
    group = Drop(MediaKind.VIDEO, "a.mp4", "x")
    orders = [
        order("dub-from-en-es"),
        order("voiceover-male"),
        order("voiceover", script),
        order("voiceover", group),
        order("transcribe"),
    ]
    assert all("export" not in t.prompt.lower() for got in orders for t in got.targets)


def test_limits_are_those_of_the_skill() -> None:
    """200 MB for scripts' skill, 500 MB for all others, known or not."""
    assert max_bytes("voiceover-generator") == 200 * MB
    assert max_bytes("multilingual-video-dubbing") == max_bytes("somebody-elses") == 500 * MB


DESCRIBED = [
    (
        "dub-from-en-es-fr",
        ["each a job of its own", "Language of the video: English", "clip.es.mp4, clip.fr.mp4"],
    ),
    (
        "voiceover-male",
        [
            "voiceover-generator for a text alone",
            "Language: English",
            "Voice: male",
            "clip.voiceover.mp4",
        ],
    ),
    ("transcribe", ["clip.txt, clip.srt, clip.vtt, clip.transcribed.mp4"]),
    ("edit", ["prompt.txt", "clip.edit.mp4"]),
    ("stills", ["It accepts images", "Results for clip.jpg: clip.stills.mp4"]),
    ("shorts-es-fr", ["Languages: Spanish and French."]),
]


@each_row(DESCRIBED)
def test_a_folder_is_described_in_plain_words(name: str, said: list[str]) -> None:
    """Task, what it takes, languages and results, a sentence a line."""
    lines = describe(folder(name))
    assert all(line.endswith(".") for line in lines)
    for text in said:
        assert text in "\n".join(lines)


@pytest.mark.parametrize("asked", ["export as MP4", "how many credits do I have left?", "显示轨道"])
def test_what_an_addition_asks_for_and_is_no_work_leaves_the_folder_its_work(asked: str) -> None:
    """A dub is a dub; an edit folder has no work of its own, so that it is asked for it."""
    plain = message("dub-es")
    assert message("dub-es", Drop(MediaKind.VIDEO, "a.mp4", prompt=f"+ {asked}")) == plain
    for own in (asked, f"+ {asked}"):
        with pytest.raises(OrderError, match="only ask"):
            order("edit", Drop(MediaKind.VIDEO, "a.mp4", prompt=own))


def test_a_recipe_s_instructions_are_judged_only_where_they_count() -> None:
    """One that only exports is no work, unless a prompt.txt says what is."""
    folder = read_folder("out", {"out": Recipe(prompt="Export it.")})
    assert isinstance(folder, Folder)
    with pytest.raises(OrderError, match="only ask for the result"):
        plan(folder, Drop(MediaKind.VIDEO, "a.mp4"))
    (target,) = plan(folder, Drop(MediaKind.VIDEO, "a.mp4", prompt="Cut it, then export.")).targets
    assert target.prompt == "Cut it."
