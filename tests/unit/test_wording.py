"""Answers that assume a web editor, for people who have a folder: what is reworded, and what
never."""

from __future__ import annotations

from nemowatch.i18n import language
from nemowatch.i18n.quoted import quoted, unmarked
from nemowatch.remote.wording import Act, Scene, for_people
from nemowatch.reporting.conversation import TIMELINE_BELOW
from tests.rigs.rows import each_row

TRACKS = (
    "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3. Title:"
    ' "Urban Dreams" (0-3s)'
)
SCENE = Scene("published", TRACKS)
STATE = f"State: published; {TRACKS}"
#: (an instruction for the user of an editor, what it means here)
INSTRUCTIONS = (
    ('Click the "Export" button to save.', Act.EXPORT),
    ("Click Export.", Act.EXPORT),
    ("You can export your video now.", Act.EXPORT),
    ("Export", Act.EXPORT),
    ("Please export the final video as MP4.", Act.EXPORT),
    ("Export it when you're happy.", Act.EXPORT),
    ("Now hit the Export button in the top right corner!", Act.EXPORT),
    ("点击导出按钮。", Act.EXPORT),
    ("请点击右上角的“导出”。", Act.EXPORT),
    ("您可以导出视频。", Act.EXPORT),
    ("导出", Act.EXPORT),
    ("- Click **Export** to save.", Act.EXPORT),
    ("满意后点击导出。", Act.EXPORT),
    ('Click "Preview" to watch the result.', TRACKS),
    ("Drag the title.", Act.CHANGE),
    ("You can preview the result in the timeline.", TRACKS),
    ("Preview in timeline.", TRACKS),
    ("Please check the new track on the timeline.", TRACKS),
    ("Preview your video.", TRACKS),
    ("在时间线中预览。", TRACKS),
    ("您可以在时间轴上预览效果。", TRACKS),
    ("请预览视频。", TRACKS),
    ("Drag the clip to another place.", Act.CHANGE),
    ("Drag it to the left.", Act.CHANGE),
    ("Drag and drop the music onto the timeline.", Act.CHANGE),
    ("拖拽片段到您想要的位置。", Act.CHANGE),
    ("将素材拖到时间线上。", Act.CHANGE),
    ("您可以拖动滑块。", Act.CHANGE),
    ("Click the Generate button.", Act.CLICK),
    ("Click on Settings.", Act.CLICK),
    ("Click here.", Act.CLICK),
    ("Please tap the play icon.", Act.CLICK),
    ("请点击“生成”。", Act.CLICK),
    ("点击右上角的菜单。", Act.CLICK),
    ("Open the project.", STATE),
    ("Open your project in the editor.", STATE),
    ("Please open the left side panel.", STATE),
    ("打开项目。", STATE),
    ("请打开编辑器。", STATE),
    ("请打开左侧的素材面板。", STATE),
)
ORDINARY = (
    "Export is up five percent",
    "Export is up five percent.",
    "Exports rose.",
    "Export to France rose last year.",
    "Exporting goods takes time.",
    "The export industry grew.",
    "请打开窗户",
    "请打开窗户。",
    "打开门，让他进来。",
    "她打开了心扉。",
    "由此可以推导出结论。",
    "出口和导出的数据增长了。",
    "点击率上升了百分之五。",
    "他拖动着沉重的箱子。",
    "他们在预览新车。",
    "They click together and open the door.",
    "Open the window, please.",
    "Open the book at page seven.",
    "Open your heart.",
    "Click your heels three times.",
    "The two of them clicked at once.",
    "Drag your feet.",
    "Drag queens perform tonight.",
    "Drop the beat.",
    "The preview of the film was a success.",
    "Should I click Export?",
    "要点击导出吗？",
    "I added a title at 0:05, as you asked.",
    "I dubbed your video into Spanish.",
)


@each_row(INSTRUCTIONS)
def test_an_instruction_for_the_editor_becomes_what_it_means_here(said: str, meaning: str) -> None:
    """Alone, and in company."""
    assert for_people(said, SCENE) == f"{meaning}."
    assert for_people(f"All done. {said}", SCENE) == f"All done. {meaning}."


@each_row(ORDINARY)
def test_ordinary_sentences_stay(said: str) -> None:
    """With an editor's words in them, and questions."""
    assert for_people(said, SCENE) == said


@each_row(
    [
        (
            'Preview in timeline, then click "Export" to save it.',
            f"{TRACKS}, then {Act.EXPORT}.",
        ),
        ("Your video is ready, click Export to save it.", f"Your video is ready, {Act.EXPORT}."),
        ("To save it, click Export.", f"To save it, {Act.EXPORT}."),
        ("Open the editor and drag the clip to 0:05.", f"{STATE} and {Act.CHANGE}."),
        ("视频已完成，请点击导出。", f"视频已完成，{Act.EXPORT}."),
        ("Click Settings. Click Music. Click Export.", f"{Act.CLICK}. {Act.EXPORT}."),
        ("Click Export, and tell me what you think.", f"{Act.EXPORT}, and tell me what you think."),
    ]
)
def test_the_rest_of_the_sentence_stays(said: str, shown: str) -> None:
    """Only the clause that instructs is replaced, and the same is not said twice."""
    assert for_people(said, SCENE) == shown


def test_what_is_not_known_is_where_it_can_be_found() -> None:
    """Without a draft there are no tracks to show."""
    assert for_people("Preview in timeline.") == "nemowatch show prints the tracks."
    assert for_people("Open the project.") == "nemowatch show prints the state."


def test_nothing_that_does_not_exist_is_offered() -> None:
    """A change is asked for as people ask for one: by a text named after the result."""
    assert [act for act in Act if ".revise.txt" in act] == [Act.CHANGE]
    assert not [act for act in Act if ".answer" in act or "prompt.txt" in act]


def test_what_takes_an_instructions_place_is_in_the_readers_language() -> None:
    """The agent's own words stay as they came, also where they stand in a text of ours."""
    answer = "Ready. Preview in timeline, then click Export to save it. Enjoy"
    scene = Scene("done", TIMELINE_BELOW)
    whole = f"The cloud answered: {for_people(f'{answer}.', scene, theirs=quoted)} Waiting."
    with language.in_language("de"):
        shown = for_people(answer, scene, ours=language.said)
        assert shown.startswith("Ready. Die Zeitleiste steht unten, then nemowatch rendert und")
        assert shown.endswith("selbst. Enjoy")
        told = language.said(whole)
    assert "Ready. Die Zeitleiste steht unten, then nemowatch rendert und holt" in told
    assert told == unmarked(told)
    assert unmarked(whole) == f"The cloud answered: {for_people(f'{answer}.', scene)} Waiting."
