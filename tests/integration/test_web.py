"""The live page without a browser: who is let in, what programs read, what is clicked, results in
ranges, and files that are dropped. One daemon, one rig."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from nemowatch.config.listening import listening, refuse_open_door
from nemowatch.config.schema import Web
from nemowatch.cures import Choice
from nemowatch.errors import NemowatchError
from nemowatch.reporting.json_records import status_record
from nemowatch.service.operations import Operations
from nemowatch.service.serving import read_password
from nemowatch.web import passwords
from nemowatch.web.commands import button_of
from nemowatch.web.desk import Desk
from nemowatch.web.server import Server
from nemowatch.web.sessions import Sessions
from tests.rigs.documents import REPO
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.ports import free_port
from tests.rigs.studio import video

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse"


def desk_of(rig: EngineRig) -> Desk:
    engine, journal = rig.engine, rig.journal
    assert engine is not None
    assert journal is not None
    own = list(engine.inboxes.values())
    answers = Operations(engine)

    async def status() -> dict[str, object]:
        return status_record(await answers.overview(1, {"pid": 1}))

    return Desk(
        config=lambda: rig.config,
        site="Studio 1",
        journal=journal,
        clock=engine.clock,
        disks=engine.disks,
        inboxes=engine.inboxes,
        page=lambda: engine.page.model(own[0].watch.page, own),
        news=lambda: engine.page.news(own),
        overview=lambda: answers.overview(1, {"pid": 1}),
        status=status,
        order=engine.order,
    )


@asynccontextmanager
async def served(rig: EngineRig, line: str = "") -> AsyncIterator[str]:
    """The page of a running rig; its address."""
    port = free_port()
    server = Server(desk_of(rig), f"127.0.0.1:{port}", line, ["studio.example.com"])
    await server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await server.stop()


def word_in(html: str) -> str:
    found = re.search(r'name="word" value="([0-9a-f]+)"', html)
    assert found
    return found[1]


def asked_by_the_fleet() -> set[str]:
    """The figures that the dashboard and the alerts of docs/fleet.md ask for; credits are given out
    once they are known."""
    kept = (REPO / "docs/fleet/dashboard.json", REPO / "docs/fleet/alerts.yml")
    found = {name for path in kept for name in re.findall(r"nemowatch_[a-z_]+", path.read_text())}
    assert len(found) > 5
    return found - {"nemowatch_credits_available"}


async def test_who_is_let_in(tmp_path: Path) -> None:
    """With a password nothing but its own page, its health and its style is shown without it; a
    session outlives a restart; other sites' requests, names that only lead here, and words of
    other sessions are refused; a program sends the password itself."""
    line = passwords.hashed(PASSWORD)
    async with engine_rig(tmp_path) as rig:
        await rig.start()
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            async with served(rig, line) as page:
                for path in ("/", "/folders", "/job/1"):
                    async with browser.get(page + path) as answer:
                        assert str(answer.url).endswith("/login"), path
                        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                for path in ("/metrics", "/api/status", "/api/jobs", "/events", "/file/1/0/0"):
                    async with browser.get(page + path, allow_redirects=False) as answer:
                        assert answer.status in (401, 303), path
                async with browser.get(page + "/healthz") as answer:
                    assert await answer.text() == "ok\n"
                async with browser.post(page + "/login", data={"password": "wrong"}) as answer:
                    assert answer.status == 403
                async with browser.post(page + "/login", data={"password": PASSWORD}) as answer:
                    word = word_in(await answer.text())
                    assert answer.history[0].cookies["nemowatch"]["samesite"] == "Strict"
                    assert answer.history[0].cookies["nemowatch"]["httponly"]
                basic = base64.b64encode(f"x:{PASSWORD}".encode()).decode()
                async with (
                    aiohttp.ClientSession() as program,
                    program.get(
                        page + "/metrics", headers={"Authorization": f"Basic {basic}"}
                    ) as answer,
                ):
                    figures = await answer.text()
                assert 'nemowatch_jobs{site="Studio 1"' in figures
                assert asked_by_the_fleet() <= set(re.findall(r"^# TYPE (\w+)", figures, re.M))
            async with served(rig, line) as page:  # the daemon was restarted
                order = {"order": "pause", "args": "{}", "word": word}
                for headers in (
                    {"Origin": "https://evil.example"},
                    {"Sec-Fetch-Site": "cross-site"},
                ):
                    async with browser.post(page + "/order", data=order, headers=headers) as answer:
                        assert answer.status == 403
                async with browser.post(page + "/order", data=order | {"word": "0" * 64}) as answer:
                    assert answer.status == 403
                async with browser.get(page, headers={"Host": "evil.example"}) as answer:
                    assert answer.status == 421
                async with browser.get(page, headers={"Host": "studio.example.com"}) as answer:
                    assert answer.status == 200
                async with browser.post(page + "/order", data=order) as answer:
                    assert answer.status == 200
                    assert "Paused" in await answer.text()
                async with browser.post(page + "/order", data=b"x" * 200_000) as answer:
                    assert answer.status in (403, 413)
            another = served(rig, passwords.hashed("another one"))
            async with another as page, browser.get(page) as answer:
                assert str(answer.url).endswith("/login")


async def test_guesses_and_silence_have_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many guesses wait, fewer of one address, and more are refused at once; no password is no
    guess; a connection that says nothing is closed."""
    monkeypatch.setattr("nemowatch.web.server.IDLE_SECONDS", 0.1)
    async with engine_rig(tmp_path) as rig:
        await rig.start()
        async with served(rig) as page:
            host, _, port = page.removeprefix("http://").partition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            assert await asyncio.wait_for(reader.read(), 30) == b""
            writer.close()
        with ThreadPoolExecutor(1) as threads:
            sessions = Sessions(passwords.hashed(PASSWORD), desk_of(rig).clock, threads)
            waiting: list[asyncio.Task[bool]] = []
            for address in ("a", "a", "a", "a", "b", "b", "b", "b"):
                waiting.append(asyncio.create_task(sessions.of_password("wrong", address)))
            await asyncio.sleep(0)
            assert not await sessions.of_password("", "a")
            for address in ("a", "c"):
                with pytest.raises(web.HTTPTooManyRequests):
                    await sessions.of_password(PASSWORD, address)
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting)
            assert await sessions.of_password(PASSWORD, "a")


