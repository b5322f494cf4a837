"""What a folder's name means, as tables of names."""

from __future__ import annotations

import re
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, product
from threading import Barrier

import pytest
from babel import localedata
from babel.core import get_global

from nemowatch.config.schema import Recipe
from nemowatch.model import MediaKind
from nemowatch.tasks import languages
from nemowatch.tasks.countries import is_rare, spoken_in
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Folder, Gender, Unreadable
from nemowatch.tasks.words import split
from tests.rigs.rows import each_row

RECIPES = {
    "Shorts": Recipe(prompt="Cut {file}, subtitles in {languages}."),
    "my recipe": Recipe(prompt="Brighten it.", skill="own-skill", accepts=(MediaKind.IMAGE,)),
    "narrated": Recipe(prompt="Speak {script}"),
    "Übersicht": Recipe(prompt="Sum it up."),
}

TARGETS = [
    ("dub-es-fr", ["es", "fr"]),
    ("DUB-ES-FR", ["es", "fr"]),
    ("Dub es, fr+de", ["es", "fr", "de"]),
    ("dub  es", ["es"]),
    ("dub-pt_BR", ["pt-BR"]),
    ("dub-PT_br", ["pt-BR"]),
    ("dub-pt-BR", ["pt-BR"]),
    ("dub-pt-BR-fr", ["pt-BR", "fr"]),
    ("DUB-DE-IT", ["de", "it"]),
    ("dub-es-419", ["es-419"]),
    ("dub-zh-Hans", ["zh-Hans"]),
    ("dub-zh-hant", ["zh-Hant"]),
    ("dub-zh_TW", ["zh-TW"]),
    ("dub-zh_hant_tw", ["zh-Hant-TW"]),
    ("dub-en-GB-en-US", ["en-GB", "en-US"]),
    ("dub-spa-deu", ["es", "de"]),
    ("dub-spanish", ["es"]),
    ("Dub Spanish, French", ["es", "fr"]),
    ("dub-brazilian-portuguese", ["pt-BR"]),
    ("dub-portuguese-brazil-french", ["pt-BR", "fr"]),
    ("dub-portuguese_brazil", ["pt-BR"]),
    ("dub-portuguese-BR", ["pt-BR"]),
    ("dub-portuguese-brazilian", ["pt-BR"]),
    ("dub-english-united-kingdom-german", ["en-GB", "de"]),
    ("dub-chinese-simplified", ["zh-Hans"]),
    ("dub-norwegian-bokmal", ["nb"]),
    ("dub-norwegian-bokmål", ["nb"]),
    ("dub-northern-sami", ["se"]),
    ("dub-breton", ["br"]),
    ("dub-bre", ["br"]),
    ("dub-br_FR", ["br-FR"]),
    ("dub-my-MM", ["my-MM"]),
    ("dub-en-thai", ["en", "th"]),
    ("dub-bengali-mandarin", ["bn", "zh"]),
    ("dub-fil-yue", ["fil", "yue"]),
    ("dub-uk", ["uk"]),
    ("dub-no", ["no"]),
    ("dub-ga", ["ga"]),
    ("dub-es-latin-america", ["es-419"]),
    ("dub-en-uk", ["en", "uk"]),
    ("dub-de-it", ["de", "it"]),
    ("dub-en-fr", ["en", "fr"]),
    ("dub-en-no", ["en", "no"]),
    ("dub-sv-fi", ["sv", "fi"]),
    ("dub-en-vi", ["en", "vi"]),
    ("dub-fr-ar", ["fr", "ar"]),
    ("dub-es & ar", ["es", "ar"]),
    ("dub-zh-Hant-TW", ["zh-Hant-TW"]),
    ("dub-iw", ["he"]),
    ("dub-ji-jw", ["yi", "jv"]),
    ("dub-mo", ["ro"]),
    ("dub-sh", ["sr-Latn"]),
    ("dub-tl", ["fil"]),
    ("dub-deutsch", ["de"]),
    ("Dub Español", ["es"]),
    ("DUB FRANÇAIS", ["fr"]),
    ("dub-РУССКИЙ-日本語", ["ru", "ja"]),
    ("dub-Tiếng Việt-한국어", ["vi", "ko"]),
    ("dub-العربية", ["ar"]),
    ("dub-en-日本語", ["en", "ja"]),
    ("dub-es-and-fr", ["es", "fr"]),
    ("dub es, fr & de", ["es", "fr", "de"]),
    ("dub-es&fr", ["es", "fr"]),
    ("dub-english-trinidad and tobago", ["en-TT"]),
    ("Dubbing es", ["es"]),
    ("dubbed-spanish", ["es"]),
]


