"""Rewords the agent's answers, which assume a web editor (docs/api.md section 6), for people who
have a folder.

Pure. Only instructions to the user of an editor are replaced, clause by clause: a verb of an editor
together with something that an editor has. Questions and ordinary sentences with the same words
stay. This is for showing only: what may be a transcript is kept as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.i18n.language import message
from nemowatch.late_pattern import LatePattern


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be shown of a job where an answer sends people to an editor."""

    state: str = ""  #: "published"
    timeline: str = ""  #: `Timeline (1 track): 1. Video: clip.mp4 (0-10s)`


#: Where nothing is known of the job.
NOTHING_TO_SHOW = Scene()

#: Some words, and whether they are ours.
Piece = tuple[str, bool]
#: How such words are put into a text.
Rendered = Callable[[str], str]


class Act(StrEnum):
    """What an instruction for the editor means here, as docs/api.md section 6 has it."""

    EXPORT = message("nemowatch renders and fetches the result itself")
    TRACKS = message("nemowatch show prints the tracks")  #: said where they are not known
    OPEN = message("nemowatch show prints the state")  #: said where it is not known
    CLICK = message("nemowatch does this through the API")
    #: docs/behaviour.md section 1
    CHANGE = (
        "a change like that is asked for in a text file NAME.revise.txt, named after the result, in"
        " the video's inbox folder: one more paid turn"
    )


#: Words before an instruction.
_DO = (
    r"^[-*•_ ]{0,6}"
    r"(?:(?:please|you|can|may|now|then|and|also|next|first|just|simply|finally|to) ){0,6}"
)
_ZH_DO = (
    r"^(?:[^，。]{1,6}后)?(?:请|您|你|可以|现在|然后|接着|再|只需|直接|就|也|先|并|即可|最后){0,6}"
)
#: What an editor has, and the world hardly.
_THING = (
    r"\b(?:editor|panel|tab|menu|sidebar|project|timeline|preview|player|clips?|tracks?|layers?"
    r"|segments?|button|icon|handle|slider|playhead|canvas|toolbar|dialog|inspector|storyboard)\b"
)
_ZH_THING = (
    r"(?:编辑器|面板|菜单|时间[线轴]|项目|工程|预览|草稿|标签页|工具栏|侧边栏|播放器|按钮|图标|选项"
    r"|片段|素材|剪辑|音轨|轨道|图层|滑块|进度条)"
)
#: What is made.
_FILM = r"\b(?:video|film|clip|movie|project|result|draft|edit|cut|version|file|mp4)\b"
_THE_FILM = rf"(?:(?:it|this)\b|(?:the|your|this|my|a) (?:\w{{1,12}} ){{0,2}}{_FILM})"
_ZH_FILM = r"(?:视频|成片|影片|作品|项目|结果|文件|mp4|MP4)"
#: What is moved about in an editor.
_ZH_PIECE = rf"(?:{_ZH_THING}|{_ZH_FILM}|字幕|音乐|图片)"
_ZH_DRAG = r"(?:拖拽|拖动|拖放|拖到|拖入|拖至)"

#: How a clause with each meaning looks; the first that is found counts.
_CLAUSES: dict[Act, tuple[str, ...]] = {
    Act.EXPORT: (
        rf"{_DO}(?:click|tap|press|hit|use|select|choose)\b.{{0,40}}\bexport\b",
        rf"{_DO}(?:click|tap|press|hit) (?:on )?(?:the )?\W{{0,3}}(?:download|render)\b",
        rf"{_DO}export(?: now| here| again)?\W{{0,3}}$",
        rf"{_DO}export {_THE_FILM}(?! (?:is|are|was|rose|fell)\b)",
        rf"{_DO}export (?:to|as|in|when) .{{0,20}}\b(?:mp4|mov|hd|4k|\d{{3,4}}p|ready)\b",
        rf"{_ZH_DO}(?:点击|单击|按下?|选择|使用).{{0,12}}导出",
        rf"{_ZH_DO}[“\"「]?导出(?:[”\"」]|{_ZH_FILM}|您的|按钮|它|即可|吧|\W{{0,3}}$)",
    ),
    Act.TRACKS: (
        rf"{_DO}(?:preview|see|view|check|watch|review|play)\b.{{0,40}}\b[io]n (?:the |your )?"
        r"timeline\b",
        rf"{_DO}(?:preview|review) (?:{_THE_FILM}|(?:the|your) (?:timeline|changes)\b)",
        rf"{_DO}(?:click|tap|press|hit) (?:on )?(?:the )?\W{{0,3}}preview\b",
        rf"{_DO}preview(?: now| here)?\W{{0,3}}$",
        rf"{_ZH_DO}[在到从去]?.{{0,6}}时间[线轴].{{0,8}}(?:预览|查看)",
        rf"{_ZH_DO}(?:预览|查看).{{0,8}}时间[线轴]",
        rf"{_ZH_DO}预览(?:一下)?.{{0,4}}{_ZH_FILM}",
    ),
    Act.CHANGE: (
        rf"{_DO}(?:drag|drop)\b.{{0,60}}(?:{_THING}|{_FILM})",
        rf"{_DO}drag (?:the|your|this|a) (?:\w{{1,12}} ){{0,2}}"
        r"(?:title|music|text|image|photo|sound)\b",
        rf"{_DO}drag (?:and drop )?(?:it|them)\b.{{0,20}}\b(?:to|into|onto|left|right)\b",
        rf"{_ZH_DO}[将把]?.{{0,16}}{_ZH_DRAG}.{{0,16}}{_ZH_PIECE}",
        rf"{_ZH_DO}[将把]?.{{0,8}}{_ZH_PIECE}.{{0,8}}{_ZH_DRAG}",
    ),
    Act.CLICK: (
        rf"{_DO}(?:(?:double|right)[- ])?(?:click|tap|press|hit) .{{0,40}}(?:{_THING}|[\"“‘])",
        rf"{_DO}(?:click|tap) (?:on )?(?:here|below|(?-i:[A-Z]\w))",
        rf"{_ZH_DO}(?:在.{{0,12}})?(?:双击|点击|单击)(?!率|量|数).{{0,12}}"
        rf"(?:{_ZH_THING}|[“\"「『]|下载|生成|播放|这里|此处|下方|右上角|左上角)",
    ),
    Act.OPEN: (
        rf"{_DO}open (?:up )?(?:(?:the|your|this|a) )?(?:\w{{1,12}} ){{0,2}}{_THING}",
        rf"{_ZH_DO}(?:在.{{0,12}})?打开.{{0,8}}{_ZH_THING}",
        rf"{_ZH_DO}在.{{0,12}}{_ZH_THING}.{{0,4}}打开",
    ),
}
_ACTS = tuple(
    (LatePattern(pattern, re.IGNORECASE), act)
    for act, patterns in _CLAUSES.items()
    for pattern in patterns
)
#: A sentence with its end and the space after it.
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？]+[\"'”’)]*|\n|$)\s*")
#: What stands between clauses.
_BETWEEN = re.compile(
    r"([,;:]\s(?:and |then |or ){0,2}|[，；：]\s?(?:然后|再|并|接着)?|\s(?:and )?then\s"
    r"|(?<!drag)\s(?:and|or)\s(?=(?:click|tap|drag|drop|open|export|preview)\b))",
    re.IGNORECASE,
)
#: Noise after normal output [vendor]; it is short and at the very end.
_TEMPORARY = re.compile(
    r"\bI(?:['’]ve| have)? encountered a temporary issue\b[^\n]*$", re.IGNORECASE
)
#: Characters at the end in which that noise is searched for.
_TAIL = 400
#: Characters: a longer sentence is content, not an instruction.
_LONGEST_INSTRUCTION = 300


