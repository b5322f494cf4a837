"""What a value may be, written beside a key's type, in a form that pydantic understands and that
loads nothing of it: the process that works by a configuration does not read it
(docs/decisions/0010). Owns no rule of any key: those are in `schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

#: `folder` (of the configuration file) and `home`; without it, paths stay as they are written.
Context = Mapping[str, Path]


class Limited:
    """A number, text or list within limits; they are called as in pydantic's own schemas: gt,
    ge, pattern, min_length, …"""

    def __init__(self, **limits: object) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        narrowed: Any = {**handler(source), **self._limits}
        return narrowed  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Before:
    """`change` has the value as it was written; what it raises as ValueError is the mistake."""

    change: Callable[[Any], Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self.change, handler(source))


@dataclass(frozen=True, slots=True)
class After:
    """`change` gets the value once it has its type; a ValueError that it raises is the mistake."""

    change: Callable[[Any], Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self.change, handler(source))


@dataclass(frozen=True, slots=True)
class BeforeWithin:
    """As Before, for what depends on where the configuration is: `change` has the context as
    well, or None."""

    change: Callable[[Any, Context | None], Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_before_validator_function(
            lambda value, info: self.change(value, info.context), handler(source)
        )
