"""Read concepts.toml: what the value-set groups mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from service.content.shape import OLD_KEYS, misfits
from service.hpp.knowledge import model

FILE = "concepts.toml"
EFFECTS = (
    "suppresses", "masks", "explains", "explains-unless-very-low", "invalidates", "raises-plp",
    "none",
)  # fmt: skip
NAMED_IN_TEXT = ("hpp", "rickets", "lasting_liver", "hypercalcaemia_malignancy")  # lists of [text]
SHAPE = {
    **OLD_KEYS,
    "source": str,
    "class": {"*": {"triggers": bool, "effect": str, "washout?": str}},
    "drug": {"*": {"name": str, "class": str, "injected_class?": str}},
    "injected": {"words": [str], "source": str},
    "cause": {
        "*": {
            "name": str,
            "kind": str,
            "window?": str,
            "stands?": str,
            "long?": str,
            "advice?": str,
            "suggest?": [str],
        }
    },
    "encounter": {"acute": [str], "says": str, "source": str},
    "mask": {"*": {"name": str, "kind": str, "window?": str}},
    "pattern": {
        "major": int,
        "minor_beside_one_major": int,
        "list": str,
        "says": str,
        "source": str,
    },
    "feature": {
        "*": {
            "name": str,
            "weight": str,
            "for": str,
            "of?": str,
            "before_age?": str,
            "apart?": str,
        }
    },
    "sign": {
        "*": {
            "name": str,
            "test": str,
            "causes": [str],
            "below?": str,
            "above?": str,
            "contradicts?": str,
        }
    },
    "test": {"*": {"name": str, "measure?": str, "unit?": str}},
    "oncology": {
        "indications": [str],
        "metabolic_indications": [str],
        "malignant_calcium": str,
        "high_calcium": str,
        "drugs": [str],
        "doses_mg": {"*": Decimal},
        "brands": [str],
        "source": str,
    },
    "encounter_class": {"*": [str]},
    "verification": {"*": [str]},
    "by_text": {"*": {"group": str, "words": [str]}},
    "in_words": dict.fromkeys(NAMED_IN_TEXT, str),
    "role": {name: {"says": str, "groups": [str]} for name in model.ROLES},
    "text": {
        "hpp": [str],
        "not_hpp": [str],
        "not_hpp_aim": [str],
        "not_hpp_before": [str],
        "negators": [str],
        "undecided": [str],
        "doubted": [str],
        "family": [str],
        "no_family": [str],
        "relatives": [str],
        "others": [str],
        "relative_in": [str],
        "plain": [str],
        "status": [str],
        "rickets": [str],
        "lasting_liver": [str],
        "wide_liver": [str],
        "hypercalcaemia_malignancy": [str],
        "pathogenic": [str],
        "likely_pathogenic": [str],
        "pathogenic_codes": [str],
        "gene_codes": [str],
        "gene_studied_codes": [str],
        "significance_codes": [str],
        "variant_absent": [str],
        "gene_words": [str],
        "source": str,
    },
    "drug_names": {
        "salts": [str],
        "salts_behind": [str],
        "not_in_it": [str],
        "source": str,
    },
    "laboratory": {
        "most_alp_kinds": Decimal,
        "alp_plain": [str],
        "not_alp": [str],
        "other_tests": [str],
        "source": str,
    },
    "inactive": {"*": str},
    "recognised": {"*": str},
}
WORDS = ("text", "drug_names", "laboratory")  # tables that are lists of words
# Words of which one must stand in these places.
CHOICES = {
    ("class", "effect"): EFFECTS,
    ("cause", "kind"): ("explains", "acute"),
    ("cause", "stands"): (None, "recent", "lifelong", "proven"),
    ("mask", "kind"): ("injury", "pregnancy", "disease", "lifelong"),
    ("feature", "weight"): ("major", "minor"),
    ("feature", "for"): ("adult", "child", "both"),
}


def read_concepts(
    data: Mapping[str, Any], fault: Callable[[str, str, str], None]
) -> dict[str, Any]:
    """The typed tables by their names in Knowledge; empty ones where the file is at fault."""
    problems = [*misfits(data, SHAPE), *([] if not data else _wrong_choices(data))]
    for key, message in problems:
        fault(FILE, key, message)
    return _typed(data) if not problems else _nothing()


def _wrong_choices(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{table}.{name}.{key}", f"must be one of {', '.join(filter(None, known))}")
        for (table, key), known in CHOICES.items()
        for name, entry in (data[table].items() if isinstance(data.get(table), dict) else ())
        if isinstance(entry, dict) and entry.get(key) not in known
    ]


def _typed(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "classes": {name: model.DrugClass(**entry) for name, entry in data["class"].items()},
        "drugs": {name: _drug(entry) for name, entry in data["drug"].items()},
        "causes": {name: model.Cause(**entry) for name, entry in data["cause"].items()},
        "masks": {name: model.Mask(**entry) for name, entry in data["mask"].items()},
        "tests": {name: model.Test(**entry) for name, entry in data["test"].items()},
        "features": {name: _feature(entry) for name, entry in data["feature"].items()},
        "signs": {name: _sign(entry) for name, entry in data["sign"].items()},
        "pattern": model.Pattern(**data["pattern"]),
        "acute_encounters": frozenset(data["encounter"]["acute"]),
        "inactive": data["inactive"],
        "recognised": data["recognised"],
        "injected_words": tuple(data["injected"]["words"]),
        "text": {
            name: tuple(words)
            for table in WORDS
            for name, words in data[table].items()
            if isinstance(words, list)
        },
        "most_alp_kinds": int(data["laboratory"]["most_alp_kinds"]),
        "by_text": {
            name: model.ByText(entry["group"], tuple(entry["words"]))
            for name, entry in data["by_text"].items()
        },
        "in_words": data["in_words"],
        "roles": {name: frozenset(entry["groups"]) for name, entry in data["role"].items()},
        "encounter_classes": _meanings(data["encounter_class"]),
        "verifications": _meanings(data["verification"]),
        "oncology": _oncology(data["oncology"]),
    }


def _meanings(spelled: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What each code or name means, however it is capitalised."""
    return {word.casefold(): name for name, words in spelled.items() for word in words}


