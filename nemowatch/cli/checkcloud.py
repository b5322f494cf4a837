"""What `nemowatch check` asks the cloud: can it be reached, is the token good, how many credits are left. Free of charge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemowatch.cli.checks import Finding
from nemowatch.cli.cloud import ask_cloud
from nemowatch.cli.words import credits
from nemowatch.errors import LocalError, NemowatchError, NotSent, RateLimited, RemotePassing, TokenRefused
from nemowatch.journal.spend import EXPECTED_CREDITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemowatch.cli.setting import Setting
    from nemowatch.model import Credits
    from nemowatch.remote.interface import Account


def cloud(setting: Setting) -> Iterator[Finding]:
    """One call answers all three."""
    host = setting.config.api.base_url
    try:
        found, account = ask_cloud(setting)
    except TokenRefused as exc:
        yield Finding("ok", "cloud", f"{host} answers.")
        yield Finding("fail", "token", exc.text, exc.cure)
    except RateLimited as exc:
        yield Finding("warn", "cloud", f"{host}: {exc.text}", exc.cure or "Try again later.")
    except (NotSent, RemotePassing) as exc:
        cure = exc.cure or "Check the network, the proxy (HTTPS_PROXY) and api.base_url."
        yield Finding("fail", "cloud", f"{host}: {exc.text}", cure)
    except LocalError as exc:
        yield Finding("fail", "token", exc.text, exc.cure)
    except NemowatchError as exc:
        yield Finding("fail", "cloud", f"{host}: {exc.text}", exc.cure)
    else:
        yield Finding("ok", "cloud", f"{host} answers.")
        yield _token(account)
        yield _credits(found, account)


def _token(account: Account) -> Finding:
    if account.supplied:
        return Finding("ok", "token", "Yours is accepted.")
    cure = "To use your own: NEMO_TOKEN, the systemd credential nemo_token, or api.token_file."
    return Finding("warn", "token", "None is supplied: an anonymous account is used, which ends after 7 days.", cure)


def _credits(found: Credits, account: Account) -> Finding:
    text = f"{credits(found.available)} available."
    if found.available >= EXPECTED_CREDITS:
        return Finding("ok", "credits", text)
    cure = f"Register: {account.registration_link}" if account.registration_link else "Top up the account."
    return Finding("warn", "credits", f"{text} One clip costs about {EXPECTED_CREDITS:g}.", cure)
