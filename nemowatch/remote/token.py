"""The token of a call (docs/api.md sections 1 and 3): the user's own, if there is one, else an
anonymous one that is kept in the state folder. This module owns that file. A supplied token is
never replaced silently, and never written anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, RateLimited, RemoteError, TokenRefused, local_error
from nemowatch.pacing import NotBefore
from nemowatch.remote import values

T = TypeVar("T")

#: systemd's LoadCredential name.
CREDENTIAL_NAME = "nemo_token"
#: The anonymous identity, in the state folder.
STORE_NAME = "anonymous.json"
#: The documented life of an anonymous token (section 3), for answers without an expires_at.
LIFE_MS = 7 * 86_400_000
#: A client id gets one token in 7 days, so an earlier renewal would only be refused.
RENEW_BEFORE_MS = 10 * 60_000
#: The pause after a renewal that failed while the current token still works.
RENEW_AGAIN_S = 600.0
#: The pause before the one more try after a 429 (section 1).
WAIT_ON_429_S = 30.0
#: What is not asked again before then: a token where there is none, and a fresh one in time.
ISSUE, RENEWAL = "issue", "renewal"
_LONGEST_TOKEN_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Credential:
    """Where the user's own token comes from. It is read for each call, so a replaced file takes
    effect at once."""

    value: str = field(default="", repr=False)  #: from the environment; it comes first
    #: then these, in order: (path, whether it must exist)
    files: tuple[tuple[Path, bool], ...] = ()

    def read(self) -> str:
        """The current token, "" when the user supplied none. Raises TokenRefused for a file without
        one."""
        if self.value:
            return _checked(self.value, "NEMO_TOKEN")
        for path, required in self.files:
            found = _read_file(path, required)
            if found:
                return found
        return ""

    @property
    def expected(self) -> bool:
        """Whether the user intends to supply one, as far as that can be told without reading."""
        return bool(self.value) or any(required for _, required in self.files)

    def describe(self) -> str:
        """Its source, for people; never the token itself."""
        if self.value:
            return "NEMO_TOKEN"
        present = [str(path) for path, required in self.files if required or path.exists()]
        return present[0] if present else "none supplied"


def supplied_token(env: Mapping[str, str], token_file: Path | None) -> Credential:
    """NEMO_TOKEN, then the systemd credential `nemo_token`, then `token_file`. Reads nothing
    yet."""
    files: list[tuple[Path, bool]] = []
    if folder := env.get("CREDENTIALS_DIRECTORY", ""):
        files.append((Path(folder) / CREDENTIAL_NAME, False))
    if token_file is not None:
        files.append((token_file, True))
    return Credential(env.get("NEMO_TOKEN", "").strip(), tuple(files))


def _read_file(path: Path, required: bool) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_TOKEN_FILE)
    except FileNotFoundError:
        if not required:
            return ""
        raise TokenRefused(
            f"The token file {path} does not exist.", cure="Create it, or change api.token_file."
        ) from None
    except OSError as exc:
        cure = "Give the user that runs nemowatch the right to read it."
        raise TokenRefused(
            f"The token file {path} cannot be read: {exc.strerror}.", cure=cure
        ) from None
    value = data.decode("utf-8-sig", "replace").strip()
    if not value:
        raise TokenRefused(f"The token file {path} is empty.", cure="Write the token into it.")
    return _checked(value, str(path))


def _checked(value: str, source: str) -> str:
    """`value`, if it is one printable word: anything else would break the header, and the error
    would quote it."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise TokenRefused(
            f"What {source} holds is not a token.", cure="It must be the token alone, on one line."
        )
    return value


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The anonymous identity as stored."""

    client_id: str
    token: str = field(default="", repr=False)
    user_id: str = ""
    expires_at: int = 0  #: UTC ms


@dataclass(frozen=True, slots=True)
class Store:
    """The file with the anonymous identity, mode 0600: a lost token cannot be replaced for days."""

    path: Path

    def load(self) -> Anonymous:
        """What is stored, or a new client id when there is nothing readable."""
        try:
            document = values.parse(self.path.read_bytes())
        except FileNotFoundError:
            document = None
        except OSError as exc:
            raise local_error(exc, self.path) from None
        fields = values.table(document)
        client_id = values.text(fields.get("client_id"))
        if not client_id:
            return Anonymous(str(uuid.uuid4()))
        expires_at = int(values.number(fields.get("expires_at")))
        return Anonymous(
            client_id,
            values.text(fields.get("token")),
            values.text(fields.get("user_id")),
            expires_at,
        )

    def save(self, known: Anonymous) -> None:
        """Replace the file in one step; it is on disk when this returns. Raises LocalError."""
        fields = {
            "client_id": known.client_id,
            "token": known.token,
            "user_id": known.user_id,
            "expires_at": known.expires_at,
        }
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                _write_synced(fresh, json.dumps(fields).encode())
                fresh.replace(self.path)
            except OSError:
                with contextlib.suppress(OSError):
                    fresh.unlink()
                raise
            _sync_folder(self.path.parent)
        except OSError as exc:
            raise local_error(exc, self.path) from None


def _write_synced(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


#: Called with every token before it is used, so that the log can hide it.
Told = Callable[[str], None]
#: Requests an anonymous token: client id -> (token, user id, expiry in UTC ms or 0).
Issue = Callable[[str], Awaitable[tuple[str, str, int]]]


class Tokens:
    """The current token. All waiting happens under one lock, so a renewal happens once."""

    def __init__(
        self,
        credential: Credential,
        store: Store,
        issue: Issue,
        clock: Clock,
        executor: Executor,
        tell: Told = lambda _: None,
    ) -> None:
        self._credential = credential
        self._tell = tell
        self._store = store
        self._issue = issue
        self._clock = clock
        self._executor = executor
        self._lock = asyncio.Lock()
        self._known = Anonymous("")
        self._pauses = NotBefore[str](clock)
        self.supplied = credential.expected  #: the current token comes from the user

    def __repr__(self) -> str:
        return f"<Tokens from {self._credential.describe()}>"

    @property
    def user_id(self) -> str:
        """The anonymous user, as far as it is known."""
        return self._known.user_id

    async def look(self) -> None:
        """Read what is stored, without a call to the cloud."""
        await self._own()
        await self._load()

    async def current(self) -> str:
        """The token for the next call. Raises TokenRefused, and whatever requesting an anonymous
        one raises."""
        return await self._own() or await self._anonymous()

    async def after_refusal(self, refused: str) -> str:
        """A token other than the one that was just refused (1001). Raises TokenRefused when there
        is none."""
        own = await self._own()
        if own and own == refused:
            source = self._credential.describe()
            raise TokenRefused(
                f"The cloud refuses the token from {source}: it is wrong or has expired."
            )
        return own or await self._anonymous(refused)

    async def _own(self) -> str:
        """The user's own token as it is now; "" for none."""
        own = await self._off_loop(self._credential.read)
        self._tell(own)
        self.supplied = bool(own)
        return own

    async def _load(self) -> None:
        self._known = await self._off_loop(self._store.load)
        self._tell(self._known.token)

    async def _anonymous(self, refused: str = "") -> str:
        async with self._lock:
            if not self._known.token or refused:
                await self._load()
            usable = bool(self._known.token) and self._known.token != refused
            if usable and not self._renewal_due():
                return self._known.token
            if not usable and not self._pauses.is_due(ISSUE):
                raise RateLimited(
                    "The cloud gives no more anonymous tokens for now.",
                    retry_after=self._pauses.left(ISSUE),
                )

            try:
                await self._renew()
            except (RemoteError, LocalError) as exc:
                self._pauses.put_off(RENEWAL, RENEW_AGAIN_S)
                # others that wait for the lock would ask again at once
                if isinstance(exc, RateLimited):
                    self._pauses.put_off(ISSUE, max(exc.retry_after, WAIT_ON_429_S))
                if not usable:
                    raise

            return self._known.token

    def _renewal_due(self) -> bool:
        soon = self._known.expires_at - RENEW_BEFORE_MS
        return self._clock.now_ms() >= soon and self._pauses.is_due(RENEWAL)

    async def _renew(self) -> None:
        """A new token for the same client id. The id is stored before it is sent, the token before
        it is used."""
        await self._off_loop(self._store.save, self._known)
        try:
            value, user_id, expires_at = await self._issue(self._known.client_id)
        except RateLimited:
            await asyncio.sleep(WAIT_ON_429_S)
            value, user_id, expires_at = await self._issue(self._known.client_id)
        self._tell(value)
        expires_at = expires_at or self._clock.now_ms() + LIFE_MS
        known = replace(
            self._known, token=value, user_id=user_id or self._known.user_id, expires_at=expires_at
        )
        self._known = known  # in memory first: a full disk must not lose it
        await self._off_loop(self._store.save, known)

    async def _off_loop(self, act: Callable[..., T], *args: Anonymous) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, act, *args)