async def test_what_is_clicked_watched_and_dropped(tmp_path: Path) -> None:
    """Orders go the way of every order; a result comes in ranges; a file that is dropped becomes
    a job, whole, and nothing leaves the inbox or takes another file's place."""
    name = "<b>&\"'é.mp4"
    async with engine_rig(tmp_path) as rig:
        rig.drop(f"dub-es/{name}")
        rig.drop("dub-es/clientA/deep.mp4")
        await rig.start()
        await rig.ended(2)
        async with (
            served(rig) as page,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
        ):
            async with browser.get(page) as answer:
                html = await answer.text()
                word = word_in(html)
            assert "<b>&" not in html
            assert "&lt;b&gt;&amp;" in html
            async with browser.get(page + "/job/1") as answer:
                conversation = await answer.text()
            async with browser.get(page + "/job/2") as answer:
                assert "dub-es/clientA" in conversation + await answer.text()
            assert "Turn 1 <span>" in conversation  # two words, also when read aloud
            href = re.search(r'<video[^>]+src="(/file/1/1/0)"', conversation)
            assert href
            result = next(path for path in (rig.root / "outbox").rglob("*.mp4") if "é" in path.name)
            data = result.read_bytes()
            for asked, status, wanted in (
                ("", 200, data),
                ("bytes=0-9", 206, data[:10]),
                ("bytes=-7", 206, data[-7:]),
                (f"bytes={len(data)}-", 416, None),
            ):
                headers = {"Range": asked} if asked else {}
                async with browser.get(page + href[1], headers=headers) as answer:
                    assert answer.status == status, asked
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                    assert answer.headers["Server"] == "nemowatch"
                    if wanted is not None:
                        assert await answer.read() == wanted
            async with browser.get(page + "/file/1/0/7") as answer:
                assert answer.status == 404

            async def click(order: str, **args: object) -> tuple[int, str]:
                text = args.pop("text", None)
                form = {"order": order, "args": json.dumps(args), "word": word}
                if text is not None:
                    form["text"] = str(text)
                accept = {"Accept": "application/json"}
                async with browser.post(page + "/order", data=form, headers=accept) as answer:
                    return answer.status, (await answer.json())["text"]

            assert await click("revise", job=1, text="Slower, please.") == (
                200,
                "Job 3 makes the change.",
            )
            await rig.ended(3)
            assert (await click("retry", jobs=[1]))[0] == 409
            assert (await click("no such order"))[0] == 409
            watch = str(rig.root / "inbox")
            for folder in ("dub-es/clientA", ""):
                assert (await click("pause", watch=watch, folder=folder))[0] == 200
                assert (rig.root / "inbox" / folder / "PAUSE").is_file()
                assert (await click("resume", watch=watch, folder=folder))[0] == 200
                assert not (rig.root / "inbox" / folder / "PAUSE").exists()
            hold = rig.root / "inbox/dub-es/HOLD"  # made where only folders can be: on a phone
            hold.mkdir()
            assert (await click("resume", watch=watch, folder="dub-es"))[0] == 200
            assert not hold.exists()
            (hold / "b").mkdir(parents=True)
            status, why = await click("resume", watch=watch, folder="dub-es")
            assert (status, (hold / "b").is_dir()) == (409, True)
            assert "HOLD is a folder that is not empty" in why
            (hold / "b").rmdir()
            hold.rmdir()
            assert (await click("pause", watch=watch, folder="../outbox"))[0] == 409
            assert (await click("pause", watch="/etc", folder=""))[0] == 409

            async def drop(folder: str, given: str, data: bytes) -> tuple[int, str]:
                form = aiohttp.FormData()
                for key, value in (("word", word), ("inbox", "0"), ("folder", folder)):
                    form.add_field(key, value)
                form.add_field("file", io.BytesIO(data), filename=given)
                accept = {"Accept": "application/json"}
                async with browser.post(page + "/drop", data=form, headers=accept) as answer:
                    return answer.status, (await answer.json())["text"]

            assert await drop("dub-es", "dropped.mp4", video("d")) == (
                200,
                "1 file sent.",
            )
            await rig.until("its job", lambda found: len(found) == 4)
            await rig.ended(4)
            assert "dub-es/dropped.es.mp4" in rig.files("outbox")
            rig.drop("dub-es/PAUSE", b"")
            stays = rig.drop("dub-es/taken.mp4")
            before = stays.read_bytes()
            for folder, given in (
                ("dub-es", "taken.mp4"),
                ("", "x.mp4"),
                ("../outbox", "x.mp4"),
                ("nowhere", "x.mp4"),
                ("dub-es", ".hidden.mp4"),
            ):
                assert (await drop(folder, given, b"x"))[0] == 409, (folder, given)
            assert stays.read_bytes() == before
            await _drop_in_pieces(rig, browser, page, word)
            assert not list((rig.root / "inbox").rglob(".~nemowatch-sent*"))
            async with browser.get(page + "/folders") as answer:
                assert "dub-es/clientA" in await answer.text()
            async with browser.get(page + "/api/jobs?state=published&limit=1") as answer:
                assert [job["id"] for job in await answer.json()] == [4]


