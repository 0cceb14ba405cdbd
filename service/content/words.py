"""Read the words of cards from their files; report every fault by file and key.

Texts are Markdown with TOML front matter and string.Template blanks.  At start every blank
is compared with what can fill it, and the longest possible summary with 140 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from string import Template
from typing import Any

from cards.blanks import Text
from cards.summary import OF_SUMMARY, known_situations, longest_blanks
from cards.words import Attributes, CardText, Offer, OrderText, Reference, Words
from service.content.code_forms import problems
from service.content.faults import Notes, Say, hint
from service.content.files import Unreadable, edited_in
from service.content.layers import Layers
from service.content.markup import odd_in, odd_in_plain, odd_in_words
from service.content.shape import misfits, strays
from service.content.text_files import (
    FOLDER,
    FRONT_SHAPE,
    PHRASE_TABLES,
    SHAPES,
    TABLES,
    TEXTS,
)
from service.content.toml_files import BadToml, parse_toml
from service.hpp.assessment import Indicator
from service.hpp.knowledge.model import Knowledge

RETIRED = "retired.toml"
SUMMARY_LIMIT = 139
NOT_A_BLANK = "has a $ that is not a blank; write $$ for a dollar sign"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # a folder of texts, by BCP 47
SUMMARY_BLANKS = frozenset(OF_SUMMARY)
BODY_BLANKS = frozenset(
    {
        "drugs",
        "ordered",
        "opening",
        "results",
        "why",
        "unseen",
        "unused",
        "advice",
        "notes",
        "footer",
    }
)
# What was found, why, what was missing, and whose rule it is: a card without it is half a card.
NEVER_LEFT_OUT = frozenset({"results", "why", "unseen", "footer"})
ATTRIBUTE_BLANKS = frozenset({"version", "knowledge"})


def load_words(knowledge: Knowledge, notes: Notes, overlay: Path | None = None) -> Words:
    """Read all texts.  knowledge: names the rows and findings that a text may ask for."""
    layers, say = Layers(overlay, notes), notes.fault
    _check_names(layers)
    tables = {name: _fitting(name, layers) for name in TABLES}
    references = {
        key: Reference(**entry)
        for key, entry in tables["references.toml"].items()
        if isinstance(entry, dict)
    }
    texts = {name: text for name in TEXTS if (text := _text(name, layers, references))}
    overrides = tables["override_reasons.toml"]
    words = Words(
        texts=texts,
        phrases={name: dict(tables["phrases.toml"].get(name, {})) for name in PHRASE_TABLES},
        suggestions=_suggestions(tables["suggestions.toml"]),
        references=references,
        override_system=overrides.get("system", ""),
        override_reasons=_reasons(overrides, layers),
        attributes=_attributes(tables["source_attributes.toml"], say),
        version=layers.digest.hexdigest(),
    )
    for place, message in _unsaid(words, knowledge):
        say(*place, message)
    _check(words, known_situations(knowledge), layers, say)
    check_summaries(FOLDER, words, longest_blanks(knowledge, words), say)
    return words


def _unsaid(words: Words, knowledge: Knowledge) -> Iterator[tuple[tuple[str, str], str]]:
    """Verdicts without a name, and those that draw a card and have no text."""
    for verdict in knowledge.verdicts.keys() - words.phrases["verdict"].keys():
        yield (f"{FOLDER}/phrases.toml", f"verdict.{verdict}"), "is missing"
    drawn = {row.verdict for row in knowledge.table if row.indicator is not Indicator.NONE}
    for verdict in sorted(drawn - set(TEXTS)):
        yield (f"{FOLDER}/{verdict}.md", ""), "is missing: a row of this verdict draws a card"


def _check_names(layers: Layers) -> None:
    """A file of the site's texts folder that nobody would read is a fault."""
    known = (*TABLES, *(f"{name}.md" for name in TEXTS))
    for name in site_texts(layers.overlay):
        if name not in known and not _is_of_a_language(name):
            tag = "; a folder here is a language such as de" if "/" in name else hint(name, known)
            layers.notes.fault(f"{FOLDER}/{name}", "", f"is not a text{tag}")


