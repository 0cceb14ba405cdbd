"""How a process ends that must not serve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import click

from service.content.faults import Fault

BAD_CONFIGURATION = 78


class BadConfiguration(SystemExit):
    """Ends the process with 78; a server that reloads keeps its last good application instead."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(BAD_CONFIGURATION)
        self.faults = tuple(faults)


def end_with_faults(faults: Iterable[Fault]) -> NoReturn:
    """Say every fault on standard error and end with 78."""
    ending = BadConfiguration(faults)
    for fault in ending.faults:
        click.secho(str(fault), err=True, fg="red")
    raise ending
