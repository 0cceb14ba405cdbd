"""`hpp-cds init`: a site's folder that runs, and says where what is written."""

from __future__ import annotations

import json
from pathlib import Path

from fhir_fixtures import stories
from service.content.codes import LOCAL_COLUMNS, LOCAL_OPTIONAL
from service.content.faults import Fault, Faulty

EXAMPLES = ("persistently-low-adult", "normal-alp")
SETTINGS = """\
# Settings of hpp-cds for this site.  After every change: hpp-cds check --config hpp-cds.toml
[site]
mode = "development"       # "production" as soon as [[clients]] below is filled in
time_zone = "UTC"          # of the hospital, such as "Europe/Berlin"

[content]
dir = "."                  # codes/ here says which codes of this site are added or removed

# Who may call.  Without it only this machine can, and no token is asked for.
# [[clients]]
# name = "main-ehr"
# issuer = "https://ehr.example.org/fhir"
# jwks = "https://ehr.example.org/keys"
# fhir_base = "https://ehr.example.org/fhir"
"""
EXAMPLE_ROW = (
    "# add,alp_total,http://lab.example.org/codes,ALP01,Alkaline phosphatase,U/L,"
    "the laboratory's own code; declare the system in systems.csv\n"
)


def make_folder(folder: Path) -> list[Path]:
    """Write the files of a first start.  Raises Faulty where one of them is there already."""
    written = {
        folder / "hpp-cds.toml": SETTINGS,
        folder / "codes" / "local.csv": _codes(),
        **{folder / "cases" / name: text for name, text in _cases().items()},
    }
    there = [path for path in written if path.exists()]
    if there:
        raise Faulty(
            [Fault(str(path), "", "is there already; nothing was written") for path in there]
        )
    try:
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        message = f"cannot be written ({(error.strerror or 'refused').lower()})"
        raise Faulty([Fault(str(folder), "", message)]) from None
    return list(written)


def _codes() -> str:
    return ",".join((*LOCAL_COLUMNS, *LOCAL_OPTIONAL)) + "\n" + EXAMPLE_ROW


def _cases() -> dict[str, str]:
    """Two requests with what is expected, to be followed by the site's own."""
    found = {}
    for name in EXAMPLES:
        story = stories()[name]
        found[f"{name}.json"] = json.dumps(story.request, indent=2, ensure_ascii=False) + "\n"
        found[f"{name}.toml"] = (
            f"# {story.title}\n"
            f'verdict = "{story.verdict}"\n'
            f"today = {story.today.isoformat()}\n"
            f'indicator = "{story.indicator}"\n'
        )
    return found