async def _drop_in_pieces(
    rig: EngineRig, browser: aiohttp.ClientSession, page: str, word: str
) -> None:
    """A drop that the network cuts anywhere is taken; one without its last boundary is not."""
    head = ""
    for name, value in (("word", word), ("inbox", "0"), ("folder", "dub-es")):
        head += f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    disposition = 'form-data; name="file"; filename="pieces.mp4"'
    head += f"--cut\r\nContent-Disposition: {disposition}\r\n\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}

    async def pieces(body: bytes) -> AsyncIterator[bytes]:
        middle = body.index(word.encode()) + 20
        for piece in (body[:middle], body[middle : middle + 30], body[middle + 30 :]):
            yield piece
            await asyncio.sleep(0.05)

    async def post(body: bytes) -> int:
        url = page + "/drop"
        async with browser.post(url, data=pieces(body), headers=headers) as answer:
            return answer.status

    for tail in (b"half", b"half\r\n--cu"):
        assert await post(head.encode() + tail) == 409
    assert not (rig.root / "inbox/dub-es/pieces.mp4").exists()
    assert await post(head.encode() + b"whole\r\n--cut--\r\n") == 200
    assert (rig.root / "inbox/dub-es/pieces.mp4").read_bytes() == b"whole"


async def test_pages_are_told_of_news(tmp_path: Path) -> None:
    """A stream says so once at first, and again when something has changed."""
    async with engine_rig(tmp_path) as rig:
        await rig.start()
        async with (
            served(rig) as page,
            aiohttp.ClientSession() as browser,
            browser.get(page + "/events") as stream,
        ):

            async def news() -> bytes:
                line = b""
                while not line.startswith(b"event"):
                    line = await asyncio.wait_for(stream.content.readline(), 30)
                return line

            assert await news() == b"event: news\n"
            rig.drop("dub-es/a.mp4")
            assert await news() == b"event: news\n"


