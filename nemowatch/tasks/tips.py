"""Tips for better results from the cloud's pages, if they apply to a drop (docs/api.md section 2).
A tip is only shown, and holds nothing up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nemowatch.errors import shown
from nemowatch.i18n.language import message
from nemowatch.late_pattern import LatePattern
from nemowatch.tasks import prompts
from nemowatch.tasks.kinds.base import Skill
from nemowatch.tasks.records import Drop
from nemowatch.tasks.routing import is_vague

#: Characters of a script in which words are counted; the rest is extrapolated.
_SAMPLE = 20_000
#: A word, or an ideograph or kana, of which three make about two words.
_WORD = LatePattern(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:['\u2019-][^\W\d_]+)*|\d+")
_IDEOGRAPH = LatePattern("[\u3040-\u30ff\u3400-\u9fff]")
#: The most characters of instructions that a tip quotes.
_QUOTED = 60
_SPECIFIC = (
    'Specific ones give better results, for example: "Cut the pauses, make the music softer, and'
    ' end with a title that says Thank you."'
)


def tips(skill: Skill, drop: Drop, instructions: str) -> tuple[str, ...]:
    """The tips for a drop, one line each; `instructions`: what a person wrote, without the text to
    be spoken."""
    return tuple(_tips(skill, drop, instructions))


def _tips(skill: Skill, drop: Drop, instructions: str) -> Iterator[str]:
    words = _words_in(drop.script)
    if skill.best_words and words > skill.best_words:
        yield (
            f"The text has about {words:,} words. Voice-overs turn out best with up to"
            f" {skill.best_words}: several shorter texts give better results."
        )
    yield from _of_length(skill, drop.name, drop.seconds)
    yield from _of_instructions(instructions)


def project_tips(
    skill: Skill, lengths: Mapping[str, float], parts: Iterable[str]
) -> tuple[str, ...]:
    """The tips for a project: `lengths` are the seconds for which each of its files plays, `parts`
    its instructions."""
    found: list[str] = []
    for name, seconds in lengths.items():
        found += _of_length(skill, name, seconds)
    for part in parts:
        found += _of_instructions(part)
    return tuple(found)


def _of_length(skill: Skill, name: str, seconds: float) -> Iterator[str]:
    if skill.best_seconds and seconds > skill.best_seconds:
        yield (
            f"{shown(name)} is {_length(seconds)} long. This turns out best with up to"
            f" {skill.best_seconds // 60} minutes: several shorter parts give better results."
        )


def _of_instructions(instructions: str) -> Iterator[str]:
    said = " ".join((prompts.addition(instructions) or instructions).split())
    if is_vague(said):
        yield f'The instructions leave open what to do: "{said[:_QUOTED]}". {_SPECIFIC}'


def _words_in(script: str) -> int:
    """About how many words a script has."""
    sample = script[:_SAMPLE]
    found = len(_WORD.findall(sample)) + 2 * len(_IDEOGRAPH.findall(sample)) // 3
    if len(script) <= _SAMPLE:
        return found
    return round(found * len(script) / _SAMPLE)


def _length(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 100:
        return message(f"{minutes} minutes")
    return message(f"{minutes / 60:.1f} hours")
