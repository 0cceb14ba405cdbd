"""Features of HPP on record, HPP itself, and a relative who has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from service.hpp.assessment import Evidence
from service.hpp.background import Background, is_above
from service.hpp.knowledge.model import Feature, Knowledge
from service.hpp.model import PEA, PLP, Condition, Excluded, Result

# Features that are read from results; every other one is a diagnosis.
GENE, SUBSTRATE = "alpl", "substrate"


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
    """A feature of results, or any counting condition of its group, whether or not it is over."""
    if code == GENE:
        variants = (variant for variant in background.chart.variants if variant.pathogenic)
        return [Evidence(variant.reference, code, variant.day) for variant in variants]
    if code == SUBSTRATE:
        return list(substrate(background))
    feature = background.knowledge.features[code]
    found = background.of(feature.of or code)
    if feature.apart:
        return _spaced(code, found, background.knowledge.days(feature.apart))
    if feature.before_age:
        found = _before_age(found, background, background.knowledge.days(feature.before_age))
    return [Evidence(c.reference, code, c.began) for c in found]


def _spaced(code: str, found: Sequence[Condition], gap_days: int) -> list[Evidence]:
    """All that have an onset, where the first and the last are far enough apart."""
    dated = sorted((c.onset, c.reference) for c in found if c.onset)
    if not dated or (dated[-1][0] - dated[0][0]).days < gap_days:
        return []
    return [Evidence(reference, code, day) for day, reference in dated]


def _before_age(
    found: Sequence[Condition], background: Background, age_days: int
) -> list[Condition]:
    """Those that began before an age, counted from the earliest possible birth."""
    born = background.chart.patient.born_first
    return [c for c in found if c.began and born and (c.began - born).days < age_days]


def undated_of_age(background: Background, child: bool) -> Iterator[Excluded]:
    """What is a feature before an age only, and nobody dated: unknown in a child, not counted in
    an adult."""
    for code, feature in background.knowledge.features.items():
        if feature.before_age and counts_at(feature, child):
            for condition in background.of(feature.of or code):
                if condition.began is None:
                    yield Excluded(condition.reference, "undated-tooth-loss", shown=code)


def substrate(background: Background) -> Iterator[Evidence]:
    """PLP above its limit off vitamin B6, or urine phosphoethanolamine above its own."""
    for result in background.chart.of_any(PEA, PLP):
        if _is_raised(background, result) and not (
            result.test == PLP and on_b6(background, result)
        ):
            yield Evidence(result.reference, SUBSTRATE, result.day, result.shown)


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
        yield from undated_of_age(background, child)


def meets_pattern(features: tuple[Evidence, ...], knowledge: Knowledge) -> bool:
    """Two major, or one major and two minor; each feature once."""
    codes, pattern = {evidence.what for evidence in features}, knowledge.pattern
    majors = sum(knowledge.features[code].major for code in codes)
    minors = len(codes) - majors
    return majors >= pattern.major or (majors >= 1 and minors >= pattern.minor_beside_one_major)


def hpp_conditions(background: Background) -> list[Condition]:
    """HPP as a diagnosis of this patient, by code or by text, whatever its verification."""
    hpp = background.knowledge.roles["hpp"]
    return [
        condition
        for condition in background.chart.conditions
        if condition.groups & hpp
        and not condition.family_history
        and condition.verification != "entered-in-error"
    ]


def exclusions(background: Background, low: date) -> list[Condition]:
    """Refuted HPP that binds a low result of this day: the newest is no longer before it than the
    window, and nothing on record speaks against it."""
    refuted = [c for c in hpp_conditions(background) if c.verification == "refuted"]
    days = [day for c in refuted if (day := c.recorded or c.onset)]
    window = timedelta(days=background.knowledge.days("exclusion_window"))
    against = any(map(background.of, background.knowledge.roles["against_exclusion"]))
    if not days or against or low - max(days) > window:
        return []
    return refuted


def family_history(background: Background) -> tuple[Evidence, ...]:
    """Relatives with HPP, where that was not refuted."""
    hpp = background.knowledge.roles["hpp"]
    return tuple(
        Evidence(c.reference, "family-history", c.began)
        for c in background.chart.conditions
        if c.family_history
        and c.groups & hpp
        and c.verification not in ("refuted", "entered-in-error")
    )


def undated(background: Background) -> Iterator[Evidence]:
    """Facts that count although nobody knows when: diagnoses that matter, variants, substrates."""
    judged = background.knowledge.judged_groups | background.knowledge.roles["hpp"]
    for condition in background.chart.conditions:
        groups = condition.groups & judged
        if condition.counts and condition.began is None and groups:
            yield Evidence(condition.reference, min(groups))
    for variant in background.chart.variants:
        if variant.pathogenic and variant.day is None:
            yield Evidence(variant.reference, GENE)
    for evidence in substrate(background):
        if evidence.day is None:
            yield evidence


def newest(evidence: tuple[Evidence, ...]) -> Evidence | None:
    """The latest of some evidence."""
    return max(evidence, key=lambda e: (e.day or date.min, e.reference), default=None)
