"""`hpp-cds codes export` and `import`: value sets as FHIR R4, to and from a terminology server."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import click

from service.commands.options import config_option, configured
from service.settings import load_settings


@click.command("export")
@click.option(
    "--fhir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that the resources are written to, one file each.",
)
@config_option
@configured
def export(folder: Path, config: Path | None) -> None:
    """Write the value sets in force, the verdicts and the override reasons as FHIR R4.

    \b
    Example:
      hpp-cds codes export --fhir exported --config hpp-cds.toml
    """
    from service.app import load_content
    from service.evaluation.terminology_resources import resources

    found = resources(*load_content(load_settings(config)))
    folder.mkdir(parents=True, exist_ok=True)
    for resource in found:
        path = folder / f"{resource['resourceType']}-{resource['id']}.json"
        path.write_text(json.dumps(resource, indent=2, ensure_ascii=False) + "\n", "utf-8")
    click.echo(f"{len(found)} resources in {folder}")


@click.command("import")
@click.option(
    "--valueset",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A FHIR ValueSet (JSON), expanded or with its codes listed.",
)
@click.option("--group", required=True, help="The group that the codes belong to.")
@config_option
@configured
def import_codes(file: Path, group: str, config: Path | None) -> None:
    """Print rows for codes/*.csv: the codes of a ValueSet that this group does not have.

    What is new, known or in conflict with another group is counted on standard error; a code in
    conflict is not printed.

    \b
    Example:
      hpp-cds codes import --valueset expansion.json --group bp_alendronate > codes/vsac.csv
    """
    from service.app import load_content
    from service.commands.import_codes import HEAD, read_value_set, sorted_out

    knowledge, _ = load_content(load_settings(config))
    found = sorted_out(read_value_set(file), group, knowledge, file.name)
    for line in found.report:
        click.echo(line, err=True)
    csv.writer(sys.stdout, lineterminator="\n").writerows([HEAD, *found.rows])
