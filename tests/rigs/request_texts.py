"""Texts about results for tests: a finished film, and words put beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nemowatch.journal.jobs import Job
from nemowatch.reporting.notes import READ_ME
from tests.rigs.engine import EngineRig
from tests.rigs.patience import PATIENCE


def say(rig: EngineRig, name: str, text: str) -> Path:
    """Save a text in the inbox."""
    return rig.drop(name, text.encode())


async def until(what: str, condition: Callable[[], Any]) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"waited in vain for: {what}"
        await asyncio.sleep(0.05)


async def made(rig: EngineRig, *names: str) -> None:
    """Wait until all these results are there."""
    await until(f"{names}, not {rig.files('outbox')}", lambda: set(names) <= rig.files("outbox"))


def said_in(rig: EngineRig, name: str) -> str:
    """The text of a file in the inbox, in one line; "" if there is no such file."""
    path = rig.root / "inbox" / name
    return " ".join(path.read_text("utf-8-sig").split()) if path.exists() else ""


def note(rig: EngineRig, folder: str) -> str:
    """The text of an inbox folder's note, in one line."""
    return said_in(rig, f"{folder}/{READ_ME}")


async def noted(rig: EngineRig, folder: str, *words: str) -> None:
    await until(
        f"{words} in: {note(rig, folder)}", lambda: all(w in note(rig, folder) for w in words)
    )


async def dubbed(rig: EngineRig, *languages: str) -> list[Job]:
    """Have a film dubbed."""
    folder = f"dub-{'-'.join(languages or ('es',))}"
    rig.drop(f"{folder}/promo.mp4")
    jobs = await rig.ended(len(languages or "1"))
    await rig.departed(jobs)
    return jobs


def turns(rig: EngineRig) -> list[list[str]]:
    """What was said in each session of the cloud."""
    sessions = rig.ledger()["sessions"].values()
    return [[turn["message"] for turn in session["turns"]] for session in sessions]


def expire(rig: EngineRig) -> None:
    """Make the cloud forget all of its sessions."""
    for session in rig.sandbox.world.sessions.values():
        session.expired = True
