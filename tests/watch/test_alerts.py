"""The alarms and the dashboard that are shipped: of metrics that exist, and right by promtool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from service.reports.behaviour import ALARMS
from service.watch.metrics import ALARM_NAMES, REGISTRY

HERE = Path(__file__).parent
DEPLOY = HERE.parents[1] / "service/server/deploy"
RULES, DASHBOARD = DEPLOY / "alerts.yml", DEPLOY / "grafana.json"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not here (Debian: prometheus)"
)


def known() -> set[str]:
    """Every name under which a metric of ours is shown."""
    ends = ("", "_total", "_bucket", "_sum", "_count")
    return {f"{metric.name}{end}" for metric in REGISTRY.collect() for end in ends}


def panels() -> Iterator[tuple[str, str]]:
    """(question, legend) of each target."""
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        yield from ((one["expr"], one.get("legendFormat", "")) for one in panel["targets"])


def rules() -> Iterator[tuple[str, str]]:
    """(question, words) of each alarm."""
    for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"]:
        yield from ((one["expr"], "\n".join(one["annotations"].values())) for one in group["rules"])


def expressions() -> Iterator[str]:
    yield from (question for question, _ in panels())


@pytest.mark.parametrize("text", [RULES.read_text("utf-8"), "\n".join(expressions())])
def test_every_metric_exists(text: str) -> None:
    named = set(re.findall(r"hpp_cds_\w+", text))

    assert named
    assert named - known() == set()


# Labels that Prometheus gives, and `le` of a histogram's buckets.
NOT_OURS = {"instance", "job", "le"}


def labels_of() -> dict[str, set[str]]:
    """metric, as it is registered -> its labels."""
    collectors = set(REGISTRY._collector_to_names)
    return {one._name: set(one._labelnames) for one in collectors}  # type: ignore[attr-defined]


def asked(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric that is named, and the labels by which it is selected."""
    for name, selected in re.findall(r"(hpp_cds_\w+)(?:\{([^}]*)\})?", text):
        plain = re.sub(r"_(total|bucket|sum|count)$", "", name)
        yield plain, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selected))


def summed_by(question: str) -> set[str]:
    """Labels that are left, or left out."""
    listed = re.findall(r"(?:by|ignoring|on) \(([^)]*)\)", question)
    return {label.strip() for labels in listed for label in labels.split(",")}


@pytest.mark.parametrize(("question", "words"), [*rules(), *panels()])
def test_every_label_is_one_of_the_metrics_that_are_asked(question: str, words: str) -> None:
    """By which a metric is selected or summed, or which words and legends show."""
    ours = labels_of()
    wrong = {name: labels - ours[name] - NOT_OURS for name, labels in asked(question)}
    known = set().union(*(ours[name] for name, _ in asked(question))) | NOT_OURS
    summed = summed_by(question)
    shown = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", words))

    assert {name: labels for name, labels in wrong.items() if labels} == {}
    assert summed <= known
    assert shown <= (summed or known)


def test_every_alarm_about_clients_is_one_there_is() -> None:
    """An alarm that is not named apart from the others is shown with them."""
    apart = {
        name
        for names in re.findall(r'alarm!?=~?"([^"]+)"', RULES.read_text("utf-8"))
        for name in names.split("|")
    }

    assert apart == {"silent", "codes-changed"}
    assert apart <= set(ALARM_NAMES) == set(ALARMS)


def test_the_clients_to_choose_from_are_those_of_a_metric() -> None:
    listed = json.loads(DASHBOARD.read_text("utf-8"))["templating"]["list"]
    (query,) = (one["query"] for one in listed if one["type"] == "query")
    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", query).groups()  # type: ignore[union-attr]

    assert label in labels_of()[metric.removesuffix("_total")]


def test_every_alarm_is_tried() -> None:
    raised = re.findall(r"alert: (\w+)", RULES.read_text("utf-8"))
    cases = (HERE / "alerts_test.yml").read_text("utf-8").split("- eval_time: ")[1:]
    tried = {found[1] for case in cases if (found := re.search(r"alertname: (\w+)\n", case))}

    assert tried == set(raised)


def test_every_alarm_says_where_to_look_first() -> None:
    text = RULES.read_text("utf-8")

    assert text.count("alert: ") == text.count("first: ") == text.count("severity: ")


@needs_promtool
def test_each_alarm_is_raised_when_it_should_be_and_not_before(tmp_path: Path) -> None:
    for path in (RULES, HERE / "alerts_test.yml"):
        shutil.copy(path, tmp_path)
    run = subprocess.run(
        [str(PROMTOOL), "test", "rules", "alerts_test.yml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr


@needs_promtool
def test_every_panel_asks_what_prometheus_understands(tmp_path: Path) -> None:
    filled = [
        expr.replace("$client", "a|b").replace("$__rate_interval", "5m") for expr in expressions()
    ]
    rules = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(filled)]
    path = tmp_path / "panels.yml"  # JSON is YAML
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    run = subprocess.run(
        [str(PROMTOOL), "check", "rules", str(path)], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
