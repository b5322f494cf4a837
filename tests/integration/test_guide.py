"""The guide beside the folders: once, anew when it would say something else, never against a
person's will."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.config.schema import Recipe
from nemowatch.fs.threads import Disks
from nemowatch.intake.watch.health import HealthState
from nemowatch.reporting.guide import NAME
from nemowatch.reporting.guide_file import GuideFile
from tests.rigs.inbox import inbox_rig

pytestmark = pytest.mark.anyio


async def test_the_guide_comes_once_and_stays_people_s(tmp_path: Path) -> None:
    """A recipe that is added is in it; one that was changed, or deleted, is not written again."""
    (tmp_path / "ws/inbox").mkdir(parents=True)
    path = tmp_path / "ws" / NAME
    shorts = {"shorts": Recipe(prompt="Cut three shorts of it.", outputs=(".mp4",))}
    async with inbox_rig(tmp_path / "ws", tmp_path / "state") as rig:
        await rig.until(lambda: rig.inbox.health.state is HealthState.WATCHING)

        async def started(recipes: dict[str, Recipe]) -> str:
            """As each start of a daemon does it; what it says then."""
            with closing(Disks()) as disks:
                await GuideFile(rig.journal, {rig.watch.name: rig.inbox}, disks).write(recipes)
            return path.read_text("utf-8-sig") if path.exists() else ""

        assert "dub-es-fr" in await started({})
        assert "Cut three shorts" in await started(shorts)
        path.write_text("mine")
        assert await started({}) == "mine"
        path.unlink()
        assert await started({}) == ""