def site_texts(overlay: Path | None) -> list[str]:
    """Paths below a site's texts folder; none where it cannot be listed, which others say."""
    try:
        return edited_in(overlay / FOLDER) if overlay else []
    except Unreadable:
        return []


def _is_of_a_language(name: str) -> bool:
    """Looked at where the words of that language are read."""
    return LANGUAGE.fullmatch(name.partition("/")[0]) is not None and "/" in name


def _fitting(name: str, layers: Layers) -> dict[str, Any]:
    """A table file, the site's keys over ours; ours alone where the site's do not fit."""
    file = f"{FOLDER}/{name}"
    data = layers.laid_over(file)
    problems = list(misfits(_without_removed(data), SHAPES[name]))
    for key, message in problems:
        layers.notes.fault(file, key, message)
    for key, message in odd_in_words(layers.table(file)) if layers.has(file) else ():
        layers.notes.warn(file, key, message)
    return layers.table(file, shipped=True) if problems else data


def _without_removed(data: Mapping[str, Any]) -> dict[str, Any]:
    """An override reason that a site takes away is false instead of text."""
    reasons = data.get("reasons")
    if not isinstance(reasons, dict):
        return dict(data)
    return {**data, "reasons": {k: v for k, v in reasons.items() if v is not False}}


def _reasons(overrides: Mapping[str, Any], layers: Layers) -> dict[str, str]:
    """The reasons in force; where a site writes none of its own, it is told what that means."""
    file = f"{FOLDER}/override_reasons.toml"
    reasons = {key: text for key, text in overrides.get("reasons", {}).items() if text is not False}
    if layers.has(file) and layers.table(file).get("reasons") == {}:
        message = "holds no reason, so ours stay; write `key = false` to take one of ours away"
        layers.notes.warn(file, "reasons", message)
    elif not reasons:
        layers.notes.warn(file, "reasons", "no reason is left that a prescriber could choose")
    ours = layers.table(file, shipped=True)["reasons"]
    for key, text in overrides.get("reasons", {}).items():
        if text is False and key not in ours:
            message = f"is no reason of ours to be taken away{hint(key, ours)}"
            layers.notes.warn(file, f"reasons.{key}", message)
    return reasons


def _text(name: str, layers: Layers, references: Mapping[str, Reference]) -> CardText | None:
    file, say = f"{FOLDER}/{name}.md", layers.notes.fault
    parts = front_and_body(file, layers, FRONT_SHAPE)
    if parts is None:
        return None
    front, body = parts
    for problem in _front_problems(name, front, references):
        say(file, *problem)
    text = _card_text(front, body)
    _check_blanks(file, "body", text.body, BODY_BLANKS, say)
    if layers.has(file):
        _check_own(file, text, layers)
    return text


def _check_own(file: str, text: CardText, layers: Layers) -> None:
    """What a site's text says less than ours, and what nobody would see as it is meant."""
    _, _, body = layers.text(file, shipped=True).split("+++\n", 2)
    if not text.body.template:
        layers.notes.fault(file, "body", "is empty: write the card below the second line +++")
        return
    ours, theirs = (set(Template(it).get_identifiers()) for it in (body, text.body.template))
    for blank in sorted((ours - theirs) & NEVER_LEFT_OUT):
        message = f"is without ${{{blank}}} of our text, so that these cards do not say it"
        layers.notes.warn(file, "body", message)
    for template in (text.summary, text.summary_child, *text.summary_for.values()):
        for message in odd_in_plain(template.template if template else ""):
            layers.notes.warn(file, "summary", message)
    for message in _unknown_reasons(text, layers):
        layers.notes.warn(file, "override_reasons", message)


def _unknown_reasons(text: CardText, layers: Layers) -> Iterator[str]:
    """Reasons that a text offers and nobody has; one that a site took away is none."""
    known = layers.laid_over(f"{FOLDER}/override_reasons.toml").get("reasons", {})
    offered = {*text.override_reasons, *chain.from_iterable(text.override_reasons_for.values())}
    for code in sorted(offered - set(known)) if isinstance(known, dict) else ():
        yield f"{code!r} is no reason{hint(code, known)}"


