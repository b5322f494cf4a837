"""What holds for every folder's name and every file's bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from nemowatch.config.schema import Recipe
from nemowatch.content.links import read_links
from nemowatch.content.text import decode_text
from nemowatch.errors import OrderError
from nemowatch.tasks.countries import spoken_in
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.languages import base_of, codes, exists, fold, names, of_code, primary
from nemowatch.tasks.mistakable import COUNTRY_CODES, WORD_CODES, is_dangerous
from nemowatch.tasks.records import Folder, Unreadable
from nemowatch.tasks.words import split
from tests.rigs.word_files import words_of

RECIPES = {"shorts": Recipe(prompt="{languages}"), "my recipe": Recipe(prompt="x")}
WORDS = st.sampled_from(
    [
        *(
            "dub",
            "DUB",
            "voiceover",
            "transcribe",
            "edit",
            "shorts",
            "my",
            "recipe",
            "from",
            "to",
            "male",
            "female",
            "voice",
            "over",
        ),
        *(
            "es",
            "fr",
            "pt",
            "BR",
            "br",
            "PT",
            "pt_BR",
            "zh",
            "Hans",
            "419",
            "spanish",
            "brazil",
            "brazilian",
            "portuguese",
        ),
        *sorted(COUNTRY_CODES),
        *sorted(WORD_CODES),
        *(code.upper() for code in sorted(COUNTRY_CODES)),
    ]
)
NAMES = st.builds(
    lambda parts, glue: glue.join(parts),
    st.lists(WORDS, max_size=6),
    st.sampled_from(["-", " ", "+", ", ", "_"]),
)
SAFE_CODES = sorted(
    code for code in codes() if code.isalpha() and primary(code) == code and not is_dangerous(code)
)


@given(
    st.one_of(
        st.text(), st.text(alphabet=st.characters(exclude_categories=[]), max_size=300), NAMES
    )
)
@example("dub-\ud800")
@example("dub_" * 200)
@example("_")
@example("dubs_elamite_(2)_lingala")
def test_any_text_is_read_or_refused(name: str) -> None:
    """Nothing is raised; a refusal has a sentence that can be written, and its suggestion can be
    read."""
    found = read_folder(name, RECIPES)
    if isinstance(found, Unreadable):
        assert found.name == name
        found.what.encode()
        assert not found.suggestion or isinstance(read_folder(found.suggestion, RECIPES), Folder)
    else:
        assert found.name == name


@given(
    st.lists(st.sampled_from(SAFE_CODES), min_size=1, max_size=4, unique=True),
    st.sampled_from([" & ", "-and-"]),
)
def test_a_name_made_of_codes_reads_back_as_those_languages(chosen: list[str], glue: str) -> None:
    """Round trip: every code that is not dangerous stands for itself; with a word between them
    none is another one's country."""
    folder = read_folder(f"dub-{glue.join(chosen)}", {})
    assert isinstance(folder, Folder), folder
    assert [language.tag for language in folder.languages] == chosen


@given(st.sampled_from(sorted(set(names()) - set(codes()))))
def test_every_english_name_reads_as_its_language(name: str) -> None:
    """All names that Babel has can be written, word by word."""
    folder = read_folder("dub-" + name.replace(" ", "-"), {})
    assert isinstance(folder, Folder), folder
    assert [language.tag for language in folder.languages] == [names()[name].replace("_", "-")]


@given(NAMES)
def test_a_tag_read_once_reads_the_same_again(name: str) -> None:
    """Normalisation is idempotent: a folder named after the tags found has the same languages."""
    folder = read_folder(name, RECIPES)
    if isinstance(folder, Folder) and folder.task == "dub":
        spelled = [language.tag.replace("-", "_") for language in folder.languages]
        named = [
            x.name if is_dangerous(x.tag) else tag
            for x, tag in zip(folder.languages, spelled, strict=True)
        ]
        again = read_folder(f"dub-{' & '.join(named)}", RECIPES)
        assert isinstance(again, Folder), again
        assert again.languages == folder.languages


