"""What a site's entries lay over when it last looked: the hash of each, in accepted.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.content.layers import Layers
from service.content.origins import SITE, ContentEntry, as_accepted, entries

FILE = "accepted.toml"
HEAD = """\
# Written by `hpp-cds content accept`: what of the shipped content this site's own lay over then.
# `hpp-cds content diff` says what has changed beneath since.
[beneath]
"""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the site that differs from ours.

    beneath: `same` as when it was accepted, `changed` since, or `unknown` where nobody accepted.
    """

    entry: ContentEntry
    beneath: str


def changes(layers: Layers) -> list[Change]:
    """What a site's content says differently, and what of ours changed beneath."""
    known = accepted(layers)
    return [
        Change(entry, _beneath(entry, known)) for entry in entries(layers) if entry.layer == SITE
    ]


def _beneath(entry: ContentEntry, known: Mapping[str, str]) -> str:
    if entry.name not in known:
        return "unknown" if entry.ours else "same"
    return "same" if known[entry.name] == entry.beneath else "changed"


def accepted(layers: Layers) -> Mapping[str, str]:
    table = layers.table(FILE).get("beneath", {}) if layers.has(FILE) else {}
    return table if isinstance(table, dict) else {}


def accept(layers: Layers, folder: Path) -> int:
    """Remember what of ours lies beneath each entry now; the number of entries."""
    found = as_accepted(list(entries(layers)))
    lines = [
        f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(h)}" for name, h in found.items()
    ]
    (folder / FILE).write_text(HEAD + "\n".join([*lines, ""]), "utf-8")
    return len(found)