@pytest.mark.parametrize("written", [f"{PASSWORD}\r\n", f"\ufeff{PASSWORD}"])
def test_a_password_file_may_come_from_any_editor(tmp_path: Path, written: str) -> None:
    """Also from one that marks its files as UTF-8 and ends lines as Windows does."""
    secret = tmp_path / "secret"
    for content in (written, written.replace(PASSWORD, passwords.hashed(PASSWORD))):
        secret.write_bytes(content.encode())
        assert passwords.fits(PASSWORD, read_password(Web(password_file=secret)))


def test_a_password_file_that_is_not_there_is_said_with_what_makes_it(tmp_path: Path) -> None:
    """By its name, so that the command can be typed as it stands."""
    secret = tmp_path / "secret"
    with pytest.raises(NemowatchError) as met:
        read_password(Web(password_file=secret))
    assert met.value.cure == f"nemowatch password {secret} makes one."


def test_what_may_listen_and_what_is_a_button(tmp_path: Path) -> None:
    """Beyond loopback it needs a password; commands of cures are buttons; a daemon without the
    page loads nothing of it."""
    for open_to_all in ("0.0.0.0:80", "[::]:80", "studio:8477", "192.168.1.2:1"):
        with pytest.raises(ValueError, match="password_file"):
            refuse_open_door(listening(open_to_all), has_password=False)
        refuse_open_door(open_to_all, has_password=True)
    for closed in ("127.0.0.1:8477", "[::1]:8477", "localhost:1", ""):
        refuse_open_door(listening(closed), has_password=False)
    for wrong in ("8477", "127.0.0.1", "127.0.0.1:0", ":80", "a b:80", "127.0.0.1:99999"):
        with pytest.raises(ValueError, match="must be an address"):
            listening(wrong)

    answer = button_of(Choice('nemowatch answer 7 "..."'))
    assert answer is not None
    assert (answer.order, answer.args, answer.asks) == ("answer", {"job": 7}, "Your answer")
    assert button_of(Choice("nemowatch show 7")) is None
    for line in ("", "scrypt:1", "scrypt:2:8:1:!!:!!", "scrypt:1073741824:8:1:AA==:AA=="):
        with pytest.raises(ValueError, match="holds"):
            passwords.check(line)
        with pytest.raises(ValueError, match="holds"):
            passwords.of_file(line)
    for secret in (PASSWORD, f"{PASSWORD}\n", passwords.hashed(PASSWORD)):
        assert passwords.fits(PASSWORD, passwords.of_file(secret))
    assert passwords.of_file(PASSWORD) == passwords.of_file(PASSWORD), "sessions outlive a restart"
    made = subprocess.run(
        [sys.executable, "-m", "nemowatch", "password", str(tmp_path / "pw")],
        input=f"{PASSWORD}\n",
        text=True,
        capture_output=True,
        check=True,
    )
    kept = (tmp_path / "pw").read_text()
    assert passwords.fits(PASSWORD, kept)
    assert not passwords.fits("other", kept)
    assert PASSWORD not in kept + made.stdout
    assert (tmp_path / "pw").stat().st_mode & 0o777 == 0o600
    code = (
        "import sys, nemowatch.service.daemon as d;"
        "print([m for m in sys.modules if m.startswith(('nemowatch.web', 'nemowatch.notify',"
        " 'aiohttp', 'prometheus'))])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
