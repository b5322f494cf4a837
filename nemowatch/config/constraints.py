"""Constraints on values, written beside a key's type in a form that pydantic understands but that
does not load it: the daemon, which uses a configuration, does not read it itself
(docs/decisions/0010). The rules of each key are in `schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

#: `folder` (of the configuration file) and `home`; without a context, paths stay as written.
Context = Mapping[str, Path]


class Limited:
    """A number, text or list within limits, which have the names of pydantic's own schemas: gt, ge,
    pattern, min_length, …"""

    def __init__(self, **limits: object) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        narrowed: Any = {**handler(source), **self._limits}
        return narrowed  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Before:
    """`change` gets the value as it was written; a ValueError that it raises is the mistake."""

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
    """Like Before, for what depends on where the configuration is: `change` also gets the context,
    or None."""

    change: Callable[[Any, Context | None], Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_before_validator_function(
            lambda value, info: self.change(value, info.context), handler(source)
        )
