"""Power cuts in the middle of whole jobs: workspace, journal and home are on a disk that loses what
was not synced, and everything must go on by itself afterwards.

    scripts/test-power [--cuts 20] [--write]

A life is one studio in which a person orders dubs into two languages, a transcript and a
voice-over, approves them, and has one result changed. Its power is cut twice: first after a chosen
commit of the journal or at a random moment, and again soon after the following start."""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.rigs.documents import RELIABILITY, line, played, put, section
from tests.rigs.kills import DYING
from tests.rigs.power import PowerCutDisk, put_synced, why_not
from tests.rigs.studio import Studio, script, studio, video, wait_for

PART = "power"
#: Seconds within which everything must be done, on a machine that is busy with other things.
LIMIT = 600.0
#: How many lives run at once: each mostly waits.
AT_ONCE = 2
CLOUD = {
    "abort_on_disconnect": False,
    "turn_seconds": 0.3,
    "render_seconds": 0.3,
    "upload_seconds": 0.1,
}
SOURCES = {
    "dub-es-fr/clientA/promo.mp4": video("promo"),
    "transcribe/talk.mp4": video("talk"),
    "voiceover/say.txt": script(),
}
REVISION = "dub-es-fr/clientA/promo.es.revise.txt"
RESULTS = {
    "dub-es-fr/clientA/promo.es.mp4",
    "dub-es-fr/clientA/promo.fr.mp4",
    "transcribe/talk.txt",
    "transcribe/talk.srt",
    "transcribe/talk.vtt",
    "transcribe/talk.transcribed.mp4",
    "voiceover/say.voiceover.mp4",
}
REVISED = "dub-es-fr/clientA/promo.es (2).mp4"
TURNS = 5  #: that are charged in all


@dataclass
class Life:
    """What happened in one life."""

    cut: str
    cuts: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unknowable: int = 0  #: questions that only a person can answer: see `Person.answer`

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.asked or self.wrong)


class Person:
    """Does each next thing as soon as it can be done, and remembers across power cuts what is
    done."""

    def __init__(self, house: Studio) -> None:
        self.house = house
        self._next: list[tuple[Callable[[], bool], Callable[[], None]]] = [
            (lambda: True, self._drop),
            (self._is_asked, self._approve),
            (lambda: house.results() >= RESULTS, self._revise),
            (lambda: REVISED in house.results(), lambda: None),
            (self._all_left, lambda: None),
        ]

    def go_on(self) -> bool:
        """Do what can be done now; True if nothing is left to do."""
        if self._next and self._next[0][0]():
            self._next.pop(0)[1]()
        return not self._next

    def answer(self) -> int:
        """Cut off between the intent to pay and the call, a job asks whether it was sent: nobody
        else can know. Somebody who sees at the cloud that nothing was paid has it sent; how many
        such questions there were."""
        if not any(self.house.inbox.rglob("*.question.txt")):
            return 0
        asking = [job for job in self.house.jobs() if job["reason"] == "unknown"]
        sent = [job for job in asking if self._is_unpaid(job["session_id"])]
        for job in sent:
            self.house.run("resolve", str(job["id"]), "--resend")
        return len(sent)

    def _is_unpaid(self, session: str) -> bool:
        return not self.house.ledger()["sessions"][session]["turns"]

    def _drop(self) -> None:
        for name, data in SOURCES.items():
            put_synced(self.house.inbox / name, data)

    def _is_asked(self) -> bool:
        return any(self.house.inbox.glob("nemowatch - read me.txt"))

    def _approve(self) -> None:
        put_synced(self.house.inbox / "APPROVE", b"")

    def _revise(self) -> None:
        put_synced(self.house.inbox / REVISION, b"make the voice slower")

    def _all_left(self) -> bool:
        return {*SOURCES, REVISION} <= self.house.results("done")


@contextmanager
def house_on(disk: PowerCutDisk, base: Path) -> Iterator[Studio]:
    """A studio whose folders, journal and home are on the disk; its log is not."""
    with studio(base, sandbox=CLOUD, settle=0.2, scan=1, confirm=2) as house:
        text = house.config.read_text()
        where = {"root": house.root, "state": house.state}
        for name, old in where.items():
            new = disk.mounted / name
            shutil.move(old, new)
            text = text.replace(f'"{old}"', f'"{new}"')
            setattr(house, name, new)
        house.config.write_text(text)
        disk.sync()
        yield house


