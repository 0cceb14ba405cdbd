"""The words of cards in another language: texts/<language>/, laid over ours as all content is.

What is offered, cited and ordered stands in the English files alone; another language holds words
only, all of them and with the same blanks, so that no card is half English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from cards.blanks import Text
from cards.summary import longest_blanks
from cards.words import CardText, OrderText, Reference, Words
from service.content.faults import Notes, Say, hint
from service.content.layers import Json, Layers, laid_over
from service.content.shape import OLD_KEYS, leaves, misfits
from service.content.text_files import FOLDER, TEXTS
from service.content.words import (
    LANGUAGE,
    NOT_A_BLANK,
    check_summaries,
    front_and_body,
    site_texts,
)
from service.hpp.knowledge.model import Knowledge

ENGLISH = "en"
PHRASES, SUGGESTIONS, REFERENCES = "phrases.toml", "suggestions.toml", "references.toml"
OVERRIDES, NAMES = "override_reasons.toml", "names.toml"
TABLES = (PHRASES, SUGGESTIONS, REFERENCES, OVERRIDES, NAMES)
FILES = (*(f"{name}.md" for name in TEXTS), *TABLES)
# Kind of name in names.toml -> where Knowledge holds those of its groups.
NAMED = {
    "drug": "drugs", "cause": "causes", "mask": "masks", "feature": "features", "sign": "signs",
    "test": "tests",
}  # fmt: skip
FREE = ("source", "short.")  # a name may be too long for a summary in one language only
ORDER_WORDS = ("label", "description", "text", "note")
REFERENCE_WORDS = ("label", "says", "publisher")
FRONT_SHAPE = {
    "summary": str, "summary_child?": str, "summary_for?": {"*": str}, "opening_for?": {"*": str},
    "consider_for?": {"*": str}, **OLD_KEYS,
}  # fmt: skip
TABLE_SHAPE = {"source?": str, "*": {"*": str}, **OLD_KEYS}


def shipped_languages() -> tuple[str, ...]:
    """Those whose folder is shipped, beside English."""
    found = (entry.name for entry in files("cards").joinpath(FOLDER).iterdir() if entry.is_dir())
    return tuple(sorted(found))


def languages(overlay: Path | None) -> tuple[str, ...]:
    """Those there are words in: English, ours, and each folder in a site's texts."""
    return tuple(dict.fromkeys((ENGLISH, *shipped_languages(), *_of_site(overlay))))


def _of_site(overlay: Path | None) -> list[str]:
    """Folders of a site's texts."""
    folders = (name.split("/")[0] for name in site_texts(overlay) if "/" in name)
    return [name for name in folders if LANGUAGE.fullmatch(name)]


def in_use(spoken: Iterable[str], overlay: Path | None) -> list[str]:
    """Beside English: those of clients, and those a site has written something in."""
    wanted = {*spoken, *_of_site(overlay)}
    return [name for name in languages(overlay) if name in wanted and name != ENGLISH]


def files_of(language: str) -> tuple[str, ...]:
    return tuple(f"{FOLDER}/{language}/{name}" for name in FILES)


def load_language(
    language: str, english: Words, knowledge: Knowledge, notes: Notes, overlay: Path | None
) -> Words:
    """The words of a language over the English ones in force.

    Faults: what is missing, empty, unknown, has other blanks, or makes a summary too long.
    """
    layers = Layers(overlay, notes)
    folder = f"{FOLDER}/{language}"
    _check_names(folder, layers)
    tables = {name: _table(f"{folder}/{name}", layers) for name in TABLES}
    for name, expected in _expected(english, knowledge).items():
        file = f"{folder}/{name}"
        if not (layers.has(file) or _is_ours(file)):
            continue  # that it is missing is said once, not of every word in it
        _compare(file, expected, tables[name], _own(file, layers), notes)
    words = replace(
        english,
        language=language,
        texts={name: _text(folder, text, layers) for name, text in english.texts.items()},
        phrases=laid_over(english.phrases, tables[PHRASES]),
        suggestions=_suggestions(english.suggestions, tables[SUGGESTIONS]),
        references=_references(english.references, tables[REFERENCES]),
        override_reasons={
            code: tables[OVERRIDES].get("reasons", {}).get(code, text)
            for code, text in english.override_reasons.items()
        },
        names={kind: tables[NAMES].get(kind, {}) for kind in NAMED},
        version=layers.digest.hexdigest(),
        others={},
    )
    check_summaries(folder, words, longest_blanks(named(knowledge, words), words), notes.fault)
    return words


def named(knowledge: Knowledge, words: Words) -> Knowledge:
    """The same knowledge, its groups by their names in the language of some words."""
    found: dict[str, Any] = {}
    for kind, field in NAMED.items():
        names = words.names.get(kind, {})
        entries: Mapping[str, Any] = getattr(knowledge, field)
        found[field] = {
            code: replace(entry, name=names.get(code, entry.name))
            for code, entry in entries.items()
        }
    return replace(knowledge, **found)


# --- What there must be


def _expected(english: Words, knowledge: Knowledge) -> dict[str, Json]:
    """Every word of the English tables in force, by file, key in key."""
    return {
        PHRASES: dict(english.phrases),
        SUGGESTIONS: {k: _written(v, ORDER_WORDS) for k, v in english.suggestions.items()},
        REFERENCES: {k: _written(v, REFERENCE_WORDS) for k, v in english.references.items()},
        OVERRIDES: {"reasons": dict(english.override_reasons)},
        NAMES: {
            kind: {code: entry.name for code, entry in getattr(knowledge, field).items()}
            for kind, field in NAMED.items()
        },
    }


