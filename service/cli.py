"""The `hpp-cds` command.  Thin: each command calls one function.

Standard output is for results, standard error for talk.  Exit status: 0 good, 1 the input
is at fault, 2 usage, 78 bad configuration.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from fhir_fixtures import Story, stories
from service import __version__
from service.faults import Faulty
from service.settings import load_settings

BAD_CONFIGURATION = 78
LOOPBACK = ("127.0.0.1", "localhost", "::1")
P = ParamSpec("P")
R = TypeVar("R")

config_option = click.option(
    "--config",
    "config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file (hpp-cds.toml).  Default: $HPP_CDS_CONFIG, else embedded defaults.",
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


def bad_configuration(faults: Any) -> NoReturn:
    """Say every fault on standard error and end with 78."""
    for fault in faults:
        click.secho(str(fault), err=True, fg="red")
    sys.exit(BAD_CONFIGURATION)


def _configured(command: Callable[P, R]) -> Callable[P, R]:
    """Turn faults of settings and content into exit status 78."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Faulty as error:
            bad_configuration(error.faults)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hpp-cds")
def main() -> None:
    """Warns when a low ALP makes hypophosphatasia likely, before an antiresorptive is signed.

    \b
    Example:
      hpp-cds serve
      hpp-cds evaluate persistently-low-adult --pretty
    """


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535))
@config_option
@click.option(
    "--allow-anyone",
    is_flag=True,
    help="Listen beyond loopback without clients, in development mode.",
)
@_configured
def serve(host: str, port: int, config: Path | None, allow_anyone: bool) -> None:
    """Serve CDS Hooks over HTTP.

    \b
    Example:
      hpp-cds serve --port 5000
      curl http://127.0.0.1:5000/cds-services
    """
    from service.serve import may_listen, run

    settings = load_settings(config)
    refused = may_listen(settings, host, allow_anyone)
    if refused:
        bad_configuration([refused])
    run(settings, host, port, allow_anyone and host not in LOOPBACK)


@main.command()
@click.argument("request_file", metavar="REQUEST")
@click.option("--pretty", is_flag=True, help="Draw the cards in the terminal instead of JSON.")
@service_option
@today_option
@config_option
@_configured
def evaluate(
    request_file: str,
    pretty: bool,
    service_id: str | None,
    today: datetime | None,
    config: Path | None,
) -> None:
    """Answer one request offline: exactly the body that HTTP would answer.

    REQUEST is a JSON file, - for standard input, or the name of a built-in story.
    Exit status 1 where HTTP would answer 4xx.

    \b
    Example:
      hpp-cds evaluate request.json --today 2026-03-01
      hpp-cds evaluate persistently-low-adult --pretty
    """
    from service.offline import answer
    from service.terminal import draw_cards

    given = _input(request_file, today)
    outcome = answer(given.body, service_id or given.service, load_settings(config), given.today)
    if pretty:
        draw_cards(outcome.body)
    else:
        click.echo(json.dumps(outcome.body, indent=2, ensure_ascii=False))
    sys.exit(0 if outcome.status == 200 else 1)


@main.command()
@click.argument("request_file", metavar="REQUEST")
@click.option("--json", "as_json", is_flag=True, help="The reasoning as JSON, for machines.")
@service_option
@today_option
@config_option
@_configured
def explain(
    request_file: str,
    as_json: bool,
    service_id: str | None,
    today: datetime | None,
    config: Path | None,
) -> None:
    """Print the whole reasoning behind an answer.

    \b
    Example:
      hpp-cds explain persistently-low-adult
      hpp-cds explain request.json --today 2026-03-01 --json
    """
    from service.offline import answer
    from service.terminal import draw_cards, draw_explanation

    given = _input(request_file, today)
    outcome = answer(given.body, service_id or given.service, load_settings(config), given.today)
    if as_json:
        said = {
            "status": outcome.status,
            "response": outcome.body,
            "explanation": outcome.explanation,
        }
        click.echo(json.dumps(said, indent=2, ensure_ascii=False))
    elif outcome.explanation is None:
        draw_cards(outcome.body)
    else:
        draw_explanation(outcome.explanation)
    sys.exit(0 if outcome.status == 200 else 1)


@main.command()
@config_option
@_configured
def check(config: Path | None) -> None:
    """Check settings and content; report every fault at once and end with 78 if there is one.

    \b
    Example:
      hpp-cds check --config hpp-cds.toml
    """
    from service.checkup import check_all

    report = check_all(config)
    if report.faults:
        bad_configuration(report.faults)
    for line in report.lines:
        click.echo(line)
    for warning in report.warnings:
        click.secho(f"warning: {warning}", err=True, fg="yellow")


@main.command("stories")
def list_stories() -> None:
    """List the built-in patient stories.

    \b
    Example:
      hpp-cds stories
      hpp-cds evaluate single-low-adult --pretty
    """
    width = max((len(name) for name in stories()), default=0)
    for story in stories().values():
        click.echo(f"{story.id:<{width}}  {story.verdict:<25} {story.title}")


class Given:
    """What a command was given: a request body, its service, and the day to judge it on."""

    def __init__(self, body: bytes, service: str, today: date | None) -> None:
        self.body, self.service, self.today = body, service, today


def _input(name: str, today: datetime | None) -> Given:
    story = _story_of(name)
    day = today.date() if today else (story.today if story else None)
    if story is not None:
        return Given(json.dumps(story.request).encode(), story.service, day)
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        click.secho(f"{name}: {error.strerror or 'cannot be read'}", err=True, fg="red")
        sys.exit(1)
    return Given(raw, "", day)


def _story_of(name: str) -> Story | None:
    """A story by its name, or by the path of its request.json or folder."""
    path = Path(name)
    if name in stories():
        return stories()[name]
    folder = path.parent if path.name == "request.json" else path
    known = stories().get(folder.resolve().name)
    if known is None or not (folder / "request.json").is_file():
        return None
    same = json.loads((folder / "request.json").read_bytes()) == known.request
    return known if same else None