def front_and_body(
    file: str, layers: Layers, shape: Mapping[str, Any]
) -> tuple[dict[str, Any], str] | None:
    """The front matter, which fits its shape, and the body; None after its faults were said."""
    parts = layers.text(file).split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        if all(fault.file != file for fault in layers.notes.faults):  # it could be read
            message = "must begin with TOML front matter between two lines +++"
            layers.notes.fault(file, "", message)
        return None
    try:
        front = parse_toml(parts[1])
    except BadToml as error:
        layers.notes.fault(file, f"front matter, {error.key}", error.message)
        return None
    shapeless = list(misfits(front, shape))
    for problem in shapeless:
        layers.notes.fault(file, *problem)
    for message in odd_in(parts[2], BODY_BLANKS):
        layers.notes.warn(file, "body", message)
    return None if shapeless else (front, parts[2].strip())


def _front_problems(
    name: str, front: Mapping[str, Any], references: Mapping[str, Reference]
) -> Iterable[tuple[str, str]]:
    if front["verdict"] != name:
        yield "verdict", f"must be {name!r}, as the file is called"
    cited = {*front.get("references", ()), *front.get("references_child", ())}
    main = {front["source"], front.get("source_child", front["source"])}
    for reference in sorted((cited | main) - set(references)):
        message = f"{reference!r} is not in references.toml{hint(reference, references)}"
        yield "references", message


def _card_text(front: Mapping[str, Any], body: str) -> CardText:
    child = front.get("summary_child")
    return CardText(
        verdict=front.get("verdict", ""),
        summary=Text(front.get("summary", "")),
        summary_child=Text(child) if child else None,
        summary_for={row: Text(text) for row, text in front.get("summary_for", {}).items()},
        body=Text(body.strip()),
        source=front.get("source", ""),
        source_child=front.get("source_child", front.get("source", "")),
        opening_for=front.get("opening_for", {}),
        consider_for=front.get("consider_for", {}),
        leaves_out=tuple(front.get("leaves_out", ())),
        suggestions=tuple(map(_offer, front.get("suggestions", ()))),
        references=tuple(front.get("references", ())),
        references_child=tuple(front.get("references_child", front.get("references", ()))),
        override_reasons=tuple(front.get("override_reasons", ())),
        override_reasons_for={
            when: tuple(codes) for when, codes in front.get("override_reasons_for", {}).items()
        },
    )


def check_summaries(folder: str, words: Words, longest: Mapping[str, str], say: Say) -> None:
    """Every summary of the texts in a folder, filled with the longest values it can get."""
    for name, text in words.texts.items():
        for template in (text.summary, text.summary_child, *text.summary_for.values()):
            if template is not None:
                _check_summary(f"{folder}/{name}.md", template, longest, say)


def _check_summary(file: str, template: Template, longest: Mapping[str, str], say: Say) -> None:
    if not _check_blanks(file, "summary", template, SUMMARY_BLANKS, say):
        return
    if "\n" in template.template:
        say(file, "summary", "must be one line")
    length = len(template.substitute(longest))
    if length > SUMMARY_LIMIT:
        widest = max((longest[name] for name in template.get_identifiers()), key=len, default="")
        message = (
            f"can grow to {length} characters; {SUMMARY_LIMIT} is the most: {template.template}"
            f" with {widest!r}; a name may have a shorter one in [short] of phrases.toml"
        )
        say(file, "summary", message)


def _check_blanks(file: str, key: str, template: Template, known: frozenset[str], say: Say) -> bool:
    if not template.is_valid():
        say(file, key, NOT_A_BLANK)
        return False
    unknown = sorted(set(template.get_identifiers()) - known)
    for blank in unknown:
        say(file, key, f"${{{blank}}} is not a blank here; known: {', '.join(sorted(known))}")
    return not unknown


def _suggestions(table: Mapping[str, Any]) -> dict[str, OrderText]:
    return {
        name: OrderText(
            **{**entry, "label": Text(entry["label"]), "tests": tuple(entry.get("tests", ()))}
        )
        for name, entry in table.items()
        if isinstance(entry, dict)
    }


def _attributes(table: Mapping[str, Any], say: Say) -> Attributes:
    each = {n: (e["title"], Text(e["says"])) for n, e in table.get("attribute", {}).items()}
    for name, (_, says) in each.items():
        _check_blanks(f"{FOLDER}/source_attributes.toml", name, says, ATTRIBUTE_BLANKS, say)
    return Attributes(table.get("purpose", ""), table.get("conformity", ""), each)


