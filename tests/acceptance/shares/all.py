"""All scenarios of shares, in the order of their table."""

# ruff: noqa: F401 - importing puts scenarios into the table
from tests.acceptance.shares import (
    copies,
    kernel,
    limits,
    mounts,
    servers,
)
from tests.rigs.shares import SCENARIOS

__all__ = ["SCENARIOS"]
