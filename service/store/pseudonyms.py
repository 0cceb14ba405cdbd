"""Patients as pseudonyms: HMAC-SHA-256 under a key that lies in a file of the service's own."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

KEY_BYTES = 32
FILE = "pseudonym.key"


class Pseudonyms:
    """The same patient of two clients, or of two tenants of one, has two pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, *named: str) -> str:
        """64 hexadecimal digits for an id and what it is an id of, such as client and tenant."""
        whole = "\0".join(named)
        return hmac.digest(self._key, whole.encode("utf-8", "surrogatepass"), "sha256").hex()


def read_or_make(path: Path) -> Pseudonyms:
    """The key in a file; made where there is none.  Raises OSError or ValueError.

    Without the same key the patients of the rows so far can no longer be told from new ones, so a
    short or empty file is a fault and never replaced.
    """
    if not path.exists():
        _make(path)
    written = path.read_text("ascii").strip()
    key = bytes.fromhex(written)
    if len(key) < KEY_BYTES:
        raise ValueError("too short")
    return Pseudonyms(key)


def _make(path: Path) -> None:
    """Whole or not at all, and never over another's: two processes may start at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
