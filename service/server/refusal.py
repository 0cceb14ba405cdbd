"""How a process ends that must not serve."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NoReturn

import click

from service.content.faults import Fault

BAD_CONFIGURATION = 78


def end_with_faults(faults: Iterable[Fault]) -> NoReturn:
    """Say every fault on standard error and end with 78."""
    for fault in faults:
        click.secho(str(fault), err=True, fg="red")
    sys.exit(BAD_CONFIGURATION)
