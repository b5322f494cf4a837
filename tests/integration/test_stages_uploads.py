"""Uploads that the cloud takes without having the file: no turn is paid for in a session that does
not show every clip."""

from __future__ import annotations

import pytest

from nemowatch.model import State
from tests.rigs.stages import StageRig

pytestmark = pytest.mark.anyio

#: The clip of a source becomes one of a list.
LISTED = "UPDATE member SET url = 'https://example.com/a.mp4'"
#: The same file becomes the source's second clip, too.
SECOND = """
INSERT INTO member (source_id, ordinal, role, kind, name, path, digest,
    size, mtime_ns, ctime_ns, blocks, dev, ino)
SELECT source_id, 1, role, kind, 'second.mp4', path, digest,
    size, mtime_ns, ctime_ns, blocks, dev, ino FROM member
"""


def change(house: StageRig, sql: str) -> None:
    """Change the journal's rows."""
    house.journal.write_now(lambda conn: conn.execute(sql))


def clips_of_turns(house: StageRig) -> list[int]:
    """How many clips each session had in which a turn was begun."""
    return [len(session["uploads"]) for session in house.sessions() if session["turns"]]


@pytest.mark.parametrize("named", ["", ":named"])
async def test_an_address_that_gives_no_file_means_bytes(house: StageRig, named: str) -> None:
    """The second job takes the file by its address, and the session stays empty: its bytes are
    sent."""
    ids = house.drop("dub-es-fr/clip.mp4", "es", "fr")
    house.cloud.fault(f"upload_url:not_applied{named}@*")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}, house.states()
    assert (house.uploads(), clips_of_turns(house)) == (["bytes", "bytes"], [1, 1])
    house.clean()


async def test_bytes_that_never_arrive_are_not_paid_for(house: StageRig) -> None:
    """The answer names the file, and says that the session does not have it: sent again, then the
    job fails."""
    (late,) = house.drop("dub-es/late.mp4")
    house.cloud.fault("upload:not_applied:named")
    await house.run()
    assert (house.job(late).state, clips_of_turns(house)) == (State.PUBLISHED, [1])

    (never,) = house.drop("dub-es/never.mp4")
    house.cloud.fault("upload:not_applied@*")
    await house.run()
    assert (house.job(never).state, house.requests("chat")) == (State.FAILED, 1)
    assert "does not show it" in house.job(never).error_text


async def test_the_second_clip_is_looked_for_beside_the_first(house: StageRig) -> None:
    """Of two clips the cloud leaves the second out: both are sent into a new session."""
    (job_id,) = house.drop("edit/film.mp4")
    change(house, SECOND)
    house.cloud.fault("upload:not_applied@2")
    await house.run()
    assert (house.job(job_id).state, clips_of_turns(house)) == (State.PUBLISHED, [2])


async def test_an_address_of_a_list_is_looked_for(house: StageRig) -> None:
    """The cloud accepts the address once without having the film, then for good."""
    (job_id,) = house.drop("dub-es/a.mp4")
    change(house, LISTED)
    house.cloud.fault("upload_url:not_applied")
    await house.run()
    assert (house.job(job_id).state, clips_of_turns(house)) == (State.PUBLISHED, [1])


async def test_no_two_jobs_share_a_session_of_the_cloud(house: StageRig) -> None:
    """The cloud gives the id of a session that is in use: the next one is asked for, and without
    any the job fails."""
    ids = house.drop("dub-es-fr-de/clip.mp4", "es", "fr", "de")
    house.cloud.fault("session:same@2-3")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}, house.states()
    assert clips_of_turns(house) == [1, 1, 1]
    house.clean()

    more = house.drop("dub-es-fr/never.mp4", "es", "fr")
    house.cloud.fault("session:same@2+")
    await house.run()
    assert {house.job(i).state for i in more} == {State.PUBLISHED, State.FAILED}
    assert house.requests("chat") == 4


async def test_no_two_files_share_a_session_of_the_cloud(house: StageRig) -> None:
    """The cloud gives the session of one file to another while the first is worked on: each has
    its own in the end, with its own clip."""
    (first,) = house.drop("dub-es/first.mp4")
    await house.until_state(first, State.UPLOADED)
    (second,) = house.drop("dub-es/second.mp4")
    house.cloud.fault("session:same")
    await house.run()
    assert {house.job(i).state for i in (first, second)} == {State.PUBLISHED}, house.states()
    assert clips_of_turns(house) == [1, 1]
