"""The password of the live page: its file holds what scrypt makes of it, never the words. Pure, but
for its own randomness."""

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
#: How a line of ours begins.
MARK = "scrypt"
#: Bytes of a file that can hold one.
LONGEST_FILE = 4096


def hashed(password: str) -> str:
    """The line that a password file holds."""
    return _line(password, secrets.token_bytes(16))


def of_words(password: str) -> str:
    """The line for a password that is kept as it is, in a secret of a container: always the same
    one, since sessions last as long as it does. Raises ValueError for one that is too short."""
    if len(password) < SHORTEST or not password.isprintable():
        raise ValueError("holds no password made by nemowatch password, nor one of 8 characters")
    return _line(password, hashlib.sha256(b"page " + password.encode()).digest()[:16])


def of_file(content: str) -> str:
    """The line for what a password file holds: one of ours, or the password alone. Raises
    ValueError."""
    line = content.strip()
    if not line.startswith(MARK):
        return of_words(line)
    check(line)
    return line


def _line(password: str, salt: bytes) -> str:
    made = _scrypt(password, salt, COST, BLOCK, PARALLEL)
    return f"{MARK}:{COST}:{BLOCK}:{PARALLEL}:{_text(salt)}:{_text(made)}"


def fits(password: str, line: str) -> bool:
    """Whether this is the password. Raises ValueError for a line that is not ours."""
    cost, block, parallel, salt, wanted = _parts(line)
    return hmac.compare_digest(_scrypt(password, salt, cost, block, parallel), wanted)


def check(line: str) -> None:
    """Raises ValueError for a line that is not ours."""
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