def _written(entry: OrderText | Reference, fields: Iterable[str]) -> dict[str, str]:
    values = ((name, getattr(entry, name, "")) for name in fields)
    plain = ((n, v.template if isinstance(v, Template) else v) for n, v in values)
    return {name: value for name, value in plain if value}


def _compare(file: str, expected: Json, spoken: Json, own: Json, notes: Notes) -> None:
    """Say what is missing, has other blanks, or is written by a site and read by nobody."""
    english, found = dict(leaves(expected)), dict(leaves(spoken))
    for key, text in english.items():
        if key not in found:
            notes.fault(file, key, f"is missing; in English it is {_short(text)!r}")
        elif problem := _other_blanks(text, found[key]):
            notes.fault(file, key, problem)
    for key, _ in leaves(own):
        if key not in english and not key.startswith(FREE):
            notes.fault(file, key, "is not a key of the English words" + hint(key, english))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _other_blanks(english: str, spoken: str) -> str:
    ours, theirs = (Template(text) for text in (english, spoken))
    if not theirs.is_valid():
        return NOT_A_BLANK
    lost = sorted(set(ours.get_identifiers()) - set(theirs.get_identifiers()))
    new = sorted(set(theirs.get_identifiers()) - set(ours.get_identifiers()))
    said = [f"is without the blank ${{{name}}} of the English text" for name in lost]
    return "; ".join([*said, *(f"${{{name}}} is not a blank of the English text" for name in new)])


# --- What there is


def _check_names(folder: str, layers: Layers) -> None:
    for name in site_texts(layers.overlay):
        path = f"{FOLDER}/{name}"
        if path.startswith(f"{folder}/") and path.removeprefix(f"{folder}/") not in FILES:
            layers.notes.fault(path, "", "is not a text" + hint(name.rpartition("/")[2], FILES))


def _is_ours(file: str) -> bool:
    return files("cards").joinpath(file).is_file()


def _is_there(file: str, layers: Layers) -> bool:
    """Whether a site or we have it; that nobody has is a fault."""
    there = layers.has(file) or _is_ours(file)
    if not there:
        layers.notes.fault(file, "", "is missing; a language has every text and table of ours")
    return there


def _table(file: str, layers: Layers) -> Json:
    """A table file, the site's keys over ours; nothing of a file that does not fit."""
    if not _is_there(file, layers):
        return {}
    data = layers.laid_over(file) if _is_ours(file) else layers.table(file)
    shapeless = list(misfits(data, TABLE_SHAPE))
    for key, message in shapeless:
        layers.notes.fault(file, key, message)
    return {} if shapeless else data


def _own(file: str, layers: Layers) -> Json:
    """What the site itself has written into a table."""
    return layers.table(file) if layers.has(file) else {}


def _text(folder: str, english: CardText, layers: Layers) -> CardText:
    """The English text with other words; itself after its faults were said."""
    file = f"{folder}/{english.verdict}.md"
    parts = front_and_body(file, layers, FRONT_SHAPE) if _is_there(file, layers) else None
    if parts is None:
        return english
    front, body = parts
    spoken = {k: v for k, v in front.items() if k not in ("review", "review_date")}
    own = spoken if layers.has(file) else {}
    _compare(file, _words_of(english), {**spoken, "body": body}, own, layers.notes)
    child = spoken.get("summary_child")
    return replace(
        english,
        summary=Text(spoken["summary"]),
        summary_child=Text(child) if child else None,
        summary_for={when: Text(text) for when, text in spoken.get("summary_for", {}).items()},
        opening_for=spoken.get("opening_for", {}),
        consider_for=spoken.get("consider_for", {}),
        body=Text(body),
    )


def _words_of(text: CardText) -> Json:
    child = {"summary_child": text.summary_child.template} if text.summary_child else {}
    return {
        "summary": text.summary.template,
        **child,
        "summary_for": {when: said.template for when, said in text.summary_for.items()},
        "opening_for": dict(text.opening_for),
        "consider_for": dict(text.consider_for),
        "body": text.body.template,
    }


def _suggestions(english: Mapping[str, OrderText], table: Json) -> dict[str, OrderText]:
    found = {}
    for name, order in english.items():
        said = {k: v for k, v in table.get(name, {}).items() if k in ORDER_WORDS}
        if "label" in said:
            said["label"] = Text(said["label"])
        found[name] = replace(order, **said, display=order.display or order.text)
    return found


def _references(english: Mapping[str, Reference], table: Json) -> dict[str, Reference]:
    return {
        name: replace(
            reference, **{k: v for k, v in table.get(name, {}).items() if k in REFERENCE_WORDS}
        )
        for name, reference in english.items()
    }


def check_languages(
    wanted: Iterable[tuple[str, str]], overlay: Path | None, file: str, say: Say
) -> None:
    """(key, language) of settings: one that nobody has words in is a fault."""
    known = languages(overlay)
    for key, language in wanted:
        if language not in known:
            message = f"there are no words in {language!r}; languages: {', '.join(known)}"
            say(file, key, message + hint(re.split("[-_]", language)[0], known))