def _offer(entry: str) -> Offer:
    """An entry such as `remove-draft!` or `plp?child`."""
    name, _, condition = entry.rstrip("!").partition("?")
    return Offer(name, condition, preselected=entry.endswith("!"))


def _check(words: Words, situations: frozenset[str], layers: Layers, say: Say) -> None:
    for text in words.texts.values():
        file = f"{FOLDER}/{text.verdict}.md"
        known = situations if layers.overlay is None else None
        if layers.has(file):
            known = situations | _retired(layers)
        for key, message in _text_problems(text, words, known):
            say(file, key, message)
        if layers.has(file):
            _warn_of_retired(file, text, layers)
    for name, reference in words.references.items():
        if reference.url and not reference.url.startswith(("https://", "http://")):
            say(f"{FOLDER}/references.toml", f"{name}.url", "must begin with https://")
    for name, suggestion in words.suggestions.items():
        for test in set(suggestion.tests) - set(words.suggestions):
            say(f"{FOLDER}/suggestions.toml", name, f"{test!r} is not known")
    _check_suggestions(words, layers)
    ours = layers.table(f"{FOLDER}/phrases.toml", shipped=True)
    for table in PHRASE_TABLES:
        for key, close in strays(words.phrases[table], ours.get(table, {})):
            layers.notes.warn(f"{FOLDER}/phrases.toml", f"{table}.{key}", f"is said nowhere{close}")
        for key, phrase in ours.get(table, {}).items():
            theirs = words.phrases[table].get(key)
            if theirs is None:
                say(f"{FOLDER}/phrases.toml", f"{table}.{key}", "is missing")
            elif table in ("sentence", "format"):
                blanks = frozenset(Template(phrase).get_identifiers())
                _check_blanks(f"{FOLDER}/phrases.toml", key, Template(theirs), blanks, say)


def _check_suggestions(words: Words, layers: Layers) -> None:
    """Blanks of a label are those of ours; what is ordered is a LOINC code."""
    file = f"{FOLDER}/suggestions.toml"
    ours = layers.table(file, shipped=True)
    for name, suggestion in words.suggestions.items():
        label = ours[name]["label"] if name in ours else ""
        known = frozenset(Template(label).get_identifiers())
        _check_blanks(file, f"{name}.label", suggestion.label, known, layers.notes.fault)
        for problem in problems("loinc", "", suggestion.loinc) if suggestion.loinc else ():
            layers.notes.fault(file, f"{name}.loinc", problem.message)


def _retired(layers: Layers) -> frozenset[str]:
    """Words of situations that older texts could ask for."""
    return frozenset(layers.table(RETIRED, shipped=True).get("situations", ()))


def _asked(text: CardText) -> Iterator[str]:
    """What a text asks for, in the words of the situation."""
    for table in (text.summary_for, text.opening_for, text.consider_for, text.override_reasons_for):
        yield from table
    yield from {offer.condition for offer in text.suggestions if offer.condition}


def _warn_of_retired(file: str, text: CardText, layers: Layers) -> None:
    """A site's copy of an older text may ask for what there is no more: it is never said."""
    for when in _asked(text):
        if gone := sorted(set(when.split()) & _retired(layers)):
            message = f"{gone[0]!r} is no situation any more, so that this is never said"
            layers.notes.warn(file, when, message)


def _text_problems(
    text: CardText, words: Words, situations: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    """What a text names and nothing knows.

    situations None: not looked at, as a site may have renamed the rows that our text asks for.
    """
    for sentence in set(text.leaves_out) - set(words.phrases["sentence"]):
        yield "leaves_out", f"{sentence!r} is no sentence of phrases.toml"
    for offer in text.suggestions:
        if offer.name not in words.suggestions and offer.name != "@cause":
            yield (
                "suggestions",
                f"{offer.name!r} is not known" + hint(offer.name, words.suggestions),
            )
    for when in _asked(text):
        for word in set(when.split()) - situations if situations is not None else ():
            yield when, f"{word!r} is no situation" + hint(word, situations or ())
