"""Every cause, mask, feature and drug can be coded, and stands in some vignette."""

from __future__ import annotations

from functools import cache

import pytest

from service.evaluation.answer import Answer
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError
from service.settings import Client
from tests.spec.contents import cases
from tests.spec.render import engine
from tests.spec.vignette import Case


def judged_groups() -> list[str]:
    """Everything that decides: causes, masks, features and drugs, by group or by rule."""
    known = engine().knowledge
    return sorted({*known.causes, *known.masks, *known.features, *known.drugs})


@cache
def shown() -> frozenset[str]:
    """Groups and features that some vignette's record holds and that were read there."""
    found: set[str] = set()
    for case in cases():
        answer = reading(case)
        if answer.chart and answer.assessment:
            chart = answer.chart
            found |= {group for condition in chart.conditions for group in condition.groups}
            found |= {drug.group for drug in (*chart.drugs, *chart.drafts)}
            found |= {evidence.what for evidence in answer.assessment.features}
    return frozenset(found)


def reading(case: Case) -> Answer:
    """What the service read of a vignette; nothing where it refuses to answer."""
    client = Client(accepted_gaps=case.accepted_gaps)
    service = BY_ID[case.service]
    try:
        return evaluate_body(case.request(), service, engine(), case.today, client=client)
    except ServiceError:
        return Answer({}, "")


@pytest.mark.parametrize("group", judged_groups())
def test_every_group_that_decides_is_shown_and_can_be_coded(group: str) -> None:
    """Those whose codes are all inactive on purpose are listed, with the reason."""
    known = engine().knowledge
    codes = [code.active for code in known.codes if code.group == group]
    if group in known.inactive:
        assert codes
        assert not any(codes)
        assert group not in shown()
    else:
        assert any(codes) or (not codes and group in known.features), (
            f"{group} has no active code: list it under [inactive] of concepts.toml, and why"
        )
        assert group in shown(), (
            f"{group} decides and stands in no vignette: give its code a word in words.py, and "
            "write a paragraph in the chapter where it belongs (tests/spec/README.md)"
        )
