"""The `hpp-cds` command.  Thin: each command calls one function.

Standard output is for results, standard error for talk.  Exit status: 0 good, 1 the input
is at fault, 2 usage, 78 bad configuration.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fhir_fixtures import stories
from service import __version__
from service.commands.catalogue import codes
from service.commands.content import content
from service.commands.exchange import export, import_codes
from service.commands.given import Given, read_input
from service.commands.options import (
    client_option,
    config_option,
    configured,
    outside_content,
    service_option,
    tenant_option,
    today_option,
    token_option,
)
from service.commands.records import audit, purge, report
from service.commands.replay import replay
from service.server.refusal import BAD_CONFIGURATION, end_with_faults
from service.settings import Client, Settings, load_settings

if TYPE_CHECKING:
    from service.outbound.registered import RegisteredServers

DOCTOR = Client(name="doctor", deadline_ms=60_000)


PAGES = """\b
Pages, beside the source:
  README.md                          what it is, verdicts, what it does not do
  service/demo/README.md             two minutes to a card
  service/hooks/README.md            integrate
  service/settings/README.md         configure
  service/replay/README.md           replay a site's history
  service/server/deploy/README.md    deploy; WATCHING.md there: watch
  tests/bench/README.md              how fast
  service/hpp/knowledge/README.md    clinical content
  tests/README.md                    contribute
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=PAGES)
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
@configured
def serve(host: str, port: int, config: Path | None, allow_anyone: bool) -> None:
    """Serve CDS Hooks over HTTP.

    \b
    Example:
      hpp-cds serve --port 5000
      curl http://127.0.0.1:5000/cds-services
    """
    from service.server.serve import may_listen, run

    settings = load_settings(config)
    refused = may_listen(settings, host, allow_anyone)
    if refused:
        end_with_faults([refused])
    run(settings, host, port, allow_anyone)


