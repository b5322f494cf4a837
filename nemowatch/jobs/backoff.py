"""How long until the next try: full jitter, so that many jobs that failed together do not come
back together."""

from __future__ import annotations


def backoff(
    attempt: int,
    base: float,
    cap: float,
    roll: float,
) -> float:
    """Seconds to wait before try number `attempt` + 1: anything between 0 and min(cap, base *
    2^attempt).

    `roll` is a random number in [0, 1).
    """
    # The exponent is bounded because 2.0 ** 1100 is an error and anything above the cap is the cap
    # anyway.
    return roll * min(cap, base * 2.0 ** min(attempt, 60))
