"""The same resource twice, or under another key than its own."""

from __future__ import annotations

from tests.fhir.ask import answer, said, verdict
from tests.fhir.build import HPP, MISSING, alp, bundle, condition, request


def test_two_results_of_one_id_and_different_content_are_both_read() -> None:
    """Only exact re-sends collapse; dropping one of two could drop the low one."""
    both = [alp(60, "2025-06-01", id="ZZPHI-a"), alp(20, "2025-06-10", id="ZZPHI-a")]
    chart = answer(request(alp=bundle(*both))).chart

    assert chart is not None
    assert sorted(r.value for r in chart.results if r.value is not None) == [20, 60]


def test_a_result_sent_under_two_keys_is_one() -> None:
    chart = answer(request(labs=bundle(alp(28, "2025-06-01")))).chart

    assert chart is not None
    assert len(chart.results) == 2


def test_a_resource_sent_under_a_wrong_key_first_is_not_lost_under_its_own() -> None:
    """An included Condition among the ALP results does not hide it from the conditions."""
    seen = condition(HPP)
    results = bundle(alp(60), seen, total=MISSING)
    given = answer(request(alp=results, conditions=bundle(seen)))

    assert said(given)["verdict"] == "hppConfirmed"


def test_alp_sent_among_the_other_laboratory_results_counts() -> None:
    given = answer(request(alp=bundle(), labs=bundle(alp(28))))

    assert verdict(given) == ("complete", "lowAlpOnce")
