"""What an EHR is asked for, with whatever codes a site adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from service.evaluation.engine import Engine
from service.evaluation.searches import (
    MOST_CHARACTERS,
    for_patient,
    key_queries,
    prefetch_templates,
)
from service.fhir.queries import KeyQueries
from service.fhir.releases import Release
from service.hpp.knowledge.model import Code, Knowledge

LOCAL = "https://lab.example.org/tests"
LONGEST_ID = "x" * 64


def with_codes(knowledge: Knowledge, group: str, *codes: tuple[str, str]) -> Knowledge:
    """The content of a site that lists these codes of its own as well."""
    rows = [Code(group, system, code, "", True, "site", "") for system, code in codes]
    return replace(knowledge, codes=[*knowledge.codes, *rows])


def many(count: int) -> list[tuple[str, str]]:
    return [(LOCAL, f"LOCAL-{number:05d}") for number in range(count)]


def tokens(*searches: str) -> list[str]:
    """`system|code` of searches, as a FHIR server reads them."""
    found: list[str] = []
    for search in searches:
        found += parse_qs(urlsplit(search).query).get("code", [""])[0].split(",")
    return found


def encoded(searches: Sequence[str]) -> list[int]:
    """Characters on the wire: bars are encoded there."""
    return [len(search.replace("|", "%7C")) for search in searches]


@pytest.fixture
def knowledge(engine: Engine) -> Knowledge:
    return engine.knowledge


def asked(key: str, knowledge: Knowledge, release: Release = Release.R4) -> KeyQueries:
    return for_patient(key_queries(knowledge, release), LONGEST_ID)[key]


@pytest.mark.parametrize("group", ["alp_total", "lab_plp", "sec_transfusion"])
def test_a_code_of_a_site_is_asked_for(group: str, knowledge: Knowledge) -> None:
    key = {"alp_total": "alp", "lab_plp": "labs"}.get(group, "procedures")
    site = with_codes(knowledge, group, (LOCAL, "ALKP-1"))

    assert f"{LOCAL}|ALKP-1" in tokens(*asked(key, site).searches)


def test_only_active_codes_are_asked_for(knowledge: Knowledge) -> None:
    row = Code("alp_total", LOCAL, "OLD", "", False, "site", "")
    site = replace(knowledge, codes=[*knowledge.codes, row])

    assert f"{LOCAL}|OLD" not in tokens(*asked("alp", site).searches)


def test_every_active_code_of_alp_is_asked_for(knowledge: Knowledge) -> None:
    listed = {
        f"{row.system}|{row.code}"
        for row in knowledge.codes
        if row.group == "alp_total" and row.active and row.system != "name"
    }

    assert set(tokens(*asked("alp", knowledge).searches)) == listed


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("a,b", r"a\,b"), ("a|b", r"a\|b"), ("a$b", r"a\$b"), ("a\\b", r"a\\b"),
        ("a&b=c#d", "a&b=c#d"), ("a b+c%", "a b+c%"), ("GroßesBlutbild", "GroßesBlutbild"),
    ],
)  # fmt: skip
def test_codes_are_escaped_for_fhir_and_then_for_a_url(
    code: str, written: str, knowledge: Knowledge
) -> None:
    """The system and the code arrive as one token, whatever is in them."""
    search = asked("alp", with_codes(knowledge, "alp_total", (LOCAL, code))).searches[0]
    query = urlsplit(search).query

    assert set(parse_qs(query)) == {"patient", "code", "_sort", "_count"}
    assert f"{LOCAL}|{written}," in unquote(query.replace("+", "%2B")).replace("&_sort", ",&_sort")
    assert query.isascii()


@pytest.mark.parametrize("count", [0, 20, 40, 41, 300])
@pytest.mark.parametrize("key", ["alp", "labs", "procedures"])
def test_no_search_is_longer_than_a_url_may_be(key: str, count: int, knowledge: Knowledge) -> None:
    group = {"alp": "alp_total", "labs": "lab_plp"}.get(key, "sec_transfusion")
    query = asked(key, with_codes(knowledge, group, *many(count)))

    assert max(encoded([query.template, *query.searches, *query.rest])) <= MOST_CHARACTERS
    assert {f"{system}|{code}" for system, code in many(count)} <= set(tokens(*query.searches))
    assert len(tokens(*query.searches)) == len(set(tokens(*query.searches)))


def test_the_rest_is_what_has_no_room_in_the_template(knowledge: Knowledge) -> None:
    query = asked("alp", with_codes(knowledge, "alp_total", *many(200)))

    assert query.rest
    assert sorted(tokens(query.template, *query.rest)) == sorted(tokens(*query.searches))
    assert tokens(query.template)[0] == "6768-6"


def test_well_known_codes_go_without_their_system_where_there_is_no_room_for_it(
    knowledge: Knowledge,
) -> None:
    """The content as shipped: some hundred codes in one template of laboratory results."""
    narrow = with_codes(knowledge, "alp_total", *many(10))
    wide = with_codes(knowledge, "alp_total", *many(40))

    assert "http://loinc.org|6768-6" in tokens(asked("alp", narrow).template)
    assert "6768-6" in tokens(asked("alp", wide).template)
    assert f"{LOCAL}|LOCAL-00000" in tokens(asked("alp", wide).template)
    assert not asked("labs", knowledge).by_category
    assert not asked("labs", knowledge).rest


def test_laboratory_results_are_asked_for_by_category_where_codes_have_no_room(
    knowledge: Knowledge,
) -> None:
    few = [row for row in knowledge.codes if row.group in ("alp_total", "lab_plp")]
    narrow = asked("labs", replace(knowledge, codes=few))
    wide = asked("labs", with_codes(knowledge, "lab_plp", *many(200)))

    assert not narrow.by_category
    assert "code=" in narrow.template
    assert wide.by_category
    assert "category=laboratory" in wide.template
    assert all("code=" in search for search in wide.searches)


def test_bone_specific_alp_is_asked_for_with_the_other_results(knowledge: Knowledge) -> None:
    bone = next(row for row in knowledge.codes if row.group == "alp_bone" and row.active)
    named = {bone.code, f"{bone.system}|{bone.code}"}

    assert named & set(tokens(*asked("labs", knowledge).searches))
    assert not named & set(tokens(*asked("alp", knowledge).searches))


@pytest.mark.parametrize("release", Release)
def test_no_search_has_a_date(release: Release, knowledge: Knowledge) -> None:
    """A normal ALP counts however old it is."""
    for template in prefetch_templates(knowledge, release).values():
        assert not {"date", "_lastUpdated"} & set(parse_qs(urlsplit(template).query))


def test_a_drug_that_is_given_may_be_coded_as_a_procedure(knowledge: Knowledge) -> None:
    assert any(
        token.endswith("|J3489") for token in tokens(*asked("procedures", knowledge).searches)
    )
