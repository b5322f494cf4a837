"""Holds of the whole account: one notice, free work goes on, and it ends by itself when its
cause is gone."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from nemowatch.journal import account, facts, holds, job_history
from nemowatch.journal.facts import Fact
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason, State
from nemowatch.remote import token as token_room
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio


def held(found: list[Job], reason: HoldReason, count: int = 1) -> bool:
    return sum(job.state is State.HELD and job.reason == reason for job in found) >= count


async def standing(house: EngineRig) -> dict[HoldReason, str]:
    assert house.journal is not None
    return await house.journal.read(lambda conn: {r: h.text for r, h in holds.active(conn).items()})


async def test_no_credits_and_a_top_up(tmp_path: Path) -> None:
    """Out of credits the queue waits under one hold; what is paid for is rendered and delivered
    meanwhile; a top-up seen in the balance lets it go on, and nothing is paid twice."""
    async with engine_rig(tmp_path, settings={"credits": 150, "render_seconds": 0.8}) as house:
        for name in ("a", "b", "c"):
            house.drop(f"dub-es/{name}.mp4")
        await house.start()
        await house.until(
            "one done, two held",
            lambda f: (
                len(f) == 3
                and held(f, HoldReason.CREDITS, 2)
                and any(j.state is State.PUBLISHED for j in f)
            ),
        )
        assert list(await standing(house)) == [HoldReason.CREDITS]
        assert house.charged() == 1
        for account in house.sandbox.world.accounts.values():
            account.available = 1000
        assert {job.state for job in await house.ended(3)} == {State.PUBLISHED}
        assert house.charged() == 3
        assert await standing(house) == {}


async def test_a_pause_is_said_before_missing_credits(tmp_path: Path) -> None:
    """Jobs in a paused folder say that, those that waited for credits before it as well as new
    ones; without the PAUSE they wait for credits again."""
    async with engine_rig(tmp_path, settings={"credits": 50}) as house:
        house.drop("dub-es/a.mp4")
        house.drop("dub-fr/other.mp4")
        await house.start()
        await house.until("no credits", lambda f: held(f, HoldReason.CREDITS, 2))
        pause = house.root / "inbox/dub-es/PAUSE"
        pause.touch()
        await house.until("paused", lambda f: held(f, HoldReason.PAUSED))
        house.drop("dub-es/b.mp4")
        await house.until("the new one too", lambda f: held(f, HoldReason.PAUSED, 2))
        # it is tried from time to time, and comes back to that
        await house.until("the other still", lambda f: held(f, HoldReason.CREDITS))
        pause.unlink()
        await house.until("credits again", lambda f: held(f, HoldReason.CREDITS, 3))


async def test_a_paused_job_says_what_holds_it_now(tmp_path: Path) -> None:
    """Of two PAUSEs the outer one goes, then everything is paused, then nothing is: each job says
    what keeps it, and its history no more than that it went on."""
    async with engine_rig(tmp_path) as house:
        inner = [house.root / f"inbox/{name}/PAUSE" for name in ("dub-es", "dub-fr/sub")]
        for name in ("dub-es/a.mp4", "dub-fr/sub/b.mp4"):
            house.drop(name)
        outer = house.root / "inbox/PAUSE"
        for pause in (outer, *inner):
            pause.touch()
        await house.start()
        await house.until("the outer one", lambda f: says(f, "file inbox/PAUSE "))
        outer.unlink()
        inside = ("file inbox/dub-es/PAUSE ", "file inbox/dub-fr/sub/PAUSE ")
        await house.until("the inner ones", lambda f: says(f, *inside))
        journal = house.journal
        assert journal is not None
        await journal.write(partial(account.set_paused, to=True))
        await house.until("everything", lambda f: says(f, "Everything is paused"))
        await journal.write(partial(account.set_paused, to=False))
        for pause in inner:
            pause.unlink()
        done = await house.ended(2)
        went_on = await journal.read(lambda conn: job_history.events(conn, done[0].id))
        assert {step.error for step in went_on if step.to_state != State.HELD} == {""}


def says(found: list[Job], *texts: str) -> bool:
    return len(found) == 2 and all(
        any(text in job.error_text for text in texts) for job in found if job.state is State.HELD
    )


async def test_an_anonymous_user_gets_the_link(tmp_path: Path) -> None:
    """Without credits an anonymous user is shown where to register."""
    async with engine_rig(tmp_path, token="", settings={"credits": 50}) as house:
        house.drop("dub-es/a.mp4")
        await house.start()
        await house.until("held", lambda f: held(f, HoldReason.CREDITS))
        assert house.engine is not None
        assert (
            "https://nemovideo.com/register?bind=anon_"
            in house.engine.api.account.registration_link
        )
        text = (await standing(house))[HoldReason.CREDITS]
        assert "https://nemovideo.com/register?bind=anon_" in text


@pytest.mark.parametrize("when", ["session", "upload", "state", "chat", "render", "poll"])
async def test_a_new_token_in_its_file(tmp_path: Path, when: str) -> None:
    """A supplied token that is refused at any call stops paid work; a new one in its file lets
    the jobs go on by themselves."""
    path = tmp_path / "token"
    path.write_text("nmv_usr_the_old_one")
    async with engine_rig(tmp_path, token="", api=f'token_file = "{path}"') as house:
        world = house.sandbox.world
        house.fault(f"{when}:1001@1+")
        house.drop("dub-es/a.mp4")
        await house.start()
        found = await house.until("held", lambda f: held(f, HoldReason.TOKEN))
        world.revoke("nmv_usr_the_old_one")
        house.clear_faults()
        charged = house.charged()
        assert str(path) in found[0].error_text
        # the same user's next token
        world.accounts["nmv_usr_the_new_one"] = world.accounts["nmv_usr_the_old_one"]
        path.write_text("nmv_usr_the_new_one")
        found = await house.ended(1)
        assert [job.state for job in found] == [State.PUBLISHED]
        assert house.charged() == 1 >= charged
        await house.departed(found)
        await house.agrees({"dub-es/a.mp4"})


@pytest.mark.parametrize(
    "when", ["session", "upload", "state", "chat", "render", "poll", "fallback_download"]
)
async def test_an_anonymous_token_that_ends(tmp_path: Path, when: str) -> None:
    """An anonymous token that expires during any call is replaced for the same client, and the
    job goes on."""
    faults = [f"{when}:1001@1"] + (["download:expired@*"] if when == "fallback_download" else [])
    async with engine_rig(tmp_path, token="", faults=faults) as house:
        house.drop("dub-es/a.mp4")
        await house.start()
        found = await house.ended(1)
        assert [job.state for job in found] == [State.PUBLISHED]
        assert len(house.sandbox.world.issued) == 1
        assert house.charged() == 1
        await house.departed(found)
        await house.agrees({"dub-es/a.mp4"})


async def test_renewal_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An anonymous token is renewed before it expires, for the same client; a 429 then leaves
    the present one in use."""
    monkeypatch.setattr(token_room, "WAIT_ON_429_S", 0.1)
    async with engine_rig(
        tmp_path, token="", settings={"token_seconds": 30.0, "tokens_per_client": 1}
    ) as house:
        house.drop("dub-es/a.mp4")
        house.fault("token:429@2+")
        await house.start()
        assert [job.state for job in await house.ended(1)] == [State.PUBLISHED]
        assert list(house.sandbox.world.issued.values()) == [1]


