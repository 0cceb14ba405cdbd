"""Read the content files; report every fault at once, by file and key.

A site's folder ([content] dir) lies over the shipped files, file by file.  thresholds.toml is
laid over entry by entry, so that a site writes only what it changes and keeps our bounds.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.content.concepts import read_concepts
from service.content.decision_table import read_table
from service.content.faults import Fault, Faulty, hint
from service.hpp.knowledge import model
from service.hpp.knowledge.unit_words import KINDS, UnitWord
from service.hpp.knowledge.units import Units

VALUE_SETS = (
    "bone_drugs",
    "other_drugs",
    "tests",
    "conditions",
    "secondary_causes",
    "masks",
    "uk_dmd",
)
TOML_FILES = ("thresholds.toml", "decision_table.toml", "concepts.toml")
CSV_FILES = (
    "units.csv",
    "unit_words.csv",
    "systems.csv",
    "reference_intervals.csv",
    *(f"valuesets/{name}.csv" for name in VALUE_SETS),
)
CONTENT_FILES = (*TOML_FILES, *CSV_FILES)
REVIEWS = "reviews.toml"


class ContentFault(Faulty):
    """Content that cannot be used."""


@dataclass
class Reader:
    """Reads one content folder over the shipped one and collects faults."""

    overlay: Path | None = None
    faults: list[Fault] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)
    tables: dict[tuple[str, bool], dict[str, Any]] = field(default_factory=dict)

    def fault(self, file: str, key: str, message: str) -> None:
        self.faults.append(Fault(file, key, message))

    def text(self, name: str, *, shipped: bool = False) -> str:
        ours = files("service.hpp.knowledge")
        theirs = self.overlay / name if self.overlay else None
        try:
            if theirs is not None and theirs.is_file() and not shipped:
                raw = theirs.read_bytes()
            else:
                raw = ours.joinpath(name).read_bytes()
            self.digest.update(name.encode() + b"\0" + raw + b"\0")
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.fault(name, "", "is not UTF-8 text; save it as UTF-8")
        except OSError:
            self.fault(name, "", "cannot be read; check its permissions")
        return ""

    def toml(self, name: str, *, shipped: bool = False) -> dict[str, Any]:
        """A file as tables; read once, so that its faults are said once."""
        if (name, shipped) not in self.tables:
            self.tables[name, shipped] = self._parsed(name, shipped)
        return self.tables[name, shipped]

    def _parsed(self, name: str, shipped: bool) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text(name, shipped=shipped), parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            self.fault(name, "", f"is not TOML: {error}")
            return {}

    def rows(self, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
        reader = csv.DictReader(io.StringIO(self.text(name)))
        if list(reader.fieldnames or []) != list(columns):
            self.fault(name, "first line", f"must be: {','.join(columns)}")
            return []
        found = []
        for number, row in enumerate(reader, 2):
            if None in row or None in row.values():
                self.fault(name, f"line {number}", f"must have {len(columns)} fields")
            else:
                found.append({**row, "line": f"line {number}"})
        return found


def load_knowledge(overlay: Path | None = None) -> model.Knowledge:
    """Load the shipped content under a site's folder.

    Raises ContentFault with every fault found: unknown files and keys, values out of bounds,
    missing sources, rows of the decision table that can never be reached.
    """
    reader = Reader(overlay)
    _unknown_files(reader)
    thresholds = _thresholds(reader)
    concepts = read_concepts(reader.toml("concepts.toml"), reader.fault)
    knowledge = model.Knowledge(
        thresholds=thresholds,
        codes=_codes(reader),
        systems={row["uri"]: row["name"] for row in reader.rows(*SYSTEMS)},
        units=Units(_units(reader), _unit_words(reader)),
        intervals=_intervals(reader),
        **read_table(reader.toml("decision_table.toml"), reader.fault),
        **concepts,
        version="",
    )
    _cross_check(knowledge, reader)
    if reader.faults:
        raise ContentFault(reader.faults)
    return replace(knowledge, version=reader.digest.hexdigest()[:12])


SYSTEMS = ("systems.csv", ("name", "uri", "source"))


def _unknown_files(reader: Reader) -> None:
    if reader.overlay is None:
        return
    if not reader.overlay.is_dir():
        reader.fault(str(reader.overlay), "", "is not a folder")
        return
    for path in sorted(reader.overlay.rglob("*")):
        name = path.relative_to(reader.overlay).as_posix()
        known = name in (*CONTENT_FILES, REVIEWS) or name.startswith("texts/") or path.is_dir()
        if not known and not path.name.startswith("."):
            reader.fault(name, "", "is not a content file" + hint(name, CONTENT_FILES))


_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")  # not 1_000, 1e3 or digits of other scripts
_DAYS = re.compile(r"[0-9]{1,5}")


def decimal(value: object) -> Decimal | None:
    """A number from a content file; None where it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def _thresholds(reader: Reader) -> dict[str, model.Threshold]:
    ours = {
        k: v for k, v in reader.toml("thresholds.toml", shipped=True).items() if type(v) is dict
    }
    found = {
        name: model.Threshold(
            name, Decimal(entry["value"]), entry["unit"], entry["source"], entry["says"]
        )
        for name, entry in ours.items()
    }
    if reader.overlay and (reader.overlay / "thresholds.toml").is_file():
        for name, entry in reader.toml("thresholds.toml").items():
            if name in ("review", "review_date", "source"):
                continue
            if name not in ours:
                message = "is not a threshold" + hint(name, ours)
                reader.fault("thresholds.toml", name, message)
            elif (changed := _changed(name, entry, ours[name], reader)) is not None:
                found[name] = changed
    return found


