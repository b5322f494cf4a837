"""Dubbing: a video spoken in other languages, one job for each."""

from __future__ import annotations

from nemowatch.errors import OrderError, shown
from nemowatch.model import MB, FolderOrder, MediaKind, Output, OutputKind, Review, Target
from nemowatch.tasks import additions, prompts
from nemowatch.tasks.arguments import REVIEW, SOURCE, read_arguments
from nemowatch.tasks.kinds.base import AUDIO, VIDEO, Example, Hint, Skill, Spelled, TaskKind
from nemowatch.tasks.languages import Language, of_code
from nemowatch.tasks.prompts import Base
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.words import WrongError, where

#: The skill that makes the text to be reviewed (docs/api.md section 2).
_TEXT_SKILL = "transcribe-video-to-text"
#: The text was made as a track of the video, for its times; rendered, it would be in the picture.
_NOT_SHOWN = (
    "Unless subtitles are asked for above, take the text track with the translation out of the"
    " timeline again."
)
#: Languages that are named as examples: two, since a video may be spoken in the first one.
_EXAMPLES = ("es", "fr")
#: Other words for a review.
_REVIEW_WORDS = dict.fromkeys(
    ("review", "reviewed", "reviewing", "reviews", "preview", "proofread", "check", "correct"),
    "review",
)


class Dub(TaskKind):
    """`dub-es-fr`, `dub-from-en-es`, `dub-es-review`."""

    word = "dub"
    summary = "a video or a recording, spoken in other languages"
    skills = (
        Skill("multilingual-video-dubbing", 500 * MB, needs_sound=True, best_seconds=300),
        Skill(_TEXT_SKILL, 500 * MB, needs_sound=True, best_seconds=300),
    )
    takes = VIDEO | AUDIO
    also = ("dubbing", "dubbed", "dubs")
    meant = ("translate", "translation", "translated", "synchronize")
    keywords = SOURCE | REVIEW
    near_words = _REVIEW_WORDS
    shortest = "dub-es"
    splits_languages = True
    takes_subtitles = True
    examples = (
        Example(("dub-es-fr",), "the video spoken in each language"),
        Example(("dub-from-en-es",), "the same, and says which language it is in"),
        Example(("dub-pt_BR", "dub-spanish"), "regions with `_`, names in words"),
        Example(
            ("dub-es-review",),
            "the text first; put back, corrected or as it is, it is dubbed",
        ),
    )
    hints = (
        Hint("dub-es-fr", "a video, spoken in Spanish and in French"),
        Hint("dub-pt_BR", "a video, spoken in Brazilian Portuguese"),
        Hint("dub-from-en-es", "a video, from English into Spanish"),
        Hint("dub-es-review", "the Spanish text first; put back here, it is spoken"),
    )

    def read(self, spelled: Spelled) -> Folder:
        found = read_arguments(spelled.words, spelled.start, self.keywords)
        if not found.targets:
            other = _example(found.source)
            language, example = other.name, shown("-".join([*spelled.words, other.tag]))
            raise WrongError(
                f"The name says dub but names no language. For {language}, call it {example}."
            )
        if found.source in found.targets:
            which = found.source.name
            raise WrongError(f"{which} is both the language of the video and the one to dub into.")
        return Folder(
            spelled.name,
            self.word,
            self.skill,
            found.targets,
            found.source,
            accepts=self.takes,
            is_reviewed=found.is_reviewed,
        )

    def plan(self, folder: Folder, drop: Drop) -> FolderOrder:
        target_of = _target
        skill = folder.skill
        if folder.is_reviewed:
            target_of = _reviewed
            skill = _TEXT_SKILL
        targets: list[Target] = []
        for language in folder.languages:
            _check_language(folder, language, drop.prompt)
            targets.append(target_of(folder, drop, language))
        return FolderOrder(self.word, skill, tuple(targets))


def _target(folder: Folder, drop: Drop, language: Language) -> Target:
    words = dict(drop.subtitles).get(language.tag, "")
    message = _dub(folder, drop, language, has_words=bool(words)) + words
    return Target(language.tag, message, _outputs(language))


