"""Every shell block of the documents that are run says where it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.document_blocks import DOCS, ENGINE, blocks, packages

RUN = [name for name in ("operations.md", "nas.md") if (DOCS / name).exists()]


@pytest.mark.parametrize("name", RUN)
def test_every_block_is_typed_somewhere(name: str) -> None:
    """On a machine that is known, or where there is a container engine."""
    found = blocks(DOCS / name)
    assert found
    assert [str(block) for block in found if not block.is_known] == []
    needs_engine = {block.mark == ENGINE for block in found}
    assert needs_engine == {name == "nas.md"}
    assert (DOCS / name).read_text().count("\n```sh") == len(found)


def test_a_block_is_read_with_its_place(tmp_path: Path) -> None:
    """Its section, its machine and its lines; what apt is to install."""
    path = tmp_path / "x.md"
    path.write_text(
        "# X\n\n## One\n\n```sh\napt install --yes pipx curl   # both\nls\n```\n\n```toml\n"
        "a = 1\n```\n"
        "## Two\n```sh on=uv\nuv\n```\n```sh engine\npodman run x\n```\n"
    )
    found = blocks(path)
    assert [(block.section, block.machine, block.line) for block in found] == [
        ("One", "server", 5),
        ("Two", "uv", 14),
        ("Two", "", 17),
    ]
    assert found[0].text == "apt install --yes pipx curl   # both\nls\n"
    assert found[2].mark == ENGINE
    assert packages(path) == {"pipx", "curl"}
