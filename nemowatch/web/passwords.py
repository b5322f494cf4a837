"""The password of the live page: its file holds the scrypt hash, never the password. Pure except
for the random salt."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from nemowatch.config.values import SHORTEST_PASSWORD

#: scrypt's cost: 32 MB and about a tenth of a second for each guess.
COST, BLOCK, PARALLEL = 2**15, 8, 1
MOST_MEMORY = 64 * 1024 * 1024
SHORTEST = SHORTEST_PASSWORD
#: The beginning of a line with a hash.
MARK = "scrypt"
#: The most bytes of a password file.
LONGEST_FILE = 4096


def hashed(password: str) -> str:
    """The line that a password file holds."""
    return _line(password, secrets.token_bytes(16))


def of_words(password: str) -> str:
    """The line for a password that is given in plain text, as a container's secret. It is always
    the same for one password, since sessions last as long as it does. Raises ValueError for a
    password that is too short."""
    if len(password) < SHORTEST or not password.isprintable():
        raise ValueError("holds no password made by nemowatch password, nor one of 8 characters")
    return _line(password, hashlib.sha256(b"page " + password.encode()).digest()[:16])


def of_file(content: str) -> str:
    """The line from the content of a password file: a line with a hash, or the bare password.
    Raises ValueError."""
    line = content.strip()
    if not line.startswith(MARK):
        return of_words(line)
    check(line)
    return line


def _line(password: str, salt: bytes) -> str:
    made = _scrypt(password, salt, COST, BLOCK, PARALLEL)
    return f"{MARK}:{COST}:{BLOCK}:{PARALLEL}:{_text(salt)}:{_text(made)}"


def fits(password: str, line: str) -> bool:
    """Whether this is the password of that line. Raises ValueError for a line without a hash."""
    cost, block, parallel, salt, wanted = _parts(line)
    return hmac.compare_digest(_scrypt(password, salt, cost, block, parallel), wanted)


def check(line: str) -> None:
    """Raise ValueError for a line without a hash."""
    _parts(line)


def _parts(line: str) -> tuple[int, int, int, bytes, bytes]:
    words = line.strip().split(":")
    if len(words) != 6 or words[0] != MARK:
        raise ValueError("holds no password made by nemowatch password")
    try:
        cost, block, parallel = map(int, words[1:4])
        salt, wanted = map(_bytes, words[4:])
    except (ValueError, binascii.Error) as exc:
        raise ValueError("holds a password that is damaged") from exc
    if not wanted or 128 * cost * block > MOST_MEMORY:
        raise ValueError("holds a password that is damaged")
    return cost, block, parallel, salt, wanted


def _scrypt(
    password: str,
    salt: bytes,
    cost: int,
    block: int,
    parallel: int,
) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=block,
        p=parallel,
        maxmem=2 * MOST_MEMORY,
        dklen=32,
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