def begin(house: Studio, point: str = "", commits: Path | None = None) -> None:
    """Start a daemon that dies after the commit `point`."""
    told = {"COMMITS": str(commits)} if commits else {}
    house.daemon = house.process(DYING, point, "run", "--config", str(house.config), **told)


def live(house: Studio, person: Person, until: Callable[[], bool], limit: float = LIMIT) -> bool:
    """Run until everything is done (True) or until `until` says to stop."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with suppress(FileNotFoundError):  # a folder went while it was listed
            if person.go_on():
                return True
        if until():
            return False
        time.sleep(0.05)
    violations = house.ledger()["violations"]
    raise AssertionError(f"not done after {limit:g} s: {violations} {house.jobs()} {house.log()}")


def whole_life(base: Path) -> tuple[list[str], float]:
    """The commits of an undisturbed life, and how many seconds it takes."""
    with PowerCutDisk(base / "power") as disk, house_on(disk, base / "house") as house:
        begun = time.monotonic()
        begin(house, commits=base / "commits")
        live(house, Person(house), until_dead(house))
        lasted = time.monotonic() - begun
        house.stop()
        return (base / "commits").read_text().splitlines(), lasted


def until_dead(house: Studio) -> Callable[[], bool]:
    def is_dead() -> bool:
        return house.daemon is not None and house.daemon.poll() is not None

    return is_dead


def until_then(seconds: float) -> Callable[[], bool]:
    then = time.monotonic() + seconds
    return lambda: time.monotonic() > then


def cut_twice(base: Path, point: str, moment: float, rng: random.Random) -> Life:
    """Play one life. `point` is the commit after which the power is first cut; if it is "", the
    power is cut after `moment` seconds."""
    life = Life(point or f"after {moment:.1f} s")
    with PowerCutDisk(base / "power") as disk, house_on(disk, base / "house") as house:
        person = Person(house)
        begin(house, point)
        done = live(house, person, until_dead(house) if point else until_then(moment))
        pull(house, disk, life, rng)
        begin(house)
        done = done or live(house, person, until_then(rng.uniform(0.3, 3.0)))
        pull(house, disk, life, rng)
        begin(house)
        if not done:
            live(house, person, lambda: answered(person, life) or until_dead(house)())
        judge(house, life)
        house.stop()
    return life


def answered(person: Person, life: Life) -> bool:
    """Answer what is asked. Always False: there is always more to do."""
    life.unknowable += person.answer()
    return False


def pull(house: Studio, disk: PowerCutDisk, life: Life, rng: random.Random) -> None:
    """Cut the power: the process is gone, and with it all or part of what it had not synced."""
    house.kill()
    disk.cut(rng.choice((0, 0, 3, 7)), rng.randrange(1000))
    disk.on_again()
    life.cuts += 1


# -- the verdict


def judge(house: Studio, life: Life) -> None:
    """List what is lost, was paid for twice, or needs a person."""
    wait_for("rest", lambda: all(job["state"] in ENDED for job in house.jobs()), LIMIT)
    with suppress(AssertionError):
        wait_for("tidiness", lambda: not leftovers(house), LIMIT)
    life.wrong += leftovers(house)
    places = {tree: house.results(tree) for tree in ("inbox", "done", "failed")}
    for name, data in SOURCES.items():
        found = [house.root / tree / name for tree, names in places.items() if name in names]
        if [path.read_bytes() for path in found] != [data]:
            life.lost.append(f"{name}: {found}")
    life.lost += [f"{name} is missing" for name in (RESULTS | {REVISED}) - house.results()]
    life.wrong += [f"{name} is too much" for name in house.results() - RESULTS - {REVISED}]
    life.wrong += [f"{path}" for path in house.state.glob("*.damaged-*")]
    life.wrong += unserved(house)
    life.asked += [
        f"{job['id']}: {job['reason']}" for job in house.jobs() if job["state"] == "attention"
    ]
    notes = (".question.txt", ".error.txt", "read me.txt")
    life.asked += [name for name in places["inbox"] | places["failed"] if name.endswith(notes)]
    judge_money(house.ledger(), life)


def leftovers(house: Studio) -> list[str]:
    """Files of nemowatch's own that nobody needs; the next start removes them."""
    return [f"left: {path}" for path in house.root.rglob(".~nemowatch*")]