def without_noise(answer: str) -> str:
    """The answer without a trailing "temporary issue", unless it says nothing else."""
    answer = answer.strip()
    kept = _TEMPORARY.sub("", answer[-_TAIL:])
    return (answer[:-_TAIL] + kept).strip() or answer


def is_noise(error: str) -> bool:
    """Whether an error says nothing but the "temporary issue" that may follow normal output."""
    return _TEMPORARY.match(error.strip()) is not None


def _unchanged(text: str) -> str:
    return text


def for_people(
    answer: str,
    scene: Scene = NOTHING_TO_SHOW,
    *,
    theirs: Rendered = _unchanged,
    ours: Rendered = _unchanged,
) -> str:
    """The answer for somebody who has only a folder; what the editor would show is shown from
    `scene`. `theirs` and `ours` render the agent's words and those put in their place."""
    shown = ""
    for text, is_ours in _pieces(answer.strip(), scene):
        render = ours if is_ours else theirs
        shown += render(text)
    return shown.strip()


def _pieces(answer: str, scene: Scene) -> Iterator[Piece]:
    """The answer with what its instructions mean here in their place."""
    last: list[Piece] = []
    blank = ""
    for match in _SENTENCE.finditer(answer):
        sentence = match.group()
        body = sentence.rstrip()
        pieces = _reworded(body, scene)
        is_ours = any(ours for _, ours in pieces)
        if is_ours and pieces == last:
            continue  # several clicks in a row mean one thing
        yield blank, False
        yield from pieces
        blank = sentence[len(body) :]
        last = pieces


def _reworded(sentence: str, scene: Scene) -> list[Piece]:
    """A sentence with what its instructions mean here in their place."""
    if len(sentence) > _LONGEST_INSTRUCTION or sentence.endswith(("?", "？")):
        return [(sentence, False)]
    body = sentence.rstrip(".!。！")
    clauses = list(_clauses(body))
    acts = [_act(clause) for _, clause in clauses]
    if not any(acts):
        return [(sentence, False)]

    pieces: list[Piece] = []
    done: set[Act] = set()
    for (between, clause), act in zip(clauses, acts, strict=True):
        if act in done:
            continue
        if act is None:
            pieces.append((between + clause, False))
            continue
        done.add(act)
        pieces += [(between, False), *_meaning(act, scene)]
    if acts[-1] is None:
        return [*pieces, (sentence[len(body) :], False)]
    end, is_ours = pieces.pop()
    return [*pieces, (f"{end}.", is_ours)]


def _clauses(body: str) -> Iterator[tuple[str, str]]:
    """Each clause of a sentence, with what stands before it."""
    first, *others = _BETWEEN.split(body)
    yield "", first
    yield from zip(others[::2], others[1::2], strict=True)


def _act(clause: str) -> Act | None:
    """What a clause means, when it is an instruction for an editor."""
    for pattern, act in _ACTS:
        if pattern.search(clause):
            return act
    return None


def _meaning(act: Act, scene: Scene) -> Iterator[Piece]:
    """What is put in the place of an instruction."""
    if act is Act.TRACKS and scene.timeline:
        yield scene.timeline, True
        return
    if act is Act.OPEN and scene.state:
        yield message(f"State: {scene.state}"), True
        if scene.timeline:
            yield "; ", False
            yield scene.timeline, True
        return
    yield act.value, True