@main.command()
@click.argument("request_file", metavar="[REQUEST]", required=False)
@click.option("--pretty", is_flag=True, help="Draw the cards in the terminal instead of JSON.")
@click.option("--fhir-server", help="Build the request: read the record from this FHIR server.")
@click.option("--patient", help="The patient's id on that server.")
@click.option("--drug", default="alendronate", show_default=True, help="The drug of the draft.")
@token_option
@service_option
@client_option
@tenant_option
@today_option
@config_option
@configured
def evaluate(
    request_file: str | None,
    pretty: bool,
    fhir_server: str | None,
    patient: str | None,
    drug: str,
    token_file: Path | None,
    service_id: str | None,
    client: str,
    tenant: str,
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
      hpp-cds evaluate --fhir-server http://127.0.0.1:8080/fhir --patient 123 --drug alendronate
    """
    from service.commands.offline import answer, request_for
    from service.commands.terminal import draw_cards

    if bool(request_file) == bool(fhir_server and patient):
        raise click.UsageError("give either REQUEST, or --fhir-server with --patient")
    access = None
    if request_file:
        given = read_input(request_file, today)
    else:
        access = _access_to(fhir_server or "")
        body = request_for(fhir_server or "", patient or "", drug, _token(token_file))
        given = Given(json.dumps(body).encode(), "", today.date() if today else None)
    settings = load_settings(config)
    service = service_id or given.service
    outcome = answer(given.body, service, settings, given.today, access, client, tenant)
    if fhir_server:
        _say_what_was_met(outcome.body, fhir_server, drug, client, settings)
    if pretty:
        draw_cards(outcome.body)
    else:
        click.echo(json.dumps(outcome.body, indent=2, ensure_ascii=False))
    sys.exit(0 if outcome.status == 200 else 1)


@main.command()
@click.argument("request_file", metavar="REQUEST")
@click.option("--json", "as_json", is_flag=True, help="The reasoning as JSON, for machines.")
@service_option
@client_option
@tenant_option
@today_option
@config_option
@configured
def explain(
    request_file: str,
    as_json: bool,
    service_id: str | None,
    client: str,
    tenant: str,
    today: datetime | None,
    config: Path | None,
) -> None:
    """Print the whole reasoning behind an answer.

    Where [repeat] holds back what was overridden, that is told, too, by what the store has of the
    --client and --tenant (the first ones by default).

    \b
    Example:
      hpp-cds explain persistently-low-adult
      hpp-cds explain request.json --today 2026-03-01 --json
    """
    from service.commands.offline import answer
    from service.commands.terminal import draw_cards, draw_explanation

    given = read_input(request_file, today)
    settings = load_settings(config)
    service = service_id or given.service
    outcome = answer(given.body, service, settings, given.today, client=client, tenant=tenant)
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
@click.argument("url")
@click.option("--patient", default="", help="A patient's id.  Default: the first one found.")
@token_option
@config_option
@configured
def doctor(url: str, patient: str, token_file: Path | None, config: Path | None) -> None:
    """Check an EHR's FHIR server against every query the service makes.

    Prints a table that can be sent to the EHR's team; it holds counts and times, no data.
    Exit status 1 where a query does not work.

    \b
    Example:
      hpp-cds doctor http://127.0.0.1:8080/fhir --token-file token.txt
    """
    from service.app import load_content
    from service.commands.doctor import examine
    from service.commands.terminal import draw_diagnosis

    ask = _access_to(url).asking(url, _token(token_file), DOCTOR)
    found = examine(url, patient, ask, load_content(load_settings(config))[0])
    draw_diagnosis(found)
    sys.exit(0 if found.healthy else 1)


@main.command()
@click.option("--offline", is_flag=True, help="Ask no database and no key set.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON, for machines.")
@click.option("--strict", is_flag=True, help="End with 78 where a story differs, too.")
@config_option
@configured
def check(offline: bool, as_json: bool, strict: bool, config: Path | None) -> None:
    """Check settings and content; report every fault at once and end with 78 if there is one.

    Judges all stories and the site's own cases, and prints what differs from what is expected.

    \b
    Example:
      hpp-cds check --config hpp-cds.toml
    """
    from service.commands.check import check_all
    from service.commands.terminal import draw_check

    report = check_all(config, offline)
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        draw_check(report)
    if report.faults or (strict and report.differences):
        sys.exit(BAD_CONFIGURATION)


@main.command()
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the page for a committee there, and the same for machines.",
)
@config_option
@configured
def about(folder: Path | None, config: Path | None) -> None:
    """Say what this is for, what it rests on, who signed it, which data of a person it uses.

    \b
    Example:
      hpp-cds about
      hpp-cds about --out ../committee --config hpp-cds.toml
    """
    settings = load_settings(config)
    if folder is not None:
        from service.commands.pack import write_pack

        for path in write_pack(settings, outside_content(settings, folder)):
            click.echo(path)
        return
    from service.app import build_engine
    from service.commands.terminal import draw_about
    from service.evaluation.about import source_attributes

    draw_about(source_attributes(build_engine(settings)))


@main.command()
@config_option
@configured
def reload(config: Path | None) -> None:
    """Check settings and content, and let the running server read them anew.

    The server is found by `[site] pid_file`.  Nothing is sent where they could not be used.

    \b
    Example:
      hpp-cds reload --config hpp-cds.toml
    """
    from service.commands.reload import reload_server

    click.echo(reload_server(config))


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@configured
def init(folder: Path) -> None:
    """Write a site folder that runs: settings, an empty list of codes, two cases.

    \b
    Example:
      hpp-cds init our-site
      hpp-cds check --config our-site/hpp-cds.toml
    """
    from service.commands.site_folder import make_folder

    for path in make_folder(folder):
        click.echo(path)


@main.command()
@config_option
@configured
def clients(config: Path | None) -> None:
    """List who may call, how old their keys are, and why callers were refused.

    A caller is never told why its token is refused; this is where an operator finds it.

    \b
    Example:
      hpp-cds clients --config hpp-cds.toml
    """
    from service.commands.terminal import draw_clients
    from service.trust.report import report

    settings = load_settings(config)
    if not settings.clients:
        click.echo("no client is configured: no token is asked for, and only loopback is served")
        return
    draw_clients(report(settings, time.time()))


@main.command("stories")
def list_stories() -> None:
    """List the built-in patient stories.

    \b
    Example:
      hpp-cds stories
      hpp-cds evaluate single-low --pretty
    """
    from service.commands.terminal import draw_stories

    draw_stories(stories().values())


def _say_what_was_met(
    body: dict[str, Any], base: str, drug: str, client: str, settings: Settings
) -> None:
    from service.app import load_content
    from service.commands.offline import client_named
    from service.commands.trial import remarks

    knowledge, _ = load_content(settings)
    for remark in remarks(body, base, drug, client_named(client, settings).deadline_ms, knowledge):
        click.secho(remark, err=True, fg="yellow")


def _access_to(url: str) -> RegisteredServers:
    from service.outbound.registered import one_server

    try:
        return one_server(url)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _token(path: Path | None) -> str:
    return path.read_text("utf-8").strip() if path else ""


codes.add_command(export)
codes.add_command(import_codes)
main.add_command(codes)
main.add_command(content)
main.add_command(replay)
for command in (report, purge, audit):
    main.add_command(command)