ENDED = ("published", "attention", "failed", "rejected", "cancelled")


def judge_money(ledger: dict[str, Any], life: Life) -> None:
    turns = [turn for session in ledger["sessions"].values() for turn in session["turns"]]
    charged = [turn for turn in turns if turn["charged"]]
    if len(charged) != TURNS:
        life.twice.append(f"{len(charged)} turns charged")
    life.wrong += map(str, ledger["violations"])


def unserved(house: Studio) -> Iterator[str]:
    """Results that are not byte for byte what the cloud served."""
    sessions = house.ledger()["sessions"].values()
    served = {render["sha256"] for session in sessions for render in session["renders"]}
    for name in house.results():
        data = (house.outbox / name).read_bytes()
        if name.endswith(".mp4") and hashlib.sha256(data).hexdigest() not in served:
            yield f"half: {name}"
        if not data:
            yield f"empty: {name}"


# -- the command


def plan(points: list[str], lives: int) -> list[str]:
    """The commit at which each life is first cut; "" for a random moment."""
    apart = [points[round(n * (len(points) - 1) / lives)] for n in range(lives)]
    return [point if n % 2 else "" for n, point in enumerate(apart)]


def play(base: Path, cuts: int, seed: int) -> list[Life]:
    """Play lives until there have been this many cuts."""
    base.mkdir(exist_ok=True)
    points, lasted = whole_life(base)
    chosen = plan(points, (cuts + 1) // 2)

    def one(number: int) -> Life:
        rng = random.Random(seed * 1000 + number)
        # at random, but spread over the whole life
        moment = lasted * (number + rng.random()) / len(chosen)
        place = base / f"life-{number}"
        place.mkdir()
        try:
            life = cut_twice(place, chosen[number], moment, rng)
        except Exception:
            life = Life(chosen[number], wrong=[traceback.format_exc()])
        print(f"{life.cut}: {'good' if life.good else life}", flush=True)
        return life

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(len(chosen))))


def table(lives: list[Life], seed: int) -> str:
    words = (
        f"Last played: {played()}, by `scripts/test-power --write`, seed {seed}. Workspace, journal"
        " and home lie on a filesystem that has on its disk what was fsynced, and of"
        " everything else"
        " nothing, or some tenths by chance. A studio with two dubs, a transcript, a voice-over, an"
        " approval and a revision is cut off once as its row says, and again within 3 s of the next"
        " start; then it goes on by itself. Expected: each source whole in `done/`, each result as"
        f" the cloud served it, {TURNS} charged turns, no question. The last column counts what"
        " only a person can know: cut off between the commit of the intent to pay and the call, a"
        " job asks whether it was sent (docs/behaviour.md section 3)."
    )
    head = ("first cut", "cuts", "lost", "paid twice", "asked", "else wrong", "nobody can know")
    rows = [line([point_of(one.cut), one.cuts, *counts(one)]) for one in lives]
    sums = [sum(column) for column in zip(*map(counts, lives), strict=True)]
    rows.append(line(["all", sum(one.cuts for one in lives), *sums]))
    return section("Power cuts", words, head, rows)


def counts(life: Life) -> list[int]:
    found = [len(what) for what in (life.lost, life.twice, life.asked, life.wrong)]
    return [*found, life.unknowable]


def point_of(cut: str) -> str:
    """Name a commit by the code that wrote it, without the path of its module."""
    words = cut.removeprefix("nemowatch.").replace(".<locals>", "").replace(".<lambda>", "")
    return words if cut.startswith("after") else f"after {words}"


def main() -> int:
    """Run the command; 0 if nothing was wrong."""
    parser = argparse.ArgumentParser(prog="scripts/test-power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    if why := why_not():
        print(f"cannot be played here: {why}")
        return 2
    base = Path(tempfile.mkdtemp(prefix="nemowatch-power-"))
    lives = play(base, options.cuts, options.seed)
    good = all(life.good for life in lives)
    print(table(lives, options.seed))
    if options.write:
        put(RELIABILITY, PART, table(lives, options.seed))
    if good:
        shutil.rmtree(base, ignore_errors=True)
        return 0
    print(f"the logs are in {base}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
