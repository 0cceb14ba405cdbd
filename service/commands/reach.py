"""What `serve` needs beyond its files: a folder to write to, a store, key sets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from service.app import metrics_token
from service.content.faults import Fault, Faulty
from service.content.files import NOT_THERE, missing
from service.settings import Client, Settings
from service.store.database import open_store
from service.store.memory import pseudonyms_under
from service.trust.key_sets import from_url
from service.trust.keys import read_key_set


def folder_faults(settings: Settings) -> Iterator[Fault]:
    """The data folder can be made and written; nothing is left in it."""
    if settings.pid_file is not None and os.path.isdir(settings.pid_file):
        yield Fault(settings.file_name, "site.pid_file", f"{settings.pid_file} is a folder")
    folder = settings.data_dir
    if folder is None or settings.store_url:
        return
    problem = _unwritable(folder)
    if problem:
        yield Fault(settings.file_name, "site.data_dir", problem)


def _unwritable(folder: Path) -> str:
    """Why nothing can be written there; folders made to try are removed again."""
    made = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except FileExistsError:
        return f"{folder} is not a folder"
    except OSError as error:
        return f"this user cannot write to {folder} ({(error.strerror or 'refused').lower()})"
    finally:
        for path in made:
            if os.path.isdir(path) and not any(path.iterdir()):
                path.rmdir()


def secret_faults(settings: Settings) -> Iterator[Fault]:
    """The files of the token for metrics and of the key of pseudonyms hold them; a key that is
    not there yet is made at the first start."""
    reads: list[Callable[[], object]] = [partial(metrics_token, settings)]
    key = settings.keeping.pseudonym_key
    if key is not None and missing(key) != NOT_THERE:
        reads.append(partial(pseudonyms_under, key, settings))
    for read in reads:
        try:
            read()
        except Faulty as error:
            yield from error.faults


def store_faults(settings: Settings) -> Iterator[Fault]:
    """The database that several nodes share answers and can be written."""
    if not settings.store_url:
        return
    try:
        open_store(settings).close()
    except Faulty as error:
        yield from error.faults


def key_set_line(client: Client, settings: Settings, offline: bool) -> str:
    """How many keys a client's set holds now; it may be down for a while."""
    if client.has_key_file:
        return f"keys in {client.jwks}"
    if offline:
        return f"keys from {client.jwks} (not asked)"
    document = from_url(client.jwks, client.ca_file)()
    ring = read_key_set(document.body, allow_published=settings.is_development)
    if document.problem or ring is None or not ring.keys:
        why = document.problem or "it holds no key that can be used"
        return f"KEYS CANNOT BE HAD NOW from {client.jwks} ({why}), so that all its calls fail"
    return f"{len(ring.keys)} keys from {client.jwks}"
