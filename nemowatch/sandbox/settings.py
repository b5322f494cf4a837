"""The sandbox's settings, at its start and while it runs. Owns their names and defaults."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def _set(default: T, text: str) -> T:
    """A setting with its text for --help."""
    made: T = field(default=default, metadata={"help": text})
    return made


@dataclass(slots=True)
class Settings:
    """Every setting. Durations are seconds; "vary" goes through all forms in a fixed order."""

    turn_seconds: float = _set(0.2, "how long a chat turn works")
    render_seconds: float = _set(0.3, "from the post of a render to `completed`")
    upload_seconds: float = _set(0.0, "between an upload's last byte and its answer")
    heartbeat_seconds: float = _set(
        0.1, "between signs of life in a stream; 0: silent, as a plain server of the family is"
    )
    min_poll_seconds: float = _set(
        0.0, "polls of one render closer than this are a violation; 0: any pace"
    )
    url_seconds: float = _set(0.0, "how long a result URL works; 0: forever")
    style: str = _set("vary", "of stream events: adk, adk_partial, snake, typed, toplevel, vary")
    render_shape: str = _set("vary", "of render answers: bare, envelope, vary")
    captions: str = _set("text", "keys of text segments: text, content, title, plain, laid")
    initial_draft: str = _set("empty", "what a session holds before a turn: none, empty, clip")
    signed_media: bool = _set(
        False, "segments have addresses that are signed anew whenever a state is read"
    )
    silent_every: int = _set(3, "every n-th turn closes without text; 0: none")
    chat_charge: str = _set(
        "effect", "when credits go: effect, or start (then a turn that is cut stays charged)"
    )
    abort_on_disconnect: bool = _set(
        True, "a turn ends when its client goes, as in the real family"
    )
    turn_credits: int = _set(100, "the first turn of a session")
    edit_credits: int = _set(50, "each later one")
    credits: int = _set(10_000, "what a new account begins with")
    plan: str = _set("paid", "free: exports answer 402")
    duplicate_renders: str = _set(
        "return", "a known id posted again: return the job, or refuse it (409)"
    )
    url_uploads: bool = _set(True, "False: every upload by URL is refused with 4001")
    uploads_per_session: int = _set(
        0, "more uploads into one session are a violation; 0: any number, of different files"
    )
    max_upload_bytes: int = _set(
        0, "larger files get 4002; 0: the skill's own limit (docs/api.md section 2)"
    )
    code_status: int = _set(
        400, "HTTP status of the business codes without one of their own; 200 is allowed"
    )
    code_under: str = _set("", "the key of a framework's error around the codes: detail, error")
    code_type: str = _set("application/json", "the Content-Type of the codes")
    session_gone: str = _set(
        "detail", 'a lost session: detail (404 {"detail"}), code (404 with 1002), code200'
    )
    tokens_per_client: int = _set(0, "anonymous tokens for one client id before 429; 0: any number")
    token_seconds: float = _set(7 * 24 * 3600.0, "life of an anonymous token as its answer says")
    supplied_anonymous: bool = _set(
        False, "tokens not issued here belong to anonymous accounts (user_id anon_…)"
    )

    def change(self, changes: dict[str, Any]) -> None:
        """Set what `changes` names. Raises ValueError for an unknown name or a value of another
        type."""
        types = {f.name: f.type for f in fields(self)}
        for name, value in changes.items():
            if name not in types:
                raise ValueError(f"unknown setting: {name}")
            setattr(self, name, _typed(name, str(types[name]), value))


#: The types that a setting of each type accepts. To Python a bool is an int, but not here.
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
}


def _typed(name: str, kind: str, value: Any) -> Any:
    if type(value) not in _TYPES[kind]:
        raise ValueError(f"setting {name} takes a {kind}, not {value!r}")
    return float(value) if kind == "float" else value