@each_row(TARGETS)
def test_a_dub_folder_names_its_languages(name: str, tags: list[str]) -> None:
    """Codes, regions and English names in any case and with any separator are read as the
    languages they are."""
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, name)
        folder = read_folder(written, {})
        assert isinstance(folder, Folder), folder
        assert [language.tag for language in folder.languages] == tags
        skill = "multilingual-video-dubbing"
        assert (folder.task, folder.skill, folder.name) == ("dub", skill, written)


def test_a_language_is_recognised_by_its_english_name() -> None:
    """A region's language has Babel's English display name."""
    folder = read_folder("dub-pt-BR-es-zh_TW", {})
    assert isinstance(folder, Folder)
    assert [language.name for language in folder.languages] == [
        "Brazilian Portuguese",
        "Spanish",
        "Chinese (Taiwan)",
    ]


@pytest.mark.parametrize("name", ["dub-from-en-es", "dub-es-from-en", "Dub from English, Spanish"])
def test_from_names_the_language_of_the_video(name: str) -> None:
    """`from` and one language are the source; the others are targets."""
    folder = read_folder(name, {})
    assert isinstance(folder, Folder)
    assert folder.source_language is not None
    assert (folder.source_language.tag, [x.tag for x in folder.languages]) == ("en", ["es"])


VOICES = [
    ("voiceover", "en", Gender.UNSAID),
    ("Voiceover-DE", "de", Gender.UNSAID),
    ("voiceover-female", "en", Gender.FEMALE),
    ("voiceover-male-pt-BR", "pt-BR", Gender.MALE),
    ("voiceover-german-female", "de", Gender.FEMALE),
    ("voice over", "en", Gender.UNSAID),
    ("Voice-Over-German", "de", Gender.UNSAID),
    ("voice_over", "en", Gender.UNSAID),
    ("voiceovers-female", "en", Gender.FEMALE),
]


@each_row(VOICES)
def test_a_voiceover_folder_names_language_and_voice(name: str, tag: str, gender: Gender) -> None:
    """Without a language the skill's own is meant: English."""
    folder = read_folder(name, {})
    assert isinstance(folder, Folder)
    assert ([x.tag for x in folder.languages], folder.gender) == ([tag], gender)
    assert folder.accepts == set(MediaKind) - {MediaKind.IMAGE}


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("transcribe", []),
        ("Transcribe-de", ["de"]),
        ("transcribe-brazilian-portuguese", ["pt-BR"]),
        ("transcript", []),
        ("Transcription de", ["de"]),
    ],
)
def test_a_transcribe_folder_has_at_most_one_language(name: str, tags: list[str]) -> None:
    """Without a language the transcript is in the spoken one."""
    folder = read_folder(name, {})
    assert isinstance(folder, Folder)
    assert [x.tag for x in folder.languages] == tags
    assert folder.accepts == {MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.LINK}