def _nothing() -> dict[str, Any]:
    tables = (
        "classes", "drugs", "causes", "masks", "tests", "features", "signs", "text", "by_text",
        "inactive", "recognised", "encounter_classes", "verifications", "in_words", "roles",
    )  # fmt: skip
    empty: dict[str, Any] = {name: {} for name in tables}
    none: frozenset[str] = frozenset()
    oncology = model.Oncology(none, none, "", "", none, {}, ())
    pattern = model.Pattern(0, 0, "", "", "")
    lists = {"most_alp_kinds": 0, "injected_words": (), "acute_encounters": none}
    return {**empty, **lists, "pattern": pattern, "oncology": oncology}


def _drug(entry: Mapping[str, Any]) -> model.Drug:
    return model.Drug(entry["name"], entry["class"], entry.get("injected_class", ""))


def _feature(entry: Mapping[str, Any]) -> model.Feature:
    whom, major = entry["for"], entry["weight"] == "major"
    rule = {key: entry.get(key, "") for key in ("of", "before_age", "apart")}
    return model.Feature(entry["name"], major, whom != "child", whom != "adult", **rule)


def _sign(entry: Mapping[str, Any]) -> model.Sign:
    name, contradicts = entry.get("below") or entry.get("above", ""), entry.get("contradicts", "")
    below, causes = "below" in entry, entry["causes"]
    return model.Sign(entry["name"], entry["test"], name, below, causes, contradicts)


def _oncology(entry: Mapping[str, Any]) -> model.Oncology:
    return model.Oncology(
        frozenset(entry["indications"]),
        frozenset(entry["metabolic_indications"]),
        entry["malignant_calcium"],
        entry["high_calcium"],
        frozenset(entry["drugs"]),
        {drug: Decimal(dose) for drug, dose in entry["doses_mg"].items()},
        tuple(entry["brands"]),
    )