async def test_the_day_s_cap(tmp_path: Path) -> None:
    """With a cap of 250 a day two turns are paid for; the third waits for tomorrow and is no
    fault of its own."""
    async with engine_rig(tmp_path, limits="daily_credits = 250\nturns = 1") as house:
        for name in ("a", "b", "c"):
            house.drop(f"dub-es/{name}.mp4")
        await house.start()
        found = await house.until(
            "two done, one held",
            lambda f: (
                len(f) == 3
                and held(f, HoldReason.CAP)
                and sum(j.state is State.PUBLISHED for j in f) == 2
            ),
        )
        assert house.charged() == 2
        waiting = next(job for job in found if job.state is State.HELD)
        assert waiting.attempt == 0
        assert "tomorrow" in waiting.error_text


@pytest.mark.parametrize(("cap", "paid"), [(100, 1), (150, 1), (250, 2), (400, 4)])
async def test_the_day_s_cap_with_many_turns_at_once(tmp_path: Path, cap: int, paid: int) -> None:
    """Side by side they pay for no more than one after the other would, all that the cap has
    room for is made, and the words say what was spent."""
    limits = f"daily_credits = {cap}\nuploads = 4\nturns = 8"
    async with engine_rig(tmp_path, limits=limits, settings={"turn_seconds": 0.4}) as house:
        for number in range(6):
            house.drop(f"dub-es/{number}.mp4")
        await house.start()
        said = f"{100 * paid} of the {cap} credits a day are spent"
        await house.until(
            f"{paid} done, the others held",
            lambda f: (
                len(f) == 6
                and sum(j.state is State.PUBLISHED for j in f) == paid
                and sum(j.state is State.HELD and j.reason == HoldReason.CAP for j in f) == 6 - paid
            ),
        )
        assert house.charged() == paid
        await house.until(
            "words", lambda f: all(j.state is State.PUBLISHED or said in j.error_text for j in f)
        )


