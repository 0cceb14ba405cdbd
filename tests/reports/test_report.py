"""Figures, exports and the page, from a quarter of three clients."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from service.charts import svg
from service.commands.cli import main
from service.reports import audit
from service.reports.export import as_csv, suppressed, write_all
from service.reports.figures import Figures, figures_of
from service.settings import Settings
from service.store import reading
from service.store.database import Store, open_store
from service.store.memory import Memory
from service.store.model import FeedbackItem, Sender, row_of
from service.store.pseudonyms import Pseudonyms
from service.store.tables import DECISIONS, READINGS
from tests.reports import quarter
from tests.store.test_memory import SHOWN, SILENT

END = datetime(2026, 3, 2, tzinfo=UTC)
ALL = reading.Span(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with a store that holds the quarter."""
    path = tmp_path_factory.mktemp("quarter")
    (path / "hpp-cds.toml").write_text('[site]\nmode = "development"\ndata_dir = "data"\n')
    store = open_store(Settings(data_dir=path / "data"))
    quarter.write(store, END)
    store.close()
    return path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=folder / "data"))
    yield opened
    opened.close()


def figures(store: Store, span: reading.Span = ALL) -> Figures:
    rows = reading.decisions(store, span)
    return figures_of(rows, reading.feedback(store, span), reading.unmapped(store, span))


def run(folder: Path, *arguments: str) -> Any:
    return CliRunner().invoke(main, [*arguments, "--config", str(folder / "hpp-cds.toml")])


@pytest.mark.hazard("H23")
def test_the_figures_of_a_day_are_counted_by_hand(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path))
    memory = Memory(store, Pseudonyms(b"k" * 32))
    cards = [f"{n:036d}" for n in range(4)]
    for card in cards:
        memory.keep(replace(SHOWN, card=card), "p")
    memory.keep(replace(SILENT, status="not-applicable", verdict="notApplicable"), "p")
    gaps = (("not-sent", "labs"), ("timeout", "alp"))
    memory.keep(replace(SILENT, status="unavailable", verdict="notEvaluated", gaps=gaps), "p")
    memory.keep(replace(SILENT, status="shadow", not_shown="shadow"), "p")
    sender = Sender("ehr", "", "hpp-order-sign")
    memory.take_feedback([FeedbackItem(cards[0], "accepted", ("s",), outcome_ms=1)], sender)
    memory.take_feedback(
        [FeedbackItem(cards[0], "overridden", reason="other", outcome_ms=2)], sender
    )
    memory.take_feedback([FeedbackItem(cards[1], "accepted", ("s",))], sender)
    memory.take_feedback([FeedbackItem("unknown", "accepted")], sender)
    memory.close()
    said = figures(store).as_json()
    store.close()

    assert (said["decisions"], said["judged"], said["shown"]) == (7, 6, 4)
    assert said["heldBack"] == {"shadow": 1}
    assert said["feedback"] == {"accepted": 2, "overridden": 1, "unmatched": 1, "comments": 0}
    assert list(said["cards"].values()) == [1, 1, 2, 0]
    assert said["couldNotLook"] == {"timeout": 1}
    assert said["overrideReasons"] == {"other": 1}
    assert said["acceptedSuggestions"] == {"plp": 2}
    assert sum(said["verdicts"].values()) == 7


def test_cards_of_a_client_that_sends_no_feedback_any_more_are_not_ignored(store: Store) -> None:
    """south stops in its ninth week, and north with everything in its eleventh."""
    found = figures(store)
    answers = found.answers()

    assert list(found.silent_clients) == ["south"]
    assert answers["no feedback from the client since"] > 50
    assert sum(answers.values()) == found.shown


def test_a_client_alone(store: Store) -> None:
    whole = figures(store)
    parts = [figures(store, reading.Span(0, name)) for name in ("north", "south", "west")]

    assert sum(part.decisions for part in parts) == whole.decisions
    assert [bool(part.unmapped) for part in parts] == [False, False, True]


def test_a_client_is_shown_with_its_tenants(tmp_path: Path) -> None:
    names = ("ehr", "ehr/north", "ehr/south", "ehr_2", "e%r")
    store = open_store(Settings(data_dir=tmp_path))
    store.adder(DECISIONS)([row_of(replace(SHOWN, client=name), "", 1) for name in names])
    of = {name: figures(store, reading.Span(0, name)).decisions for name in names}
    store.close()

    assert of == {"ehr": 3, "ehr/north": 1, "ehr/south": 1, "ehr_2": 1, "e%r": 1}


def test_a_client_that_is_none_is_usage(folder: Path) -> None:
    unknown, silent = (run(folder, "report", "--client", name) for name in ("nobody", "anyone"))

    assert unknown.exit_code == 2
    assert "no client of that name; known: anyone" in unknown.output
    assert silent.exit_code == 0


def test_what_it_prints_for_machines(folder: Path) -> None:
    said = json.loads(run(folder, "report", "--since", "2025-01-01", "--json").stdout)

    assert {"decisions", "shown", "feedback", "verdicts", "unmapped"} <= said.keys()
    assert said["unmapped"][0]["line"] == "add,alp_total,urn:oid:1.2.40.0.34.5.99,LAB-ALP2,NAME,,"


