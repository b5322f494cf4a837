"""What the process gives back when there is nothing to do."""

from __future__ import annotations

from functools import cache, lru_cache

from nemowatch.service.memory import MANY_ANSWERS, give_back


def test_many_answers_are_forgotten_and_tables_are_kept() -> None:
    """A burst's names are found anew; a table is not built again, nor what is asked of a few."""
    asked: list[str] = []

    @lru_cache(MANY_ANSWERS)
    def name(one: int) -> int:
        asked.append("name")
        return one

    @lru_cache(16)
    def server(one: int) -> int:
        asked.append("server")
        return one

    @cache
    def table() -> int:
        asked.append("table")
        return 1

    for _ in range(2):
        name(1)
        server(1)
        table()
        give_back()
    assert asked == ["name", "server", "table", "name"]
