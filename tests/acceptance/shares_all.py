"""All scenarios of shares, in the order of their table."""

from tests.acceptance.shares_kit import SCENARIOS

__all__ = ["SCENARIOS"]