def test_what_it_prints_for_people(folder: Path) -> None:
    said = run(folder, "report", "--since", "2025-01-01").stdout

    assert "No feedback since: south" in said
    assert "hppSuspected" in said


@pytest.mark.parametrize("written", ["30x", "", "d", "2026-13-01", "-3d", "9999999d"])
def test_a_time_that_is_none_is_usage(folder: Path, written: str) -> None:
    assert run(folder, "report", f"--since={written}").exit_code == 2


def test_without_a_store_none_is_made(tmp_path: Path) -> None:
    (tmp_path / "hpp-cds.toml").write_text('[site]\nmode = "development"\ndata_dir = "data"\n')
    result = run(tmp_path, "report")

    assert result.exit_code == 78
    assert not (tmp_path / "data").exists()


def test_who_reads_is_noted(folder: Path, store: Store) -> None:
    run(folder, "report", "--json")
    with store.begin() as connection:
        rows = connection.execute(select(READINGS)).all()

    assert {row.command for row in rows} >= {"report"}
    assert all(row.who for row in rows)


# Exports


def test_small_counts_are_left_out_unless_they_are_wanted(tmp_path: Path) -> None:
    found = Figures(decisions=3, judged=3)
    found.verdicts.update({"hppSuspected": 3, "alpNotLow": 50})
    write_all(found, tmp_path / "few", "few", small_numbers=False)
    write_all(found, tmp_path / "all", "all", small_numbers=True)
    few, whole = (json.loads((tmp_path / n / "report.json").read_text()) for n in ("few", "all"))

    assert few["verdicts"] == {"alpNotLow": 50, "hppSuspected": "<5"}
    assert whole["verdicts"] == {"alpNotLow": 50, "hppSuspected": 3}
    assert "hppSuspected,<5" in (tmp_path / "few" / "verdicts.csv").read_text("utf-8-sig")
    assert suppressed({"n": 0, "f": 1.5, "t": True}, 5) == {"n": 0, "f": 1.5, "t": True}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", " =1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    (_, (cell,)) = csv.reader(StringIO(as_csv((("a",), [[text]])).decode("utf-8-sig"), newline=""))

    assert cell == f"'{text}"


def test_the_page_needs_nothing_else(folder: Path, tmp_path: Path) -> None:
    run(folder, "report", "--since", "2025-01-01", "--out", str(tmp_path))
    page = (tmp_path / "report.html").read_text("utf-8")
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))

    assert page.count("<svg") == 7
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert re.search(r"<(script|img|link|iframe)", page) is None
    assert re.search(r"#0[a14]0[0-9b]0[0-9]", page) is None  # every colour is the page's own
    assert "per 100 orders" in page  # text stays text


def test_the_same_figures_are_the_same_drawing() -> None:
    def drawing() -> str:
        return svg.lines(["a", "b"], {"x": [1, None], "y": [2, 3]}, "unit", "name")

    assert drawing() == drawing()


def test_hostile_words_are_words(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    found = Figures()
    found.add_decision({
        "at_ms": 0, "verdict": hostile, "http_status": 200, "milliseconds": 1.0, "gaps": "[]",
        "status": "complete", "not_shown": hostile, "card": "c", "client": hostile,
    })  # fmt: skip
    found.reasons[hostile] = 9
    write_all(found, tmp_path, hostile, small_numbers=True)

    assert "<script" not in (tmp_path / "report.html").read_text("utf-8")


# Audit


@pytest.fixture
def exported(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    assert (
        run(folder, "audit", "export", "--since", "2025-01-01", "--out", str(path)).exit_code == 0
    )
    return path


@pytest.mark.hazard("E5")
def test_an_export_as_it_was_written_is_whole(exported: Path) -> None:
    lines, broken = audit.verify(exported)

    assert broken == 0
    assert lines == len(exported.read_text().splitlines()) - 1
    assert CliRunner().invoke(main, ["audit", "verify", str(exported)]).exit_code == 0


@pytest.mark.hazard("E5")
@pytest.mark.parametrize("change", ["flip", "drop", "swap", "cut", "append", "respace"])
def test_whatever_is_changed_is_found_at_its_line(exported: Path, change: str) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    wrong = {
        "flip": lambda: lines.__setitem__(
            9, lines[9].replace(b"2025", b"2024").replace(b"0", b"1")
        ),
        "drop": lambda: lines.pop(9),
        "swap": lambda: lines.insert(9, lines.pop(10)),
        "cut": lambda: lines.__delitem__(slice(9, None)),
        "append": lambda: lines.append(lines[9]),
        "respace": lambda: lines.__setitem__(9, lines[9].replace(b":", b": ", 1)),
    }
    wrong[change]()
    exported.write_bytes(b"".join(lines))
    result = CliRunner().invoke(main, ["audit", "verify", str(exported)])

    assert audit.verify(exported)[1] == (len(lines) if change == "append" else 10)
    assert result.exit_code == 1
    assert "line " in result.stderr
