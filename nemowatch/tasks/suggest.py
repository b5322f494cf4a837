"""The nearest valid names to one that cannot be read. Only proposes: the grammar keeps the first
that it can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from nemowatch.tasks import languages
from nemowatch.tasks.words import split

#: Words that people write for a task. Nearness of letters finds the rest.
_MEANT = {
    "transcript": "transcribe",
    "transcripts": "transcribe",
    "transcription": "transcribe",
    "transcriptions": "transcribe",
    "subtitle": "transcribe",
    "subtitles": "transcribe",
    "captions": "transcribe",
    "caption": "transcribe",
    "srt": "transcribe",
    "translate": "dub",
    "translation": "dub",
    "translated": "dub",
    "synchronize": "dub",
    "dubbing": "dub",
    "dubbed": "dub",
    "narration": "voiceover",
    "narrate": "voiceover",
    "voice": "voiceover",
    "speech": "voiceover",
    "tts": "voiceover",
    "editing": "edit",
    "edits": "edit",
}
#: Codes that people make up and no other rule finds; "sp" is found by the beginning of "Spanish".
_MEANT_CODES = {
    "esp": "es",
    "cht": "zh_Hant",
    "chs": "zh_Hans",
    "eng": "en",
    "ptbr": "pt_BR",
    "ua": "uk",
    "gre": "el",
}
#: What languages call themselves, as their speakers write it: no rule finds these, and "deutsch"
#: looks like Dutch.
_OWN_NAMES = {
    "deutsch": "de",
    "espanol": "es",
    "castellano": "es",
    "francais": "fr",
    "italiano": "it",
    "portugues": "pt",
    "brasileiro": "pt_BR",
    "nederlands": "nl",
    "vlaams": "nl_BE",
    "svenska": "sv",
    "dansk": "da",
    "norsk": "no",
    "suomi": "fi",
    "polski": "pl",
    "cesky": "cs",
    "cestina": "cs",
    "slovencina": "sk",
    "slovenscina": "sl",
    "magyar": "hu",
    "romana": "ro",
    "hrvatski": "hr",
    "srpski": "sr",
    "shqip": "sq",
    "turkce": "tr",
    "lietuviu": "lt",
    "latviesu": "lv",
    "eesti": "et",
    "catala": "ca",
    "euskara": "eu",
    "galego": "gl",
    "gaeilge": "ga",
    "cymraeg": "cy",
    "русскии": "ru",
    "українська": "uk",
    "български": "bg",
    "ελληνικα": "el",
    "中文": "zh",
    "普通话": "zh",
    "日本語": "ja",
    "한국어": "ko",
    "العربية": "ar",
    "עברית": "he",
    "हिन्दी": "hi",
    "ไทย": "th",
    "nihongo": "ja",
    "hangugeo": "ko",
    "russkij": "ru",
    "russkiy": "ru",
    "viet": "vi",
    "bahasa": "id",
    "islenska": "is",
}
#: How voices are called, besides male and female.
_VOICES = {"woman": "female", "women": "female", "man": "male", "men": "male"}
#: How alike a task's name must be, and a language's: languages are many, and a wrong one costs
#: money.
_TASK_LIKENESS, _LANGUAGE_LIKENESS = 0.6, 0.8
#: Shorter words are near to some language whatever they are: "und" to Rundi.
_SHORTEST = 5
#: A name of more words than this is a sentence, not an order: nothing is proposed.
_MOST_WORDS = 24


def candidates(words: list[str], tasks: Sequence[str], recipes: Sequence[str]) -> Iterator[str]:
    """Names near to `words`, the nearest first; each still has to be read."""
    plain = [part for word in words for part in split(_plain(word))]
    if not plain or len(plain) > _MOST_WORDS:
        return
    for head, rest in _heads(plain, tasks, recipes):
        mended = _mended(rest, voices=head == "voiceover")
        yield "-".join([head, *rest])
        yield "-".join([head, *mended])
        for length in range(len(mended) - 1, -1, -1):
            yield "-".join([head, *mended[:length]])
        if head == "dub" and not rest:
            yield "dub-es"


def _plain(word: str) -> str:
    """A word without what people and their programs add: long dashes, brackets, dots."""
    return "".join(" " if c in "()[]{}.;&/\u2010\u2011\u2012\u2013\u2014" else c for c in word)


def _heads(
    words: list[str], tasks: Sequence[str], recipes: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """What the first words may have meant as a task, with the words that remain."""
    first = words[0].lower()
    if first in tasks:
        yield first, words[1:]
    own = {"-".join(split(name)).casefold(): "-".join(split(name)) for name in recipes}
    known = {**own, **{task: task for task in tasks}}
    for count in range(min(3, len(words)), 0, -1):
        joined = [word.lower() for word in words[:count]]
        for spelled in ("".join(joined), "-".join(joined)):
            if spelled in known or spelled in _MEANT:
                yield known.get(spelled) or _MEANT[spelled], words[count:]
    for task in tasks:
        if first.startswith(task) and len(first) > len(task):
            yield task, [first[len(task) :].strip("_"), *words[1:]]
    yield from _alike(words, known)


def _alike(words: list[str], known: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Tasks and recipes spelled nearly like the first one, two or three words, the most alike
    first."""
    from difflib import SequenceMatcher

    found = []
    for count in range(1, min(3, len(words)) + 1):
        joined = "-".join(words[:count]).lower()
        for name in known:
            likeness = SequenceMatcher(None, joined, name).ratio()
            if likeness >= _TASK_LIKENESS:
                found.append((likeness, name, count))
    for _, name, count in sorted(found, key=lambda one: -one[0]):
        yield known[name], words[count:]