READINGS = [
    ("dub-en-in", ["dub-en_IN for English (India)"], "dub-en_IN"),
    ("dub-it-ch", ["dub-it_CH for Italian (Switzerland)"], "dub-it_CH"),
    ("dub-sa", ["dub-ar for Arabic", "dub-sanskrit for Sanskrit"], "dub-ar"),
    ("dub-tw", ["dub-zh_TW for Chinese (Taiwan)", "dub-twi for Twi"], "dub-zh_TW"),
    ("dub-es-or-fr", ["dub-es-odia-fr for Odia"], "dub-es-fr"),
    ("dub-pt-br", ["dub-pt_BR for Brazilian Portuguese", "dub-pt-breton for Breton"], "dub-pt_BR"),
    ("DUB-PT-BR", ["DUB-pt_BR for Brazilian Portuguese", "DUB-PT-breton for Breton"], "DUB-pt_BR"),
    ("dub-br", ["dub-pt_BR for Brazilian Portuguese", "dub-breton for Breton"], "dub-pt_BR"),
    ("dub-kr", ["dub-ko for Korean", "dub-kanuri for Kanuri"], "dub-ko"),
    ("dub-se-fr", ["dub-sv-fr for Swedish", "dub-northern-sami-fr for Northern Sami"], "dub-sv-fr"),
    ("dub-my", ["dub-ms for Malay", "dub-burmese for Burmese"], "dub-ms"),
    ("dub-ch", ["dub-de_CH for Swiss High German", "dub-chamorro for Chamorro"], "dub-de_CH"),
    ("dub-dk", ["dub-da for Danish"], "dub-da"),
    ("dub-jp", ["dub-ja for Japanese"], "dub-ja"),
    ("dub-cn", ["dub-zh for Chinese"], "dub-zh"),
    ("dub-zh-cn", ["dub-zh_CN for Chinese (China)"], "dub-zh_CN"),
    ("dub-fr-ch", ["dub-fr_CH for Swiss French", "dub-fr-chamorro for Chamorro"], "dub-fr_CH"),
    (
        "dub-es-br",
        ["dub-es-pt_BR for Brazilian Portuguese", "dub-es-breton for Breton"],
        "dub-es-pt_BR",
    ),
    ("dub-sv-se", ["dub-sv_SE for Swedish (Sweden)"], "dub-sv_SE"),
    ("dub-en-UK", ["dub-en_GB for British English"], "dub-en_GB"),
    ("dub-es-pro", ["dub-es-old-provencal for Old Proven\u00e7al"], "dub-es"),
    ("dub-in", ["dub-hi for Hindi", "dub-indonesian for Indonesian"], "dub-hi"),
    ("dub-se-SE", ["dub-sv for Swedish", "dub-northern-sami for Northern Sami"], "dub-sv"),
    ("voiceover-kr-female", ["voiceover-ko-female for Korean"], "voiceover-ko-female"),
    ("dub-from-en-to-es", ["dub-from-en-tongan-es for Tongan"], "dub-from-en-es"),
    ("dub-es-new", ["dub-es-newari for Newari"], "dub-es"),
    ("dub-es-FR", ["dub-es-fr"], "dub-es-fr"),
    ("dub-es-et-fr", ["dub-es-fr", "dub-es-estonian-fr for Estonian"], "dub-es-fr"),
    ("dub-es-et-fr-et-de", ["dub-es-fr-de"], "dub-es-fr-de"),
    ("dub-fi-ja-sv", ["dub-fi-sv", "dub-fi-japanese-sv for Japanese"], "dub-fi-sv"),
    ("dub-de-la-fr", ["dub-de-fr", "dub-de-latin-fr for Latin"], "dub-de-fr"),
    ("dub-ro-si-en", ["dub-ro-en", "dub-ro-sinhala-en for Sinhala"], "dub-ro-en"),
    ("dub-id-dan-en", ["dub-id-en", "dub-id-danish-en for Danish"], "dub-id-en"),
]


@each_row(
    [
        ("dub-et", "et"),
        ("dub-et-fr", "et fr"),
        ("dub-fr-et", "fr et"),
        ("dub-lv-et-lt", "lv et lt"),
        ("dub-fr-et-fi", "fr et fi"),
        ("dub-es-estonian-fr", "es et fr"),
        ("dub-en-ja-zh", "en ja zh"),
        ("dub-ta-si-en", "ta si en"),
        ("dub-en-dan-sv", "en da sv"),
        ("dub-nl-en-de", "nl en de"),
        ("dub-no", "no"),
        ("dub-no-is", "no is"),
    ]
)
def test_an_honest_code_that_is_and_elsewhere_is_read(name: str, tags: str) -> None:
    """At an end, beside its neighbours, or where nobody means "and" by it, it is a language."""
    found = read_folder(name, {})
    assert isinstance(found, Folder)
    assert [language.tag for language in found.languages] == tags.split()


