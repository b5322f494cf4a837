"""The anonymous identity, kept in one file of the state folder (docs/api.md section 3)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from nemowatch.errors import local_error
from nemowatch.fs.own_files import read_own, write_line
from nemowatch.fs.safe_open import translated
from nemowatch.remote import values

#: The file's name in the state folder.
STORE_NAME = "anonymous.json"


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The anonymous identity as stored."""

    client_id: str
    token: str = field(default="", repr=False)
    user_id: str = ""
    expires_at: int = 0  #: UTC ms


@dataclass(frozen=True, slots=True)
class Store:
    """The file with the anonymous identity, mode 0600: a lost token cannot be replaced for days."""

    path: Path

    def load(self) -> Anonymous:
        """What is stored, or a new client id when there is nothing readable."""
        try:
            document = values.parse(read_own(self.path))
        except FileNotFoundError:
            document = None
        except OSError as exc:
            raise local_error(exc, self.path) from None
        fields = values.table(document)
        client_id = values.text(fields.get("client_id"))
        if not client_id:
            return Anonymous(str(uuid.uuid4()))
        expires_at = int(values.number(fields.get("expires_at")))
        return Anonymous(
            client_id,
            values.text(fields.get("token")),
            values.text(fields.get("user_id")),
            expires_at,
        )

    def save(self, known: Anonymous) -> None:
        """Replace the file in one step; it is on disk when this returns. Raises LocalError."""
        fields = {
            "client_id": known.client_id,
            "token": known.token,
            "user_id": known.user_id,
            "expires_at": known.expires_at,
        }
        with translated(self.path):
            self.path.parent.mkdir(
                parents=True,
                exist_ok=True,
                mode=0o700,
            )
        write_line(self.path, json.dumps(fields))