async def test_an_outage_of_everything(tmp_path: Path) -> None:
    """When every call fails nothing is given up: one hold, no attempts, and on it goes when the
    cloud answers."""
    endpoints = ("session", "upload", "chat", "state", "credits", "render", "poll", "download")
    async with engine_rig(tmp_path, faults=[f"{e}:503@*" for e in endpoints]) as house:
        house.drop("dub-es/a.mp4")
        await house.start()
        await house.until("held", lambda f: held(f, HoldReason.OUTAGE))
        assert list(await standing(house)) == [HoldReason.OUTAGE]
        house.clear_faults()
        assert [job.state for job in await house.ended(1)] == [State.PUBLISHED]


@pytest.mark.parametrize("then", [(), ("state:1002@2+",), ("state:4001@2+",), ("state:404@2+",)])
async def test_attention_says_before_and_after(tmp_path: Path, then: tuple[str, ...]) -> None:
    """Where only a person can tell, the balance before and after stands in the question."""
    async with engine_rig(tmp_path, faults=["chat:cut_before", *then]) as house:
        house.drop("dub-es/a.mp4")
        await house.start()
        found = await house.until("attention", lambda f: any(j.state is State.ATTENTION for j in f))
        assert "Credits before: 10,000, after: 10,000" in found[0].error_text


async def test_again_is_free_and_a_new_take_is_not(tmp_path: Path) -> None:
    """`again` delivers from the saved draft, even with the session gone; a new take is a new
    paid turn."""
    async with engine_rig(tmp_path) as house:
        house.drop("dub-es/a.mp4")
        await house.start()
        found = await house.ended(1)
        await house.departed(found)
        assert house.engine is not None
        for session in house.sandbox.world.sessions.values():
            session.expired = True
        again = partial(house.engine.order, "again")
        await again({"jobs": [1]})
        await house.ended(1)
        assert house.charged() == 1
        assert len([n for n in house.files("outbox") if n.endswith(".mp4")]) in (1, 2)


async def test_balance_is_remembered(tmp_path: Path) -> None:
    """The balance seen last stands in the journal, for commands while the cloud is away."""
    async with engine_rig(tmp_path) as house:
        await house.start()
        assert house.journal is not None

        def seen(conn: sqlite3.Connection) -> object:
            return (
                account.credits_seen(conn)["available"] if facts.get(conn, Fact.CREDITS) else None
            )

        for _ in range(200):
            if await house.journal.read(seen) is not None:
                break
            await house.until("a moment", lambda _found: True)
        assert await house.journal.read(seen) == 10_000
