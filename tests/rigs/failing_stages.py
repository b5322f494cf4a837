"""What tests do to stages: an API and a journal that fail, and jobs put into a given state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nemowatch.holds.account_check import AccountCheck
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.jobs.hold_log import HoldLog
from nemowatch.journal import jobs
from nemowatch.model import State
from nemowatch.orders import read_order
from nemowatch.stages.context import StageContext
from tests.rigs.stages import StageRig


class Failing:
    """The real client, one call of which fails with an error of ours, after `skip` that succeed."""

    def __init__(
        self, api: Any, call: str, error: Exception, times: int = 1, skip: int = 0
    ) -> None:
        self._api, self._call, self._error, self._times, self._skip = api, call, error, times, skip

    def __getattr__(self, name: str) -> Any:
        if name == self._call and self._skip > 0:
            self._skip -= 1
        elif name == self._call and self._times > 0:
            self._times -= 1
            return self._raise
        return getattr(self._api, name)

    async def _raise(self, *_: Any) -> Any:
        raise self._error


def with_api(house: StageRig, api: Any) -> None:
    house.context = replace_api(house.context, api)


def replace_api(context: StageContext, api: Any) -> StageContext:
    return replace(context, api=api)


def order(house: StageRig, command: str, **args: Any) -> dict[str, Any]:
    given = read_order(command, args)
    return house.journal.write_now(lambda conn: given.commit(conn, house.clock.now_ms()))


def put_state(house: StageRig, job_id: int, state: State, **values: Any) -> None:
    """Move a job in the journal, by legal steps only."""
    house.journal.write_now(
        lambda conn: jobs.apply(conn, jobs.by_id(conn, job_id), state, house.clock.now_ms(), values)
    )


async def in_state(house: StageRig, job_id: int, state: State) -> bool:
    return (await house.journal.read(lambda conn: jobs.by_id(conn, job_id))).state is state


def keeper(house: StageRig, inboxes: dict[str, Any] | None = None) -> HoldKeeper:
    return HoldKeeper(
        house.journal,
        house.client,
        AccountCheck(house.client, house.journal, house.clock, lambda: None),
        lambda: house.config,
        {} if inboxes is None else inboxes,
        house.clock,
        lambda: None,
        HoldLog(house.clock),
    )