def _mended(words: list[str], *, voices: bool) -> list[str]:
    """Each word that is no language as the nearest one, or left out; none twice."""
    found: list[str] = []
    for word in words:
        near = (_VOICES.get(word.lower(), "") if voices else "") or _near(
            word, found[-1] if found else ""
        )
        last = languages.base_of(found[-1]) or found[-1].split("_")[0] if found else ""
        if "_" in near and near.split("_")[0] == last:
            found[-1] = near  # `es-mx`, `english-us`: one language
        elif last and languages.base_of(near) == last and "_" in found[-1]:
            continue  # `us-english`
        elif near and (near in ("from", "male", "female") or near not in found):
            found.append(near)
    return found


def _near(word: str, previous: str) -> str:
    low = word.lower()
    if low in ("from", "male", "female"):
        return low
    if (
        previous
        and languages.exists(f"{languages.primary(previous)}_{word.upper()}")
        and not languages.primary(word)
    ):
        return f"{languages.primary(previous)}_{word.upper()}"
    if not languages.is_dangerous(word) and languages.base_of(word):
        return low
    if low in _MEANT_CODES:
        return _MEANT_CODES[low]
    if own := _own_names().get(languages.fold(word), ""):
        return own
    if "_" in word and (
        bound := languages.bound(word) or languages.base_of(word.split("_", maxsplit=1)[0])
    ):
        return bound
    if (
        len(word) == 2
        and low != "to"
        and len((spoken := languages.spoken_in(word)).split("_")[0]) == 2
    ):
        return spoken
    return "" if languages.is_dangerous(word) else _like(languages.fold(word))


@cache
def _own_names() -> dict[str, str]:
    return {languages.fold(name): code for name, code in _OWN_NAMES.items()}


def _like(word: str) -> str:
    """The code of the language whose English name begins so, when it is the only one, or is
    nearly so."""
    common = languages.common()
    begins = {common[name] for name in common if name.startswith(word)} if len(word) > 1 else set()
    if len(begins) == 1:
        return begins.pop()
    if len(word) < _SHORTEST:
        return ""
    from difflib import get_close_matches

    match = get_close_matches(word, list(common), n=1, cutoff=_LANGUAGE_LIKENESS)
    return common[match[0]] if match else ""
