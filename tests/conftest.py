"""What every test may use: anyio on asyncio, a Hypothesis profile that is quick unless the command
line says `--hypothesis-profile thorough`, and a folder that other users may enter. Says which tests
stay together when they run side by side."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from nemowatch.cures import RUN, name_installation

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

    from tests.rigs.engine import EngineRig

#: Examples by profile: each run tries others.
_EXAMPLES = {"quick": 40, "thorough": 500}
for _name, _examples in _EXAMPLES.items():
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")

#: What commands keep of configurations goes there, and not to whoever runs the tests.
os.environ["XDG_CACHE_HOME"] = str(Path(tempfile.gettempdir()) / "nemowatch-test-cache")

#: structlog's own traceback prints the variables of every frame, which takes seconds of the loop
#: that the test shares with what it tests. The daemon's log never did that.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The daemon runs on asyncio alone, so the tests do too."""
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_installation() -> Iterator[None]:
    """Which installation a command in this process was about changes nothing that later tests
    read."""
    yield
    name_installation("", RUN)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder like `tmp_path` that any user may enter. The folders above `tmp_path` are closed
    to others again by whichever pytest starts next."""
    made = Path(tempfile.mkdtemp(prefix="nemowatch-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[EngineRig]:
    """A workspace whose engine runs."""
    # most tests need none of it, and loading it takes a second
    from tests.rigs.engine import engine_rig

    async with engine_rig(tmp_path) as made:
        await made.start()
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay to the end: looking for garbage among them took a tenth of the
    time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


#: Modules, or folders, whose tests share something that is costly to make, and what that is: each
#: stays in the worker that has it.
TOGETHER = {
    "test_service_systemd": "a container with the shipped units",
    "test_service_daemon": "a container with the program",
    "structure": "our source, parsed",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let modules that share something run in one worker (`pytest --dist loadgroup`)."""
    for item in items:
        if shared := TOGETHER.get(item.path.stem) or TOGETHER.get(item.path.parent.name):
            item.add_marker(pytest.mark.xdist_group(shared))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Which test a worker runs next (`pytest -n NUMBER --dist loadgroup`)."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.rigs.both_ends import FromBothEnds

    return FromBothEnds(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Names in tests need not be UTF-8, what workers send each other must be."""
    report = yield
    report.sections = [(_encodable(title), _encodable(text)) for title, text in report.sections]
    if report.longrepr is not None and _encodable(report.longreprtext) != report.longreprtext:
        report.longrepr = _encodable(report.longreprtext)
    return report


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
