"""What the agent said, for people: wording meant for a web editor is translated, and what may be a
transcript never is. Pure.
"""

from __future__ import annotations

from nemowatch.edits import answer_words
from nemowatch.edits.answer_words import AnswerKind
from nemowatch.edits.draft import timeline, tracks_of
from nemowatch.i18n.quoted import quoted
from nemowatch.journal.jobs import Job
from nemowatch.model import OutputKind
from nemowatch.remote.wording import Rendered, Scene, for_people


def shown_answer(job: Job, text: str, state: str, draft: object = None) -> str:
    """`text` as people are shown it; `state`: of the job, for people; `draft`: the edit, where
    there is one."""
    return answer_in(job, text, _scene(state, draft))


def quoted_answer(job: Job, text: str, state: str, draft: object = None) -> str:
    """The same, to stand in a text of ours: only the agent's words are marked as a quotation, so
    that what we put in their place is translated with the rest."""
    return answer_in(job, text, _scene(state, draft), theirs=quoted)


def _scene(state: str, draft: object) -> Scene:
    tracks = ""
    if tracks_of(draft):
        tracks = timeline(draft)
    return Scene(state, tracks)


def answer_in(
    job: Job,
    text: str,
    scene: Scene,
    *,
    captions: bool = False,
    theirs: Rendered = str,
    ours: Rendered = str,
) -> str:
    """The same, with what an editor would show in `scene`. `captions`: the edit has texts of its
    own, so that the words are none. `theirs` and `ours` render the agent's words and ours."""
    is_text_due = _is_text_ordered(job) and not captions
    if is_text_due and answer_words.judge(text) is not AnswerKind.OTHER:
        return theirs(text)
    return for_people(text, scene, theirs=theirs, ours=ours)


def _is_text_ordered(job: Job) -> bool:
    return OutputKind.TEXT in {output.kind for output in job.outputs}
