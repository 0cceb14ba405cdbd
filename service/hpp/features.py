"""Features of HPP on record, HPP itself, and a relative who has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from service.hpp.assessment import Evidence
from service.hpp.background import Background, is_above
from service.hpp.knowledge.model import Feature, Knowledge
from service.hpp.model import Condition, Excluded, Result

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
TOOTH_LOSS, PLP, PEA = "cond_tooth_loss", "lab_plp", "lab_pea_urine"


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
    """A feature computed by rule, or any counting condition of the group of that name, whether
    or not it is over."""
    match code:
        case "alpl":
            variants = (variant for variant in background.chart.variants if variant.pathogenic)
            return [Evidence(variant.reference, code, variant.day) for variant in variants]
        case "substrate":
            return list(substrate(background))
        case "recurrent-metatarsal":
            return _recurrent(background)
        case "tooth-loss-adult":
            return _tooth_loss(background, code, "tooth_loss_age_adult")
        case "tooth-loss-child":
            return _tooth_loss(background, code, "tooth_loss_age")
        case _:
            return [Evidence(c.reference, code, c.began) for c in background.of(code)]


def _recurrent(background: Background) -> list[Evidence]:
    """First and last stress fracture of the foot far enough apart."""
    dated = sorted(
        (c.onset, c.reference) for c in background.of("cond_stress_fracture_foot") if c.onset
    )
    gap_days = background.knowledge.days("metatarsal_gap")
    if not dated or (dated[-1][0] - dated[0][0]).days < gap_days:
        return []
    return [Evidence(reference, "recurrent-metatarsal", day) for day, reference in dated]


def _tooth_loss(background: Background, code: str, limit: str) -> list[Evidence]:
    """Loss before an age, counted from the earliest possible birth."""
    age_days, born = background.knowledge.days(limit), background.chart.patient.born_first
    return [
        Evidence(c.reference, code, c.began)
        for c in background.of(TOOTH_LOSS)
        if c.began is not None and born is not None and (c.began - born).days < age_days
    ]


def tooth_loss_undated(background: Background) -> list[Condition]:
    """Tooth loss whose age cannot be told: unknown in a child, not counted in an adult."""
    return [c for c in background.of(TOOTH_LOSS) if c.began is None]


def substrate(background: Background) -> Iterator[Evidence]:
    """PLP above its limit off vitamin B6, or urine phosphoethanolamine above its own."""
    for result in background.chart.of_any(PEA, PLP):
        if _is_raised(background, result) and not (
            result.test == PLP and on_b6(background, result)
        ):
            yield Evidence(result.reference, "substrate", result.day, result.shown)


def _is_raised(background: Background, result: Result) -> bool:
    """Above the printed limit; PLP also has one of ours."""
    high = result.printed.high
    if result.test == PLP and high is None:
        high = background.knowledge.number("plp_high")
    return background.counts(result) and high is not None and is_above(result, high)


def on_b6(background: Background, result: Result) -> bool:
    """Vitamin B6 on the day of a PLP; an undated PLP is doubted where B6 was ever taken."""
    if result.day is None:
        return bool(background.exposures.with_effect("raises-plp"))
    return bool(background.exposures.on("raises-plp", result.day))


def not_used(background: Background, child: bool | None) -> Iterator[Excluded]:
    """A PLP taken on vitamin B6, and an adult's tooth loss that nobody dated."""
    for result in background.counted(PLP):
        if on_b6(background, result):
            yield Excluded(result.reference, "plp-on-b6", result.day, result.shown)
    if child is False:
        for condition in tooth_loss_undated(background):
            yield Excluded(condition.reference, "undated-tooth-loss", shown="tooth-loss-adult")


def meets_pattern(features: tuple[Evidence, ...], knowledge: Knowledge) -> bool:
    """Two major, or one major and two minor; each feature once."""
    codes, pattern = {evidence.what for evidence in features}, knowledge.pattern
    majors = sum(knowledge.features[code].major for code in codes)
    minors = len(codes) - majors
    return majors >= pattern.major or (majors >= 1 and minors >= pattern.minor_beside_one_major)


def hpp_conditions(background: Background) -> list[Condition]:
    """HPP as a diagnosis of this patient, by code or by text, whatever its verification."""
    return [
        condition
        for condition in background.chart.conditions
        if condition.groups & HPP_GROUPS
        and not condition.family_history
        and condition.verification != "entered-in-error"
    ]


def exclusions(background: Background, low: date) -> list[Condition]:
    """Refuted HPP that binds a low result of this day: the newest is no longer before it than the
    window, and there is no atypical fracture."""
    refuted = [c for c in hpp_conditions(background) if c.verification == "refuted"]
    days = [day for c in refuted if (day := c.recorded or c.onset)]
    window = timedelta(days=background.knowledge.days("exclusion_window"))
    if not days or background.of("cond_aff") or low - max(days) > window:
        return []
    return refuted


def family_history(background: Background) -> tuple[Evidence, ...]:
    """Relatives with HPP, where that was not refuted."""
    return tuple(
        Evidence(c.reference, "family-history", c.began)
        for c in background.chart.conditions
        if c.family_history
        and c.groups & HPP_GROUPS
        and c.verification not in ("refuted", "entered-in-error")
    )


def undated(background: Background) -> Iterator[Evidence]:
    """Facts that count although nobody knows when: diagnoses that matter, variants, substrates."""
    judged = background.knowledge.judged_groups | HPP_GROUPS
    for condition in background.chart.conditions:
        groups = condition.groups & judged
        if condition.counts and condition.began is None and groups:
            yield Evidence(condition.reference, min(groups))
    for variant in background.chart.variants:
        if variant.pathogenic and variant.day is None:
            yield Evidence(variant.reference, "alpl")
    for evidence in substrate(background):
        if evidence.day is None:
            yield evidence


def newest(evidence: tuple[Evidence, ...]) -> Evidence | None:
    """The latest of some evidence."""
    return max(evidence, key=lambda e: (e.day or date.min, e.reference), default=None)