@each_row(READINGS)
def test_a_code_with_two_meanings_is_not_read(
    name: str, readings: list[str], suggestion: str
) -> None:
    """The sentence gives both readings as names that can be written, and each of them is
    readable."""
    found = read_folder(name, {})
    assert isinstance(found, Unreadable)
    assert found.suggestion == suggestion
    for reading in readings:
        assert reading in found.what
        written = read_folder(reading.split(" for ")[0], {})
        assert isinstance(written, Folder)
        assert (
            reading.split(" for ")[-1] in [x.name for x in written.languages]
            or " for " not in reading
        )


NEAR = [
    ("doblar-es", "dub-es"),
    ("sous-titres-fr", "transcribe-fr"),
    ("配音-es", "dub-es"),
    ("doublage-sans-musique", ""),
    ("dub-es-no-music", "dub-es"),
    ("dub-en-nach-es", "dub-from-en-es"),
    ("dub-en-auf-deutsch", "dub-from-en-de"),
    ("dub-de-a-la-fr", "dub-from-de-fr"),
    ("dubb-es", "dub-es"),
    ("dub_es", "dub-es"),
    ("dubes", "dub-es"),
    ("dub\u2013es", "dub-es"),
    ("dub", ""),
    ("dub-xx", ""),
    ("dub-from", ""),
    ("dublin", ""),
    ("transcibe-de", "transcribe-de"),
    ("subtitles-de", "transcribe-de"),
    ("dub in Spanish", "dub-es"),
    ("dub en español", "dub-es"),
    ("dub-en-to-es", "dub-from-en-es"),
    ("translate-en-into-es", "dub-from-en-es"),
    ("dub en→es", "dub-from-en-es"),
    ("dub-en-2-es", "dub-from-en-es"),
    ("dub-es-fr-to-de", "dub-de"),
    ("dub it in Spanish", "dub-es"),
    ("dub-es at home", "dub-es"),
    ("dub-es-latam", "dub-es"),
    ("dub spanish, no music", "dub-spanish"),
    ("voice over in german, female", "voiceover-de-female"),
    ("dub-suomi-ja-svenska", "dub-suomi-svenska"),
    ("voiceovr-fr", "voiceover-fr"),
    ("translate-es", "dub-es"),
    ("dub-sp", "dub-es"),
    ("dub-es-mx", "dub-es_MX"),
    ("dub-en-us", "dub-en_US"),
    ("dub-gr", "dub-el"),
    ("dub-us-english", "dub-en_US"),
    ("dub-english-us", "dub-en_US"),
    ("dub-es-und-fr", "dub-es-fr"),
    ("dub-es-con-fr", "dub-es-fr"),
    ("dub-video-es", "dub-es"),
    ("dub-es-EN", "dub-es-en"),
    ("dub-spansh", "dub-es"),
    ("dub-es (2)", "dub-es"),
    ("dub-es - Copy", "dub-es"),
    ("dub-es-es", "dub-es"),
    ("dub-es-spanish", "dub-es"),
    ("dub-es-male", "dub-es"),
    ("dub-es_FR", "dub-es"),
    ("voiceover-male-female", "voiceover-male"),
    ("voiceover-de-fr", "voiceover-de"),
    ("transcribe-de-en", "transcribe-de"),
    ("edit-this", "edit"),
    ("edits", "edit"),
    ("my-recipe-es", "my-recipe"),
    ("myrecipe", "my-recipe"),
    ("short-es", "Shorts-es"),
    ("voiceover-english-woman", "voiceover-english-female"),
    ("dub-klingonish", ""),
]