def _changed(
    name: str, entry: Any, ours: Mapping[str, Any], reader: Reader
) -> model.Threshold | None:
    """A site's threshold, or None after its faults were reported."""
    if not isinstance(entry, dict):
        entry = {}
        reader.fault("thresholds.toml", name, "must be a table with value, unit and source")
    problems = list(_threshold_problems(entry, ours))
    for key, message in problems:
        reader.fault("thresholds.toml", f"{name}.{key}", message)
    value = decimal(entry.get("value"))
    if problems or value is None:
        return None
    return model.Threshold(name, value, ours["unit"], entry["source"], ours["says"])


def _threshold_problems(
    entry: Mapping[str, Any], ours: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for key in sorted(set(entry) - {"value", "unit", "source", "says", "min", "max"}):
        yield key, "is not a key here" + hint(key, ("value", "unit", "source"))
    number = decimal(entry.get("value"))
    if number is None:
        yield "value", "must be a number"
    elif not ours["min"] <= number <= ours["max"]:
        yield "value", f"{number} is outside {ours['min']} to {ours['max']} {ours['unit']}"
    if entry.get("unit") != ours["unit"]:
        yield "unit", f"must be {ours['unit']!r}"
    if not str(entry.get("source", "")).strip():
        yield "source", "must say where the number comes from"


def _codes(reader: Reader) -> list[model.Code]:
    columns = ("group", "system", "code", "display", "active", "source", "note")
    found = []
    for file in (f"valuesets/{name}.csv" for name in VALUE_SETS):
        for row in reader.rows(file, columns):
            if row["active"] not in ("yes", "no"):
                reader.fault(file, row["line"], "active must be yes or no")
            elif row["active"] == "yes" and not (row["code"] and row["source"]):
                reader.fault(file, row["line"], "an active row needs a code and a source")
            else:
                found.append(
                    model.Code(
                        row["group"],
                        row["system"],
                        row["code"],
                        row["display"],
                        row["active"] == "yes",
                        row["source"],
                        row["note"],
                    )
                )
    return found


def _units(reader: Reader) -> dict[tuple[str, str], Decimal]:
    """Spellings as listed: (measure, spelling) -> factor."""
    found = {}
    for row in reader.rows("units.csv", ("measure", "spelling", "factor", "source")):
        factor = decimal(row["factor"])
        if factor is None or factor <= 0 or not row["source"]:
            reader.fault("units.csv", row["line"], "needs a factor above 0 and a source")
        elif (row["measure"], row["spelling"]) in found:
            reader.fault("units.csv", row["line"], f"{row['spelling']} is there twice")
        else:
            found[row["measure"], row["spelling"]] = factor
    return found


def _unit_words(reader: Reader) -> list[UnitWord]:
    name, found = "unit_words.csv", []
    rows = reader.rows(name, ("kind", "word", "prefixes", "factor", "source"))
    prefixes = {row["word"] for row in rows if row["kind"] == "prefix"}
    for row in rows:
        factor, used = decimal(row["factor"]), tuple(row["prefixes"].split())
        unknown = sorted(set(used) - prefixes)
        if factor is None or factor <= 0 or not row["word"] or not row["source"]:
            reader.fault(name, row["line"], "needs a word, a factor above 0 and a source")
        elif row["kind"] not in KINDS:
            reader.fault(
                name, row["line"], f"{row['kind']!r} is not a kind{hint(row['kind'], KINDS)}"
            )
        elif unknown:
            reader.fault(name, row["line"], f"{unknown[0]!r} is not a prefix")
        else:
            found.append(UnitWord(row["kind"], row["word"], used, factor))
    return found


def _intervals(reader: Reader) -> list[model.Interval]:
    name = "reference_intervals.csv"
    columns = (
        "set", "sex", "age_min_days", "age_max_days",
        "low_u_per_l", "high_u_per_l", "active", "source", "note",
    )  # fmt: skip
    rows = [row for row in reader.rows(name, columns) if row["set"] == PAEDIATRIC_SET]
    found = []
    for row in rows:
        low, high = decimal(row["low_u_per_l"]), decimal(row["high_u_per_l"])
        ages = _DAYS.fullmatch(row["age_min_days"]) and _DAYS.fullmatch(row["age_max_days"])
        if row["active"] != "yes" or not row["source"]:
            reader.fault(name, row["line"], "the set in use needs active yes and a source")
        elif low is None or not ages or row["sex"] not in ("male", "female", "both"):
            reader.fault(name, row["line"], "needs whole days, a sex and a low limit in U/L")
        elif high is None or not 0 < low < high:
            reader.fault(name, row["line"], "needs a low limit above 0 and below the high one")
        else:
            span = int(row["age_min_days"]), int(row["age_max_days"])
            found.append(model.Interval(row["sex"], *span, low))
    _no_holes(found, reader)
    return found


PAEDIATRIC_SET = "caliper_roche"


def _no_holes(intervals: Sequence[model.Interval], reader: Reader) -> None:
    """Every day of childhood has a lower limit for both sexes (an adult is 6575 days old)."""
    for sex in ("male", "female"):
        expected = 0
        spans = sorted(
            (i.age_min_days, i.age_max_days) for i in intervals if i.sex in (sex, "both")
        )
        for first, last in spans:
            if first > expected:
                break
            expected = max(expected, last + 1)
        if expected < 6575:
            message = f"{PAEDIATRIC_SET} has no limit for {sex} at {expected} days"
            reader.fault("reference_intervals.csv", "", message)


def _cross_check(knowledge: model.Knowledge, reader: Reader) -> None:
    """References between files must resolve, and limits must be in order."""
    number = {name: threshold.value for name, threshold in knowledge.thresholds.items()}
    order = ("adult_very_low", "adult_low_min", "adult_low_default", "adult_low_max")
    for lower, upper in pairwise(order):
        if number[lower] > number[upper]:
            message = f"{number[lower]} is above {upper} ({number[upper]})"
            reader.fault("thresholds.toml", lower, message)
    for name, drug in knowledge.drugs.items():
        for kind in filter(None, (drug.drug_class, drug.injected_class)):
            if kind not in knowledge.classes:
                message = f"{kind!r} is not a class" + hint(kind, knowledge.classes)
                reader.fault("concepts.toml", f"drug.{name}", message)
    for key, name in _named_thresholds(knowledge):
        if name not in number:
            reader.fault("concepts.toml", key, f"{name!r} is not a threshold" + hint(name, number))
    _check_signs(knowledge, reader)
    for group in sorted({code.group for code in knowledge.codes} - _known_groups(knowledge)):
        message = "is named by nothing in concepts.toml" + hint(group, _known_groups(knowledge))
        reader.fault("valuesets", group, message)
    known_uris = set(knowledge.systems) | {"name"}
    for system in sorted({code.system for code in knowledge.codes if code.active} - known_uris):
        reader.fault("valuesets", system, "is not in systems.csv" + hint(system, known_uris))


def _named_thresholds(knowledge: model.Knowledge) -> Iterator[tuple[str, str]]:
    """Where concepts.toml names a threshold."""
    windows = {
        **{f"cause.{name}": cause.window for name, cause in knowledge.causes.items()},
        **{f"mask.{name}": mask.window for name, mask in knowledge.masks.items()},
        **{f"class.{name}": known.washout for name, known in knowledge.classes.items()},
    }
    yield from ((key, window) for key, window in windows.items() if window)
    for name, sign in knowledge.signs.items():
        yield from ((f"sign.{name}", at) for at in (sign.threshold, sign.contradicts) if at)


def _check_signs(knowledge: model.Knowledge, reader: Reader) -> None:
    """A sign speaks of a known test and known causes; a cause asks for a known sign."""
    for name, sign in knowledge.signs.items():
        if sign.test not in knowledge.tests:
            reader.fault("concepts.toml", f"sign.{name}", f"{sign.test!r} is not a test")
        for cause in sorted(set(sign.causes) - set(knowledge.causes)):
            message = f"{cause!r} is not a cause" + hint(cause, knowledge.causes)
            reader.fault("concepts.toml", f"sign.{name}", message)
    for name, known in knowledge.causes.items():
        if known.long not in {"never", "always", *knowledge.signs}:
            reader.fault("concepts.toml", f"cause.{name}", f"{known.long!r} is not a sign")


def _known_groups(knowledge: model.Knowledge) -> frozenset[str]:
    """Every group that concepts.toml names."""
    oncology = knowledge.oncology
    return frozenset(
        (
            *knowledge.causes, *knowledge.masks, *knowledge.features, *knowledge.drugs,
            *knowledge.tests, *knowledge.recognised, *oncology.indications,
            *oncology.metabolic_indications, oncology.malignant_calcium, oncology.high_calcium,
        )
    )  # fmt: skip
