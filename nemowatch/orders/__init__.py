"""What people ask for: one module an order, and one function that carries them out for all who ask.

A new order is a module here, a line below and its command in `cli/orders.py`; the control socket
and files in the share have it by then.
"""

from __future__ import annotations

from nemowatch.errors import UsageError
from nemowatch.orders.again import Again
from nemowatch.orders.answer import Answer
from nemowatch.orders.approve import Approve
from nemowatch.orders.cancel import Cancel
from nemowatch.orders.order import Args, ForFile, Order, Record, carry_out
from nemowatch.orders.pause import Pause
from nemowatch.orders.resolve import Resolve
from nemowatch.orders.resume import Resume
from nemowatch.orders.retry import Retry
from nemowatch.orders.revise import Revise
from nemowatch.orders.site import DaemonSite, JournalSite, Site
from nemowatch.orders.take_over import TakeOver

_ALL: tuple[type[Order], ...] = (
    Retry,
    Cancel,
    Again,
    Resolve,
    Revise,
    Answer,
    Pause,
    Resume,
    Approve,
    TakeOver,
)
#: Every order by its name.
ORDERS = {kind.name: kind for kind in _ALL}

__all__ = [
    "ORDERS",
    "Approve",
    "Args",
    "DaemonSite",
    "ForFile",
    "JournalSite",
    "Order",
    "Record",
    "Site",
    "carry_out",
    "read_order",
]


def read_order(name: str, args: Args) -> Order:
    """The order of that name, as it was given. Raises UsageError."""
    if name not in ORDERS:
        raise UsageError(f'"{name}" is not an order.')
    return ORDERS[name].read(args)
