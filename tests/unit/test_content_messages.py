"""Messages between the daemon and the child that reads for it."""

from __future__ import annotations

import pickle

import pytest

from nemowatch.content import messages
from nemowatch.content.messages import Garbage, Tag, unpacked
from nemowatch.model import MediaKind


def made_by_getattr(kind: MediaKind, _protocol: int) -> tuple[object, tuple[object, str]]:
    """How Python 3.11.2 (Debian 12) packs an enum."""
    return getattr, (type(kind), kind.name)


def test_an_enum_comes_through_whatever_python_packs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some versions of Python name `getattr`, which no answer may; ours names the class."""
    monkeypatch.setattr(MediaKind, "__reduce_ex__", made_by_getattr)
    framed = messages.frame(Tag.ANSWER, (MediaKind.VIDEO, 1))
    tag, length = messages.opened(framed[: messages.HEADER_SIZE])
    body = framed[messages.HEADER_SIZE :]
    assert (tag, length) == (Tag.ANSWER, len(body))
    assert unpacked(body) == (MediaKind.VIDEO, 1)


@pytest.mark.parametrize(
    "body", [pickle.dumps(getattr), pickle.dumps(print), pickle.dumps(pickle.loads), b"no pickle"]
)
def test_an_answer_names_nothing_but_our_records(body: bytes) -> None:
    """Functions of Python would be called with whatever untrusted bytes say."""
    with pytest.raises(Garbage):
        unpacked(body)
