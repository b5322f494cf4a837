"""A project's instructions: their parts, the files that they name, and what is asked before."""

from __future__ import annotations

import pytest

from nemowatch.errors import OrderError
from nemowatch.intake.scan.project_names import Named, named
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.projects import ProjectDrop, plan_project
from nemowatch.tasks.records import Folder
from tests.rigs.rows import each_row

FILES = ("clip2.mp4", "clip10.mp4", "Q & A.mp4", "song.mp3")


def planned(prompt: str) -> list[tuple[str, str]]:
    """(message, ending of the result) of each turn."""
    folder = read_folder("edit", {})
    assert isinstance(folder, Folder)
    order = plan_project(folder, ProjectDrop("film", FILES, prompt))
    return [(target.prompt, target.outputs[0].ending) for target in order.targets]


def test_instructions_without_a_divider_are_one_turn() -> None:
    """Its result is called as those of its folder are."""
    assert planned("Join the clips.") == [("Join the clips.", ".edit.mp4")]


@pytest.mark.parametrize("divider", ["---", " --- ", "-----", "—-", "——"])
def test_a_line_of_hyphens_divides(divider: str) -> None:
    """Each part is a turn with a result of its own; editors make long dashes of hyphens."""
    found = planned(f"Join them.\n{divider}\nAdd the song.\n\n{divider}\n")
    assert found == [("Join them.", ".1.mp4"), ("Add the song.", ".2.mp4")]


def test_a_part_that_only_asks_for_the_file_is_none() -> None:
    """Each of the others has its result anyhow; alone it is refused."""
    found = planned(
        "Join them.\n---\nexport as MP4, please\n---\nclip2.mp4: download\n---\nAdd a title."
    )
    assert found == [("Join them.", ".1.mp4"), ("Add a title.", ".2.mp4")]


@pytest.mark.parametrize("line", ["--", "- one", "a --- b", "***"])
def test_other_lines_do_not_divide(line: str) -> None:
    """A list, a dash in a sentence and other signs are words like any other."""
    assert len(planned(f"Join them.\n{line}\nAdd the song.")) == 1


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("clip2.mp4: shorten it", "file clip2.mp4"),
        ("CLIP2.MP4 : shorten it", "file clip2.mp4"),
        ('"clip10.mp4": shorten it', "file clip10.mp4"),
        ("Q & A.mp4: shorten it", "file Q & A.mp4"),
        ("clip2.mp4, clip10.mp4: shorten it", "files clip2.mp4 and clip10.mp4"),
    ],
)
def test_a_part_may_begin_with_the_files_that_it_concerns(part: str, names: str) -> None:
    """The message says which they are, in the names that they have."""
    assert planned(part) == [(f"This is about the uploaded {names}: shorten it", ".edit.mp4")]


@pytest.mark.parametrize(
    "part", ["Note: keep it short", "Put the song under clip2.mp4: softly", "At 0:05: a title"]
)
def test_other_colons_mean_nothing(part: str) -> None:
    """A sentence with a colon goes out as it is."""
    assert planned(part) == [(part, ".edit.mp4")]


@each_row(
    [
        ("", "what to do"),
        ("---\n\n---", "what to do"),
        ("Join.\n---\nclip9.mp4: shorten", "clip9.mp4"),
        ("clip2.mp4:", "clip2.mp4"),
        ("Join.\n---\nhow many credits are left?", "part 2"),
        ("Export.\n---\ndownload it", "part 1"),
        ("\n---\n".join(["More."] * 51), "51 parts"),
        ("Say {script}", "{script}"),
    ]
)
def test_what_cannot_be_meant_is_asked_about(prompt: str, words: str) -> None:
    """Nothing is planned, and the reason names what is wrong."""
    with pytest.raises(OrderError) as caught:
        planned(prompt)
    assert words in caught.value.text
    assert caught.value.cure


@each_row(
    [
        ("film.project", Named.EXACTLY),
        ("FILM.PROJECT", Named.EXACTLY),
        ("film.projekt", Named.NEARLY),
        ("film.projct", Named.NEARLY),
        ("film.project (1)", Named.NEARLY),
        ("film.project - Copy", Named.NEARLY),
        ("film.project.txt", Named.NEARLY),
        ("film project", Named.MAYBE),
        ("film-project", Named.MAYBE),
        ("project", Named.MAYBE),
        ("Project Apollo", Named.NOT),
        ("client", Named.NOT),
        ("2024.06", Named.NOT),
    ]
)
def test_names_of_projects(name: str, said: Named) -> None:
    """What is called nearly like a project was hardly meant as an ordinary folder."""
    assert named(name.encode()) is said
