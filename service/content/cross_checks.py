"""References between content files must resolve, and enough of the content must be left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.content.codes import ValueSets
from service.content.concepts import FILE as CONCEPTS
from service.content.concepts import read_concepts
from service.content.faults import hint
from service.content.floors import missing_floors, too_few
from service.content.layers import Layers
from service.content.thresholds import check_order
from service.fhir.folding import fold
from service.fhir.lab_names import LabNames, Named
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import ALP


def cross_check(knowledge: Knowledge, codes: ValueSets, layers: Layers) -> None:
    """Say everything that does not fit together."""
    number, fault = knowledge.thresholds, layers.notes.fault
    check_order(number, layers)
    for name, drug in knowledge.drugs.items():
        for kind in filter(None, (drug.drug_class, drug.injected_class)):
            if kind not in knowledge.classes:
                message = f"{kind!r} is not a class" + hint(kind, knowledge.classes)
                fault(CONCEPTS, f"drug.{name}", message)
    for key, name in _named_thresholds(knowledge):
        if name not in number:
            fault(CONCEPTS, key, f"{name!r} is not a threshold" + hint(name, number))
    _check_signs(knowledge, layers)
    _check_groups(knowledge, layers)
    _check_units_of_codes(knowledge, codes, layers)
    _check_names_of_alp(knowledge, codes, layers)
    if not layers.notes.faults:
        _check_floors(knowledge, codes, layers)


def known_groups(concepts: Mapping[str, Any]) -> frozenset[str]:
    """Every group that concepts.toml names.  concepts: its typed tables."""
    tables = ("causes", "masks", "features", "drugs", "tests", "recognised")
    oncology = concepts["oncology"]
    return frozenset(
        (
            *(group for table in tables for group in concepts[table]),
            *oncology.indications,
            *oncology.metabolic_indications,
            oncology.malignant_calcium,
            oncology.high_calcium,
        )
    )


def _named_thresholds(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Where concepts.toml names a threshold."""
    windows = {
        **{f"cause.{name}": cause.window for name, cause in knowledge.causes.items()},
        **{f"mask.{name}": mask.window for name, mask in knowledge.masks.items()},
        **{f"class.{name}": known.washout for name, known in knowledge.classes.items()},
    }
    yield from ((key, window) for key, window in windows.items() if window)
    for name, sign in knowledge.signs.items():
        yield from ((f"sign.{name}", at) for at in (sign.threshold, sign.contradicts) if at)
    for name, feature in knowledge.features.items():
        yield from ((f"feature.{name}", at) for at in (feature.before_age, feature.apart) if at)


def _check_signs(knowledge: Knowledge, layers: Layers) -> None:
    """A sign speaks of a known test and known causes; a cause asks for a known sign."""
    fault = layers.notes.fault
    for name, sign in knowledge.signs.items():
        if sign.test not in knowledge.tests:
            fault(CONCEPTS, f"sign.{name}", f"{sign.test!r} is not a test")
        for cause in sorted(set(sign.causes) - set(knowledge.causes)):
            message = f"{cause!r} is not a cause" + hint(cause, knowledge.causes)
            fault(CONCEPTS, f"sign.{name}", message)
    for name, known in knowledge.causes.items():
        if known.long not in {"never", "always", *knowledge.signs}:
            fault(CONCEPTS, f"cause.{name}", f"{known.long!r} is not a sign")


def _check_groups(knowledge: Knowledge, layers: Layers) -> None:
    """Roles, features and words speak of known groups."""
    named = {
        **{f"role.{name}": sorted(groups) for name, groups in knowledge.roles.items()},
        **{f"feature.{name}": [it.of] for name, it in knowledge.features.items() if it.of},
        **{f"in_words.{name}": [group] for name, group in knowledge.in_words.items()},
        **{f"by_text.{name}": [it.group] for name, it in knowledge.by_text.items()},
    }
    known = known_groups(vars(knowledge))
    for key, groups in named.items():
        for group in (group for group in groups if group not in known):
            layers.notes.fault(CONCEPTS, key, f"{group!r} is not a group" + hint(group, known))


def _check_units_of_codes(knowledge: Knowledge, codes: ValueSets, layers: Layers) -> None:
    """A unit beside a code is one that its test is measured in."""
    for file, line, code, _ in (change for change in codes.origin.values() if change.code.unit):
        test = knowledge.tests.get(code.group)
        if test is None or not test.measure:
            layers.notes.fault(file, line, f"{code.group} is measured in no unit: leave it empty")
        elif knowledge.units.factor(test.measure, code.unit) is None:
            message = f"{code.unit!r} is not a unit of {test.name}"
            layers.notes.fault(file, line, f"{message}, which is measured in {test.unit}")


def _check_names_of_alp(knowledge: Knowledge, codes: ValueSets, layers: Layers) -> None:
    """A name of bone ALP, of a share or an isoenzyme is never read as total ALP."""
    added = [it for it in codes.origin.values() if it.code.active and it.code.group == ALP]
    if not added:
        return
    rows = [row for row in knowledge.codes if row.active and row.system == "name"]
    names = LabNames([row for row in rows if row.group not in knowledge.drugs], knowledge.text)
    for file, line, code, _ in added:
        if code.system == "name" and names.read(fold(code.code))[0] is not Named.ALP:
            message = f"the name {code.code!r} is never total ALP: it holds a word of a part of it"
            layers.notes.fault(file, line, message)
        elif code.system != "name" and names.read(fold(code.display))[0] is Named.PART:
            message = f"the display {code.display!r} names a part of ALP, not total ALP"
            layers.notes.warn(file, line, message)


def _check_floors(knowledge: Knowledge, codes: ValueSets, layers: Layers) -> None:
    shipped = read_concepts(layers.table(CONCEPTS, shipped=True), layers.notes.fault)
    ours = (shipped[table] for table in ("classes", "drugs", "roles"))
    for key, message in missing_floors(knowledge, *ours):
        layers.notes.fault("content", key, message)
    for group, message in too_few(knowledge, codes.lost):
        layers.notes.fault("content", group, message)