REGIONS = [
    ("dub-zh-tw", "dub-zh_TW", "dub-zh-twi"),
    ("dub-fr-ca", "dub-fr_CA", "dub-fr-catalan"),
    ("dub-es-ar", "dub-es_AR", "dub-es-arabic"),
    ("DUB-ES-AR", "DUB-es_AR", "DUB-ES-arabic"),
    ("dub-spanish-co", "dub-es_CO", "dub-spanish-corsican"),
    ("dub-en-ie", "dub-en_IE", "dub-en-interlingue"),
    ("dub-nl-be", "dub-nl_BE", "dub-nl-belarusian"),
    ("dub-zh-hant-tw", "dub-zh_Hant_TW", "dub-zh-hant-twi"),
    ("dub-zh-mo", "dub-zh_MO", "dub-zh-romanian"),
    ("dub-from-zh-tw-en", "dub-from-zh_TW-en", "dub-from-zh-twi-en"),
    ("dub-es-zh-tw", "dub-es-zh_TW", "dub-es-zh-twi"),
    ("dub-pt-br-es", "dub-pt_BR-es", "dub-pt-breton-es"),
    ("dub-nb-no", "dub-nb_NO", ""),
    ("voiceover-zh-tw", "voiceover-zh_TW", ""),
    ("transcribe-pt-br", "transcribe-pt_BR", ""),
    ("dub-bn-in", "dub-bn_IN", ""),
    ("dub-ta-in", "dub-ta_IN", ""),
    ("dub-ES-LA", "dub-es_419", ""),
    ("dub-en-español", "dub-es", "dub-en-es"),
    ("voiceover en français", "voiceover-fr", ""),
]


@each_row(REGIONS)
def test_what_may_be_one_language_or_two_is_not_read(name: str, one: str, both: str) -> None:
    """A language and a country, or a sentence: the sentence gives both readings where two can be
    ordered, each of them readable; one language is proposed."""
    found = read_folder(name, {})
    assert isinstance(found, Unreadable)
    assert found.suggestion == one
    readings = {one: 1, both: 2} if both else {one: 1}
    for reading, count in readings.items():
        assert reading in found.what
        written = read_folder(reading, {})
        assert isinstance(written, Folder)
        spoken = {*written.languages, written.source_language} - {None}
        others = spoken - {Language("es", "Spanish"), Language("en", "English")}
        assert len(others) <= count


def test_no_lower_case_locale_is_read_as_two_languages() -> None:
    """Of all locales that Babel has, none whose country is not that of the second language."""
    for code in localedata.locale_identifiers():
        base, _, rest = code.partition("_")
        region = rest.rpartition("_")[2]
        name = f"dub-{base}-{region.lower()}"
        found = read_folder(name, {})
        if isinstance(found, Folder) and len(region) == 2 and len(found.languages) == 2:
            other = found.languages[1].tag
            assert spoken_in(region).startswith(other) or other in ("no", "vi"), name


def test_what_babel_knows_exists() -> None:
    """Babel decides which languages there are, Klingon included: whoever writes its name means
    it."""
    for name in ("dub-klingon", "dub-tlh"):
        found = read_folder(name, {})
        assert isinstance(found, Folder)
        assert [(language.tag, language.name) for language in found.languages] == [
            ("tlh", "Klingon")
        ]


@each_row(NEAR)
def test_a_near_miss_gets_the_nearest_valid_name(name: str, suggestion: str) -> None:
    """It is not read, says what is wrong in a sentence, and proposes a name."""
    found = read_folder(name, RECIPES)
    assert isinstance(found, Unreadable)
    assert found.suggestion == suggestion
    assert found.what.endswith(".")


#: A name that a sentence proposes: "call it dub-es".
NAMED = re.compile(r"\b(?:call it|write) ([\w-]*-\w+)")


def _leads_to_an_order(name: str, renames: int) -> bool:
    """Whether each name that is proposed for this one is an order, or leads to one by as many
    renames as it has words: each message is about one of them."""
    found = read_folder(name, {})
    if isinstance(found, Folder):
        return True
    proposed = [*NAMED.findall(found.what), *filter(None, [found.suggestion])]
    return renames > 0 and all(_leads_to_an_order(each, renames - 1) for each in proposed)


def test_a_name_that_a_message_proposes_leads_to_an_order() -> None:
    """Whatever a person renames a folder to, to the letter, is one in the end."""
    words = ("es", "fr", "br", "tw", "from", "review", "spanish", "UK")
    for chosen in chain(product(words), product(words, words), product(words, words, words)):
        name = "-".join(["dub", *chosen])
        assert _leads_to_an_order(name, renames=len(chosen)), read_folder(name, {})


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("dub-spanish-es-review", "review"),
        ("dub-de-de-review", "review"),
        ("voiceover-en-de-female", "female"),
        ("voiceover-female-male-de", "de"),
    ],
)
def test_a_proposal_keeps_how_it_is_made(name: str, kept: str) -> None:
    """Whoever follows it gets no dub that nobody has read, and no other voice or language."""
    found = read_folder(name, {})
    assert isinstance(found, Unreadable)
    assert kept in split(found.suggestion)


