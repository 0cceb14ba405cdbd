"""Features of HPP on record (decision table, section 3 and 2a points 18-20)."""

from __future__ import annotations

from collections.abc import Iterator

from service.hpp import drugs
from service.hpp.background import Background, is_above
from service.hpp.knowledge.model import Feature, Knowledge
from service.hpp.model import Chart, Condition, Evidence, Result

HPP_GROUPS = frozenset(
    {
        "cond_hpp",
        "cond_hpp_adult",
        "cond_hpp_childhood",
        "cond_hpp_infantile",
        "cond_hpp_odonto",
        "cond_hpp_perinatal",
    }
)


def on_record(background: Background, child: bool | None) -> tuple[Evidence, ...]:
    """Every feature that counts at this patient's age, with where it was seen.

    child None (age unknown) keeps only the features that count in both ages.
    """
    found = []
    for code, feature in background.knowledge.features.items():
        if counts_at(feature, child):
            found += _evidence(code, background)
    return tuple(found)


def counts_at(feature: Feature, child: bool | None) -> bool:
    if child is None:
        return feature.adults and feature.children
    return feature.children if child else feature.adults


def _evidence(code: str, background: Background) -> list[Evidence]:
    """A feature computed by rule, or any counting condition of the group of that name."""
    chart = background.chart
    match code:
        case "alpl":
            return [
                Evidence(variant.reference, code, variant.day)
                for variant in chart.variants
                if variant.pathogenic
            ]
        case "substrate":
            return list(substrate(background))
        case "recurrent-metatarsal":
            return _recurrent(chart, background.knowledge)
        case "tooth-loss-adult":
            return _of_group(chart, "cond_tooth_loss", code)
        case "tooth-loss-child":
            return _early_tooth_loss(chart, background.knowledge)
        case _:
            return _of_group(chart, code, code)


def _of_group(chart: Chart, group: str, code: str) -> list[Evidence]:
    return [Evidence(c.reference, code, c.began) for c in _conditions(chart, group)]


def _conditions(chart: Chart, group: str) -> Iterator[Condition]:
    return (c for c in chart.conditions if group in c.groups and c.counts)


def _recurrent(chart: Chart, knowledge: Knowledge) -> list[Evidence]:
    """First and last stress fracture of the foot far enough apart (2a.20)."""
    dated = sorted(
        (c.began, c.reference)
        for c in _conditions(chart, "cond_stress_fracture_foot")
        if c.began is not None
    )
    if not dated or (dated[-1][0] - dated[0][0]).days < knowledge.days("metatarsal_gap"):
        return []
    return [Evidence(reference, "recurrent-metatarsal", day) for day, reference in dated]


def _early_tooth_loss(chart: Chart, knowledge: Knowledge) -> list[Evidence]:
    """Loss before the age limit, counted from the latest possible birth (2a.19)."""
    limit, born = knowledge.days("tooth_loss_age"), chart.patient.born_first
    return [
        Evidence(c.reference, "tooth-loss-child", c.began)
        for c in _conditions(chart, "cond_tooth_loss")
        if c.began is not None and born is not None and (c.began - born).days < limit
    ]


def tooth_loss_undated(chart: Chart) -> bool:
    """Tooth loss whose age cannot be told: unknown, not absent, in a child."""
    return any(c.began is None for c in _conditions(chart, "cond_tooth_loss"))


def substrate(background: Background) -> Iterator[Evidence]:
    """PLP above its limit off vitamin B6, or urine phosphoethanolamine above its own (2a.18)."""
    for result in background.chart.of_any("lab_pea_urine", "lab_plp"):
        if not background.counts(result):
            continue
        high = result.printed.high
        if result.test == "lab_plp" and high is None:
            high = background.knowledge.number("plp_high")
        if high is None or not is_above(result, high):
            continue
        if result.test == "lab_pea_urine" or not on_b6(background, result):
            yield Evidence(result.reference, "substrate", result.day, result.shown)


def on_b6(background: Background, result: Result) -> bool:
    """Vitamin B6 on the day of a PLP; an undated PLP is doubted where B6 was ever taken."""
    uses = [use for use in drugs.taken(background.chart) if use.drug_class == "vitamin-b6"]
    if result.day is None:
        return bool(uses)
    window = background.knowledge.days("washout_b6")
    return any(drugs.on_board(use, result.day, window, background.today) for use in uses)


def meets_iwg_pattern(features: tuple[Evidence, ...], knowledge: Knowledge) -> bool:
    """Two major, or one major and two minor; each feature once."""
    codes = {evidence.what for evidence in features}
    majors = sum(knowledge.features[code].major for code in codes)
    return majors >= 2 or (majors == 1 and len(codes) - majors >= 2)


def hpp_conditions(chart: Chart) -> list[Condition]:
    """HPP as a diagnosis, by code or by text, whatever its verification."""
    return [
        condition
        for condition in chart.conditions
        if condition.groups & HPP_GROUPS
        and not condition.family_history
        and condition.verification != "entered-in-error"
    ]
