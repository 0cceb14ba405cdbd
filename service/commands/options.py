"""What several commands share: their options, and how bad configuration ends them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from service.content.faults import Faulty, hint
from service.server.refusal import end_with_faults
from service.settings import Settings

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


def no_such(option: str, what: str, name: str, known: Sequence[str]) -> click.BadParameter:
    """A name that was written wrong is usage, whichever command is given it; known: all there
    are."""
    message = f"no {what} of that name; known: {', '.join(known) or 'none'}{hint(name, known)}"
    return click.BadParameter(message, param_hint=option)


def outside_content(settings: Settings, out: Path) -> Path:
    """The folder to write to.

    Raises click.BadParameter where it lies in the site's content folder: a table that is written
    there would be read as content, and settings would not load any more.
    """
    content = settings.content_dir
    if content is not None and out.resolve().is_relative_to(content.resolve()):
        raise click.BadParameter(
            f"{out} lies in the content folder of these settings, and what is written there would "
            "be read as content; choose a folder outside it",
            param_hint="--out",
        )
    return out
