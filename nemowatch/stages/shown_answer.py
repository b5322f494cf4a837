"""What the agent said, for people: wording meant for a web editor is translated, and what may be a
transcript never is. Pure.
"""

from __future__ import annotations

from nemowatch.edits import answer_words
from nemowatch.edits.answer_words import AnswerKind
from nemowatch.edits.draft import timeline, tracks_of
from nemowatch.journal.jobs import Job
from nemowatch.model import OutputKind
from nemowatch.remote.wording import Scene, for_people


def shown_answer(job: Job, text: str, state: str, draft: object = None) -> str:
    """`text` as people are shown it; `state`: of the job, for people; `draft`: the edit, where
    there is one."""
    tracks = ""
    if tracks_of(draft):
        tracks = timeline(draft)
    return answer_in(job, text, Scene(state, tracks))


def answer_in(job: Job, text: str, scene: Scene, *, captions: bool = False) -> str:
    """The same, with what an editor would show in `scene`. `captions`: the edit has texts of its
    own, so that the words are none."""
    is_text_due = _is_text_ordered(job) and not captions
    if is_text_due and answer_words.judge(text) is not AnswerKind.OTHER:
        return text
    return for_people(text, scene)


def _is_text_ordered(job: Job) -> bool:
    return OutputKind.TEXT in {output.kind for output in job.outputs}
