"""What several commands share: their options, and how bad configuration ends them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from service.content.faults import Faulty
from service.server.refusal import end_with_faults

P = ParamSpec("P")
R = TypeVar("R")

config_option = click.option(
    "--config",
    "config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file (hpp-cds.toml).  Default: $HPP_CDS_CONFIG, else embedded defaults.",
)
client_option = click.option(
    "--client",
    default="",
    help="The configured client to answer as.  Default: the first one, else anyone.",
)
tenant_option = click.option(
    "--tenant",
    default="",
    help="The tenant claim of that client's tokens.  Default: the first one that it lists.",
)
today_option = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The order date, YYYY-MM-DD.  Default: the story's own day, else today.",
)
service_option = click.option(
    "--service",
    "service_id",
    help="The service to ask, such as hpp-order-sign.  Default: the one of the request's hook.",
)


token_option = click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds the bearer token for the FHIR server.",
)


def configured(command: Callable[P, R]) -> Callable[P, R]:
    """Turn faults of settings and content into exit status 78."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Faulty as error:
            end_with_faults(error.faults)

    return run
