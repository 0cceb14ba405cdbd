"""A limit that a site has changed is called the site's, and never by our source."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_fixtures import stories
from service.app import build_engine
from service.content.layers import shipped_bytes
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.settings import Settings

INTERVALS = "reference_intervals.csv"


def detail(name: str, folder: Path | None) -> str:
    story, engine = stories()[name], build_engine(Settings(content_dir=folder))
    (card,) = evaluate_body(story.request, BY_ID[story.service], engine, story.today).body["cards"]
    return str(card["detail"])


@pytest.mark.parametrize(
    ("threshold", "value", "story", "ours", "theirs"),
    [
        (
            "adult_low_default", 36, "just-below-limit-in-ukat",
            "default for adults (NORIP)", "36 U/L, this site's default for adults",
        ),
        (
            "adult_low_min", 32, "single-very-low-wide-range",
            "laboratory, raised to our lowest adult limit",
            "32 U/L, laboratory, raised to this site's lowest adult limit",
        ),
    ],
)  # fmt: skip
def test_a_changed_limit_of_adults_is_the_site_s(
    threshold: str, value: int, story: str, ours: str, theirs: str, tmp_path: Path
) -> None:
    entry = f'[{threshold}]\nvalue = {value}\nunit = "U/L"\nsource = "our laboratory"\n'
    (tmp_path / "thresholds.toml").write_text(entry, "utf-8")

    assert ours in detail(story, None)
    assert theirs in detail(story, tmp_path)
    assert ours not in detail(story, tmp_path)


def test_a_changed_age_table_is_the_site_s(tmp_path: Path) -> None:
    table = shipped_bytes(INTERVALS).decode("utf-8")
    (tmp_path / INTERVALS).write_text(table.replace(",142,", ",140,"), "utf-8")
    shown = detail("child-adult-range-printed", tmp_path)

    assert "(CALIPER, Roche); adult range printed" in detail("child-adult-range-printed", None)
    assert "140 U/L, this site's age and sex table; adult range printed" in shown
    assert "CALIPER" not in shown


def test_another_threshold_changes_no_name_of_a_limit(tmp_path: Path) -> None:
    entry = '[adult_very_low]\nvalue = 24\nunit = "U/L"\nsource = "our laboratory"\n'
    (tmp_path / "thresholds.toml").write_text(entry, "utf-8")

    assert "default for adults (NORIP)" in detail("just-below-limit-in-ukat", tmp_path)
