"""`hpp-cds` as a process: standard output for results, exit statuses as documented."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fhir_fixtures import stories
from service.app import create_app
from service.evaluation.answer import EXTENSION
from service.settings import Settings
from tests.stories.golden import UUID

ROOT = Path(__file__).parents[2]
COMMANDS = ("serve", "evaluate", "explain", "check", "clients", "stories")
STORY = "persistently-low-adult"


def hpp_cds(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    shown = hpp_cds(command, "--help")

    assert shown.returncode == 0
    assert b"Example:" in shown.stdout
    assert f"hpp-cds {command}".encode() in shown.stdout


def test_evaluate_prints_exactly_the_body_that_http_answers() -> None:
    story = stories()[STORY]
    client = create_app(Settings(), today=lambda: story.today).test_client()
    over_http = client.post(f"/cds-services/{story.service}", json=story.request).get_data(True)
    printed = hpp_cds("evaluate", f"fhir_fixtures/{STORY}/request.json")

    assert printed.returncode == 0
    assert json.loads(UUID.sub("uuid", over_http)) == json.loads(
        UUID.sub("uuid", printed.stdout.decode())
    )


def test_evaluate_pretty_draws_the_card_without_colour_where_there_is_no_terminal() -> None:
    drawn = hpp_cds("evaluate", STORY, "--pretty")

    assert stories()[STORY].response["cards"][0]["summary"].split(":")[0] in drawn.stdout.decode()
    assert b"\x1b[" not in drawn.stdout


def test_evaluate_reads_standard_input_and_takes_a_day() -> None:
    story = stories()[STORY]
    body = json.dumps(story.request).encode()
    printed = hpp_cds("evaluate", "-", "--today", "2050-01-01", stdin=body)

    assert json.loads(printed.stdout)["extension"][EXTENSION]["verdict"] == "alpNotOnFile"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"hook": "order-sign"}', b'{"hook": "no-hook", "hookInstance": "x"}'],
)
def test_evaluate_ends_with_1_where_http_would_answer_4xx(body: bytes) -> None:
    printed = hpp_cds("evaluate", "-", stdin=body)

    assert printed.returncode == 1
    assert json.loads(printed.stdout)["resourceType"] == "OperationOutcome"


def test_evaluate_ends_with_1_for_data_that_cannot_be_had(tmp_path: Path) -> None:
    """As HTTP: 412 in production mode, and a card in development mode."""
    path = tmp_path / "hpp-cds.toml"
    path.write_text('[site]\nmode = "production"\npublic_base_url = "https://cds.example.org"\n')
    body = {key: value for key, value in stories()[STORY].request.items() if key != "prefetch"}
    sent = json.dumps(body).encode()
    refused = hpp_cds("evaluate", "-", "--config", str(path), stdin=sent)
    tried = hpp_cds("evaluate", "-", stdin=sent)

    assert refused.returncode == 1, refused.stderr
    assert b"/prefetch/alp: not-sent" in refused.stdout
    assert tried.returncode == 0
    assert json.loads(tried.stdout)["extension"][EXTENSION]["status"] == "unavailable"


def test_a_missing_file_is_named_on_standard_error() -> None:
    printed = hpp_cds("evaluate", "nowhere.json")

    assert (printed.returncode, printed.stdout) == (1, b"")
    assert b"nowhere.json" in printed.stderr


def test_usage_errors_end_with_2() -> None:
    assert hpp_cds("evaluate").returncode == 2
    assert hpp_cds("serve", "--port", "x").returncode == 2


def test_explain_names_findings_results_rows_and_what_would_change() -> None:
    shown = hpp_cds("explain", "low-results-entered-in-error").stdout.decode()

    for part in ("ALP results", "Not used", "entered in error", "Findings", "Decision table",
                 "matched", "What would change the answer"):  # fmt: skip
        assert part in shown


def test_explain_json_is_for_machines() -> None:
    said = json.loads(hpp_cds("explain", STORY, "--json").stdout)

    assert said["explanation"]["verdict"] == "hppSuspected"
    assert {"present", "absent"} == {f["state"] for f in said["explanation"]["findings"]}
    assert sum(row["state"] == "matched" for row in said["explanation"]["table"]) == 1


def test_check_says_that_no_clinician_has_signed_and_lists_inactive_hpp_codes() -> None:
    shown = hpp_cds("check")

    assert shown.returncode == 0
    assert b"no fault found" in shown.stdout
    assert b"review: No clinician has signed this content." in shown.stdout
    assert b"review: decision_table.toml: not signed" in shown.stdout
    assert b"70848009" in shown.stderr
    assert b"(International Working Group): read; erratum not seen" in shown.stderr


@pytest.mark.hazard("H17")
def test_check_ends_with_78_and_names_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "hpp-cds.toml"
    path.write_text('[site]\nmode = "test"\ncolour = 1\n')
    shown = hpp_cds("check", "--config", str(path))

    assert (shown.returncode, shown.stdout) == (78, b"")
    assert [line.split(b": ")[:2] for line in shown.stderr.splitlines()] == [
        [b"hpp-cds.toml", b"site.mode"],
        [b"hpp-cds.toml", b"site.colour"],
    ]


@pytest.mark.hazard("W12")
@pytest.mark.parametrize(
    ("settings", "arguments"),
    [
        ("", ("--host", "0.0.0.0")),  # noqa: S104
        ("", ("--host", "0.0.0.0", "--allow-anyone")),  # noqa: S104
        ('[[clients]]\nname = "a"\nissuer = "https://a.example"\njwks = "k.json"\n', ()),
    ],
    ids=["beyond loopback", "the switch is for development mode", "tokens cannot be verified"],
)
def test_serve_refuses_what_it_cannot_protect(
    tmp_path: Path, settings: str, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "hpp-cds.toml"
    path.write_text(settings)
    refused = hpp_cds("serve", "--port", "0", "--config", str(path), *arguments)

    assert refused.returncode == 78
    assert len(refused.stderr.splitlines()) == 1


@pytest.fixture
def served() -> Iterator[str]:
    """The service as a process on a free port; its base address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    port = re.search(r"listening on 127\.0\.0\.1:(\d+)", line)
    assert port, line
    yield f"http://127.0.0.1:{port[1]}"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def test_serve_prints_a_line_to_try_and_answers(served: str) -> None:
    story = stories()[STORY]
    call = urllib.request.Request(  # noqa: S310
        f"{served}/cds-services/{story.service}",
        json.dumps(story.request).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(call, timeout=20) as response:  # noqa: S310
        answer = json.load(response)

    assert answer["cards"]
    assert "Server" not in response.headers
