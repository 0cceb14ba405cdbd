"""Texts with ${blanks}, compiled when they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Template


class Text(Template):
    """A string.Template that is filled in by `%`, which is ten times faster.

    names: of its blanks, so that nothing is worked out that it does not say.
    """

    def __init__(self, template: str) -> None:
        super().__init__(template)
        self.names = tuple(self.get_identifiers())
        self._format = self.pattern.sub(_as_percent, template.replace("%", "%%"))

    def fill(self, blanks: Mapping[str, object]) -> str:
        return self._format % blanks


def _as_percent(found: re.Match[str]) -> str:
    name = found["named"] or found["braced"]
    return f"%({name})s" if name else "$"