@given(NAMES)
def test_a_dangerous_language_is_only_read_when_asked_for(name: str) -> None:
    """A rare language with a country's code comes of its name, of a longer code or with a
    region; never of the code alone."""
    folder = read_folder(name, RECIPES)
    if isinstance(folder, Folder):
        for language in folder.languages:
            if is_dangerous(language.tag):
                assert language.tag not in [word.lower() for word in split(name)]


def _meant(word: str) -> set[str]:
    """The languages that a word may mean: as a code or a name, a country's, or the beginning of a
    name."""
    codes = {base_of(word), spoken_in(word)}
    codes |= {code for name, code in names().items() if name.startswith(fold(word))}
    return {code.split("_")[0] for code in codes} - {""}


@given(NAMES)
def test_no_suggestion_orders_more_than_the_name_says(name: str) -> None:
    """Each language of a proposed dubbing is one that a word of the name is, or is spoken in its
    country; there are no more of them than such words."""
    found = read_folder(name, {})
    if not isinstance(found, Unreadable) or not found.suggestion:
        return
    proposed = read_folder(found.suggestion, {})
    assert isinstance(proposed, Folder)
    if proposed.task == "dub":
        words = [part for word in split(name) for part in word.split("_")]
        said = [_meant(word) for word in words]
        assert len(proposed.languages) <= sum(map(bool, said))
        for language in proposed.languages:
            assert any(language.tag.split("-")[0] in one for one in said), (name, language)


@given(st.text(max_size=40))
def test_composed_and_decomposed_names_mean_the_same(name: str) -> None:
    """A Mac writes NFD, everybody else NFC."""
    composed, decomposed = (
        read_folder(unicodedata.normalize(form, name), RECIPES) for form in ("NFC", "NFD")
    )
    assert isinstance(composed, Folder) == isinstance(decomposed, Folder)


@given(st.sampled_from(sorted(codes())))
def test_every_language_exists_and_has_a_plain_tag(code: str) -> None:
    """What Babel names can be made a Language; its tag is well-formed."""
    assert exists(code)
    assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", of_code(code).tag)


BYTES = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b),
    st.binary(max_size=200).map(lambda b: b"bplist00" + b),
    st.binary(max_size=100).map(lambda b: b"\xff\xfe" + b),
    st.text(max_size=80).map(
        lambda t: b"[InternetShortcut]\r\nURL=" + t.encode("utf-16-le", "surrogatepass")
    ),
)


@given(BYTES, st.sampled_from([decode_text, words_of]))
def test_any_bytes_are_a_script_or_refused(data: bytes, read: Callable[[bytes], str]) -> None:
    """Whatever is in the file, it gives text or an OrderError with a cure."""
    refused = ""
    try:
        text = read(data)
    except OrderError as error:
        text, refused = "", error.cure
    assert refused or text.strip()


@given(BYTES, st.sampled_from(["a.url", "a.webloc", "a.urls.txt"]))
def test_any_bytes_are_links_or_refused(data: bytes, name: str) -> None:
    """Whatever is in the file, it gives http addresses or an OrderError with a cure."""
    refused = ""
    try:
        found = read_links(data, name)
    except OrderError as error:
        found, refused = (), error.cure
    assert refused or found
    assert all(re.match("https?://", url, re.IGNORECASE) for url in found)


@given(
    st.text(
        alphabet=st.characters(codec="cp1252", exclude_categories=["Cc", "Cf"]),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_text_survives_the_encodings_of_an_editor(text: str, encoding: str) -> None:
    """What was typed is what is read, in every encoding that marks itself, and in UTF-8; letters
    that look as if they had been garbled before are refused."""
    refused, found = "", ""
    try:
        found = decode_text(text.encode(encoding))
    except OrderError as error:
        refused = error.text
    assert found.split() == text.split() or "garbled" in refused
