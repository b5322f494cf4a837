"""The lines of a glossary.txt, and what a message says of them."""

from __future__ import annotations

import pytest

from nemowatch.errors import OrderError
from nemowatch.model import MediaKind
from nemowatch.tasks.glossary import read_glossary
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder, Glossary, Term
from tests.rigs.rows import each_row


def terms(text: str) -> list[tuple[str, str]]:
    """Each name with its translation for all languages."""
    return [(term.name, term.translation) for term in read_glossary(text).terms]


def prompts(name: str, text: str, drop: Drop) -> list[str]:
    """The messages of a folder's turns, with this glossary."""
    folder = read_folder(name, {})
    assert isinstance(folder, Folder)
    full = Drop(drop.kind, drop.name, drop.script, drop.prompt, read_glossary(text))
    return [target.prompt for target in plan(folder, full).targets]


CLIP = Drop(MediaKind.VIDEO, "clip.mp4")


@each_row(
    [
        "Acme Cloud = Nube Acme",
        "Acme Cloud=Nube Acme",
        "Acme Cloud\tNube Acme",
        "Acme Cloud \t\t Nube Acme",
        "Acme Cloud -> Nube Acme",
        "Acme Cloud => Nube Acme",
        "Acme Cloud → Nube Acme",
        '"Acme Cloud" = “Nube Acme”',
        "« Acme Cloud » = «Nube Acme»",
        "- Acme Cloud = Nube Acme",
        "* Acme Cloud = Nube Acme  # our product",
    ]
)
def test_a_translation_is_divided_in_any_usual_way(line: str) -> None:
    """An equals sign, a tab, an arrow; with bullets, quotation marks and comments."""
    assert terms(f"# Names\n\n{line}\n") == [("Acme Cloud", "Nube Acme")]


@each_row(["Acme Cloud", "C# and .NET", "R&D", "O'Neill", "10:30 Club", "Rock'n'Roll", "日本語"])
def test_a_name_alone_is_kept(name: str) -> None:
    """Signs in it are its own."""
    assert terms(name) == [(name, "")]


@each_row(
    [
        ("= Nube Acme", "no name"),
        ("Acme Cloud =", "no translation"),
        ("a = b = c", "divided more than once"),
        ("Acme Cloud: Nube Acme", '":" may be a part of the name'),
        ("Acme Cloud; Nube Acme", '";" may be'),
        ("Acme Cloud - Nube Acme", '"-" may be'),
        ("Acme Cloud,Nube Acme", '"," may be'),
        ("Acme = xx: Nube", '"xx" is not read as a language'),
        ("Acme = es: Nube, es: Nubes", '"es" is in it twice'),
        ("Acme = es: , fr: Nuage", 'nothing after "es:"'),
        ("x" * 201, "longer than 200 characters"),
        ("***", "no name"),
    ]
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(line: str, why: str) -> None:
    """Nothing of the glossary counts then, and the note says how a line is written."""
    with pytest.raises(OrderError) as caught:
        read_glossary(f"# Names\n\nFine\n{line}\n")
    assert 'In line 4 ("' in caught.value.text
    assert why in caught.value.text
    assert "Acme Cloud = Nube Acme" in caught.value.cure


def test_where_other_lines_are_clear_a_colon_is_a_part_of_the_name() -> None:
    """What divides a line is known from them."""
    found = terms("Acme = Cima\nMission: Impossible\n")
    assert found == [("Acme", "Cima"), ("Mission: Impossible", "")]


def test_the_same_name_twice_counts_once_and_never_with_two_translations() -> None:
    """In doubt a person is asked."""
    assert terms("Acme\nAcme\n") == [("Acme", "")]
    with pytest.raises(OrderError, match="above it with another translation"):
        read_glossary("Acme = a\nAcme = b\n")


def test_too_many_terms_are_refused() -> None:
    """All of them go with every turn."""
    assert len(read_glossary("\n".join(f"Term {n}" for n in range(500))).terms) == 500
    with pytest.raises(OrderError, match="501 terms; the limit is 500"):
        read_glossary("\n".join(f"Term {n}" for n in range(501)))


def test_a_translation_for_each_language_goes_to_that_languages_turn() -> None:
    """One without a language goes to all; a name that a language has no translation for stays as
    it is there."""
    text = "Acme = es: Nube, viva, French: Nuage\nWidget = Cosa\nBob\nSolo = es: Único"
    spanish, french, brazilian = prompts("dub-es-fr-pt_BR", text, CLIP)
    assert "- Acme = Nube, viva\n- Widget = Cosa\n- Solo = Único" in spanish
    assert "- Acme = Nuage\n- Widget = Cosa" in french
    assert "exactly as they are written here, and do not translate them:\n- Bob" in spanish
    assert "- Bob\n- Solo" in french
    assert "- Acme\n- Bob\n- Solo" in brazilian


def test_a_region_has_the_translation_of_its_language_unless_it_has_its_own() -> None:
    """The nearest counts."""
    term = Term("Bus", "x", (("es", "autobús"), ("es-MX", "camión")))
    assert [term.in_language(tag) for tag in ("es-MX", "es-AR", "de")] == ["camión", "autobús", "x"]


def test_the_nearer_glossary_counts_for_the_same_term() -> None:
    """Others are added."""
    above = Glossary((Term("Acme"), Term("Bob")))
    below = Glossary((Term("Acme", "Cima"), Term("Eve")))
    names = {term.name: term.translation for term in above.with_nearer(below).terms}
    assert names == {"Acme": "Cima", "Bob": "", "Eve": ""}


@each_row(
    [
        ("dub-es", CLIP),
        ("voiceover-es", CLIP),
        ("voiceover", Drop(MediaKind.SCRIPT, "a.txt", "Say this about Acme.")),
        ("voiceover", Drop(MediaKind.VIDEO, "a.mp4", "Say this about Acme.")),
        ("transcribe", CLIP),
        ("edit", Drop(MediaKind.VIDEO, "a.mp4", "", "Cut it.")),
        ("dub-es", Drop(MediaKind.VIDEO, "a.mp4", "", "Own words.")),
        ("edit", Drop(MediaKind.VIDEO, "a.mp4", "A text.", "Speak {script} slowly.")),
    ]
)
def test_a_glossary_goes_with_every_turn(name: str, drop: Drop) -> None:
    """Whatever the folder makes, and also beside its own prompt.txt; never inside a script, and
    braces in it are only braces."""
    (text,) = prompts(name, "Acme {script} Cloud = Nube", drop)
    assert text.count("- Acme {script} Cloud = Nube") == 1
    if drop.script:
        assert text.index("Acme {script} Cloud") < text.index(drop.script)


def test_without_a_glossary_nothing_is_said_of_one() -> None:
    """An empty one and one of comments say nothing."""
    assert prompts("dub-es", "# nothing yet", CLIP) == prompts("dub-es", "", CLIP)
