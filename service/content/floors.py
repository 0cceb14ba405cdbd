"""What is left of the content after a site's changes must still do the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from service.content.table_changes import NEVER_SILENT
from service.hpp.assessment import Indicator
from service.hpp.knowledge.model import Drug, DrugClass, Knowledge
from service.hpp.model import ALP

# Groups without which nothing is ever found, with what they hold.  Here, not in content: no site
# may take them away.
NEEDED = {ALP: "total ALP", "ert_asfotase": "asfotase alfa"}


def missing_floors(
    knowledge: Knowledge,
    classes: Mapping[str, DrugClass],
    drugs: Mapping[str, Drug],
    roles: Mapping[str, frozenset[str]],
) -> Iterator[tuple[str, str]]:
    """(what, why) for all that the service cannot do without and a site has taken away.

    classes, drugs, roles: ours, as shipped.
    """
    active = {code.group for code in knowledge.codes if code.active}
    for group, what in NEEDED.items():
        if group not in active:
            yield group, f"no code or name of {what} is left, so it can never be found"
    if not roles["hpp"] & active:
        yield "role.hpp", "no code or name of hypophosphatasia is left, so it can never be found"
    for name, groups in roles.items():
        if lost := sorted(groups - knowledge.roles[name]):
            yield f"role.{name}", f"must keep {', '.join(lost)}"
    yield from _classes(knowledge, classes, active)
    for name, drug in drugs.items():
        theirs = knowledge.drugs.get(name, drug).drug_class
        if classes[drug.drug_class].triggers and not _triggers(theirs, knowledge):
            yield f"drug.{name}", f"must be of a class that triggers, as {drug.drug_class} does"
    yield from _verdicts(knowledge)


def _classes(
    knowledge: Knowledge, ours: Mapping[str, DrugClass], active: set[str]
) -> Iterator[tuple[str, str]]:
    for name in (name for name, known in ours.items() if known.triggers):
        if not _triggers(name, knowledge):
            yield f"class.{name}", "must trigger: its orders are what this service judges"
        drugs = {g for g, d in knowledge.drugs.items() if name in (d.drug_class, d.injected_class)}
        if not drugs & active:
            yield f"class.{name}", "no code or name of any of its drugs is left"


def too_few(knowledge: Knowledge, lost: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Needed groups of which a site took more rows one by one than it left.

    lost: rows of ours taken from each group.  A whole group is switched off with a reason.
    """
    active = Counter(code.group for code in knowledge.codes if code.active)
    triggering = {g for g, d in knowledge.drugs.items() if _triggers(d.drug_class, knowledge)}
    for group, count in lost.items():
        needed = group in NEEDED or group in knowledge.roles["hpp"] or group in triggering
        if needed and count > active[group]:
            yield (
                group,
                (
                    f"{count} of our codes and names are taken away and {active[group]} are left; "
                    "a whole group is switched off by one row without a code, with a reason"
                ),
            )


def _triggers(name: str, knowledge: Knowledge) -> bool:
    return name in knowledge.classes and knowledge.classes[name].triggers


def _verdicts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for verdict in NEVER_SILENT:
        rows = [row for row in knowledge.table if row.verdict == verdict]
        if not rows:
            yield verdict, "is the verdict of no row, and can never be left out"
        for row in rows:
            if row.indicator is Indicator.NONE:
                yield row.id, f"gives {verdict}, which can never be shown as none"
