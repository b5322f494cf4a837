"""All scenarios of shares, in the order of their table."""

# ruff: noqa: F401 - importing puts scenarios into the table
from tests.acceptance import (
    shares_copies,
    shares_kernel,
    shares_limits,
    shares_mounts,
    shares_servers,
)
from tests.acceptance.shares_kit import SCENARIOS

__all__ = ["SCENARIOS"]