def _example(source: Language | None) -> Language:
    """A language into which a video that is spoken in `source` can be dubbed."""
    examples = map(of_code, _EXAMPLES)
    return next(language for language in examples if language != source)


def _reviewed(folder: Folder, drop: Drop, language: Language) -> Target:
    """The target with a review: the text first, then the dub from what a person puts back."""
    added = prompts.addition(drop.prompt) or drop.prompt.strip()
    base = _text_message(language, folder.source_language, drop.kind)
    text = prompts.instructed(base, where(added, f"+{added}"))
    message = prompts.order(text, drop, [language])
    dub = Review(folder.skill, _dub(folder, drop, language, has_words=True), _outputs(language))
    return Target(language.tag, message, (Output(f".{language.tag}.srt", OutputKind.SRT),), dub)


def _outputs(language: Language) -> tuple[Output, ...]:
    return (Output(f".{language.tag}.mp4", OutputKind.VIDEO),)


def _dub(folder: Folder, drop: Drop, language: Language, *, has_words: bool) -> str:
    """The message that orders a dub; with `has_words` it ends where the words begin."""
    base = _message(language, folder.source_language, drop.kind, has_words=has_words)
    text = prompts.instructed(base, drop.prompt)
    is_replaced = drop.prompt.strip() and not prompts.extends(drop.prompt)
    if is_replaced and not prompts.asks_for_languages(text):
        # otherwise the jobs of all languages would send the same words
        text += "\n\nThe language to dub into is {languages}."
    message = prompts.order(text, drop, [language])
    if not has_words:
        return message
    parts = [message, f"The words of the {language.name} dub, each after its times:\n\n"]
    if folder.is_reviewed:
        parts.insert(1, _NOT_SHOWN)
    return "\n\n".join(parts)


def _check_language(folder: Folder, language: Language, own: str) -> None:
    """Raise OrderError for instructions that say to dub into another language: the result has the
    language of the folder in its name, and would be paid for and wrong."""
    for code in additions.dubbed_into(own):
        if code.split("_")[0] == language.tag.split("-")[0]:
            continue
        wanted, said = language.name, of_code(code).name
        raise OrderError(
            f"The folder {shown(folder.name)} says to dub into {wanted}, and the"
            f" instructions in it say {said}. Nothing was sent or paid for so far.",
            cure=(
                "Put the file into a folder of that language, or write {languages} where the"
                " instructions name the language to dub into."
            ),
        )


def _message(
    target: Language,
    source: Language | None,
    kind: MediaKind,
    *,
    has_words: bool,
) -> Base:
    """The message for a dub; `has_words`: the words of the dub follow."""
    medium, kept = "video", "Do not change the picture, and do not"
    if kind is MediaKind.AUDIO:
        medium, kept = "recording", "Do not"
    spoken = prompts.name_of(source)
    origin = where(spoken, f" The speech in it is in {spoken}.")
    order = (
        f"Dub this {medium} into {target.name} with synced audio.{origin}"
        f" {_replaced(target, has_words=has_words)}"
    )
    return Base(
        f"{order}, and keep music and background sounds. {kept} add titles, music or effects.",
        f"{order}.",
    )


def _text_message(target: Language, source: Language | None, kind: MediaKind) -> Base:
    """The message for the text that a person is to approve."""
    medium = "recording" if kind is MediaKind.AUDIO else "video"
    spoken = prompts.name_of(source)
    origin = where(spoken, f" The speech in it is in {spoken}.")
    order = (
        f"Transcribe what is said in this {medium}, translated into {target.name}.{origin} Add the"
        " translation as a text track, sentence by sentence, whose parts begin and end when they"
        " are spoken. Do not add a voice yet."
    )
    return Base(f"{order} Change nothing else in the {medium}.", order)


def _replaced(target: Language, *, has_words: bool) -> str:
    """The phrase for what is to be spoken in place of the original."""
    if has_words:
        return (
            f"Replace the original voices by {target.name} ones that speak the words below, word"
            " for word and each at its time"
        )
    return (
        f"Translate everything that is said, replace the original voices by {target.name} ones that"
        " keep their timing"
    )


KIND = Dub()