@pytest.mark.parametrize("name", ["dub-not-es", "dub except Spanish", "dub sans fr", "dub ohne de"])
def test_what_is_not_wanted_is_never_proposed(name: str) -> None:
    """A name that says what to leave out gets no proposal at all."""
    found = read_folder(name, {})
    assert isinstance(found, Unreadable)
    assert not found.suggestion


@pytest.mark.parametrize("name", ["vacation photos", "", "---", "2024", "\u0430\u0431\u0432"])
def test_a_name_that_is_no_order_is_not_read(name: str) -> None:
    """Nothing is guessed from it, and what is wrong is said."""
    found = read_folder(name, {})
    assert isinstance(found, Unreadable)
    assert found.what


WRONG = [
    ("dub-from-en-en", "both the language of the video"),
    ("dub-from", 'ends with "from"'),
    ("dub-from-en-from-de-es", "twice"),
    ("dub-from-en", "names no language"),
    ("transcribe-from-en", '"from" is not a language'),
    ("dub-es-es", "Spanish is in the name twice"),
    ("dub-xx", '"xx" is not a language'),
    ("dub-\udcff", '"\\xff" is not a language'),
    ("dub-es-and", "between two languages"),
    ("dub-and-es", "between two languages"),
    ("dub-from-en-and-fr-es", "between two languages"),
    ("dub-tl-fil", "Filipino is in the name twice"),
    ("party-es", "Tasks are: dub, voiceover, transcribe, edit, Shorts"),
]


@each_row(WRONG)
def test_what_is_wrong_is_said_plainly(name: str, said: str) -> None:
    """The sentence names the word that is wrong, and can be written anywhere."""
    found = read_folder(name, RECIPES)
    assert isinstance(found, Unreadable)
    assert said in found.what
    found.what.encode()


def test_recipes_are_read_in_any_case_and_with_any_separator() -> None:
    """A recipe's own name is the task, however the folder spells it; NFD too."""
    for name in ("my recipe", "My-Recipe", "MY+RECIPE"):
        folder = read_folder(name, RECIPES)
        assert isinstance(folder, Folder)
        assert (folder.task, folder.skill, folder.accepts) == (
            "my recipe",
            "own-skill",
            {MediaKind.IMAGE},
        )
    decomposed = read_folder(unicodedata.normalize("NFD", "übersicht"), RECIPES)
    assert isinstance(decomposed, Folder)
    assert decomposed.task == "Übersicht"


def test_a_recipe_carries_languages_only_when_its_prompt_has_a_place_for_them() -> None:
    """`shorts-es-pt-BR` is read, `my-recipe-es` is not."""
    folder = read_folder("shorts-es-pt-BR", RECIPES)
    assert isinstance(folder, Folder)
    assert [x.tag for x in folder.languages] == ["es", "pt-BR"]
    assert isinstance(read_folder("my-recipe-es", RECIPES), Unreadable)


def test_a_recipe_takes_scripts_when_its_prompt_has_a_place_for_one() -> None:
    """Links are taken wherever video is, scripts where {script} stands."""
    folder = read_folder("narrated", RECIPES)
    assert isinstance(folder, Folder)
    assert folder.accepts == frozenset(MediaKind)


def test_inboxes_that_ask_at_the_same_time_get_the_same_answer() -> None:
    """Each has a thread, and Babel gives all of them the table that the first one empties."""
    at_once = Barrier(4)

    def ask(_: int) -> list[bool]:
        at_once.wait()
        return [is_rare(code) for code in ("es", "fr", "de", "pt") * 3]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as inboxes:
            said = chain.from_iterable(inboxes.map(ask, range(4)))
            assert not any(said)
    finally:
        sys.setswitchinterval(before)


def test_every_code_of_babel_is_its_own_or_that_of_the_one_it_gave_way_to() -> None:
    """Babel's table of retired codes decides, though it is not read for codes that are in use."""
    aliases = get_global("language_aliases")
    for code in languages.codes():
        if len(code) == 2 and code != "tw":
            assert languages.primary(code) == aliases.get(code, code), code
