"""What `nemowatch check` says about the live page: whether it can be served."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from nemowatch.cli.check.finding import Finding
from nemowatch.errors import NemowatchError
from nemowatch.service.serving import INSTALL, read_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemowatch.config.schema import Config

#: The packages that the page needs, which an extra installs.
NEEDED = ("aiohttp", "prometheus_client")


def live_page(config: Config) -> Iterator[Finding]:
    """One finding if the page is to be served."""
    web = config.web
    if not web.listen:
        return
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        text = f"The page cannot be served: {', '.join(missing)} is missing."
        yield Finding("fail", "web", text, INSTALL)
        return
    try:
        guarded = "with a password" if read_password(web) else "without a password"
    except NemowatchError as exc:
        yield Finding("fail", "web", f"The page cannot be served: {exc.text}", exc.cure)
        return
    yield Finding("ok", "web", f"The page is served at http://{web.listen}/, {guarded}.")
