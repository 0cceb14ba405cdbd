"""Ready-made starting points for [[clients]], read from profiles.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Profile:
    """What a client entry need not say again.  development_only: its tokens can be forged."""

    title: str
    source: str
    quirks: tuple[str, ...]
    development_only: bool
    values: Mapping[str, Any]


def _read() -> dict[str, Profile]:
    text = files("service.settings").joinpath("profiles.toml").read_text("utf-8")
    return {
        name: Profile(
            entry["title"],
            entry["source"],
            tuple(entry["quirks"]),
            entry["development_only"],
            entry["values"],
        )
        for name, entry in tomllib.loads(text).items()
    }


PROFILES = _read()
