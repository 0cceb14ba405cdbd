"""/openapi.json describes what is there: every route, every answer, what is read and what not."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from werkzeug.routing import Rule

from fhir_fixtures import Story, stories
from service.app import create_app
from service.evaluation.services import SERVICES
from service.hooks.openapi import document
from service.settings import Settings
from tests.edge.calls import REQUIRED, SCHEMA, WRONG, changed
from tests.edge.test_captures import capture
from tests.fhir.build import MISSING, TODAY, alp, bundle, outcome, request

Json = dict[str, Any]
DESCRIBED: Json = json.loads(json.dumps(document(needs_token=False)))
HELPFUL = {"HEAD", "OPTIONS"}  # every route has them
SIGN = "/cds-services/hpp-order-sign"


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(Settings(mode="production"), today=lambda: TODAY)


def schema_of(name: str) -> jsonschema_rs.Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    return jsonschema_rs.Draft202012Validator(whole)


def of_request(service_id: str) -> jsonschema_rs.Draft202012Validator:
    hook = next(service.hook for service in SERVICES if service.id == service_id)
    return schema_of(f"{hook}-request")


ANSWER = schema_of("answer")


def spellings(rule: Rule) -> list[str]:
    """The described paths of a route.  `//` is the sandbox's spelling of the same route."""
    path = rule.rule.replace("//", "/")
    return [path.replace("<service_id>", service.id) for service in SERVICES]


def methods(rule: Rule) -> set[str]:
    return {method.lower() for method in (rule.methods or set()) - HELPFUL}


def test_every_route_is_described_with_its_methods(app: Flask) -> None:
    """In production: the development page is for people and is not described."""
    paths = DESCRIBED["paths"]
    missing = [
        path
        for rule in app.url_map.iter_rules()
        for path in spellings(rule)
        if methods(rule) != set(paths.get(path, {}))
    ]

    assert missing == []


def test_nothing_is_described_that_is_not_there(app: Flask) -> None:
    routed = {path for rule in app.url_map.iter_rules() for path in spellings(rule)}

    assert routed == set(DESCRIBED["paths"])


def test_it_is_served_as_it_was_made(app: Flask) -> None:
    answer = app.test_client().get("/openapi.json")

    assert answer.mimetype == "application/json"
    assert answer.get_json() == DESCRIBED


def test_an_operation_has_its_own_name() -> None:
    names = [
        operation["operationId"]
        for path in DESCRIBED["paths"].values()
        for operation in path.values()
    ]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("needs_token", "expected"), [(True, False), (False, True)])
def test_a_token_is_optional_only_without_clients(needs_token: bool, expected: bool) -> None:
    described = document(needs_token)["paths"]
    optional = {
        {} in operation["security"]
        for path in described.values()
        for operation in path.values()
        if "security" in operation
    }

    assert {expected} == optional
    assert not [
        path for path in ("/healthz", "/cds-services") if "security" in described[path]["get"]
    ]


def plain(value: Any) -> Any:
    """A schema without its remarks, in the spelling of OpenAPI."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: plain(item) for name, item in value.items() if name[:4] not in ("$com", "$anc")}
    if "$ref" in inner:
        inner["$ref"] = inner["$ref"].replace("#/$defs/", "#/components/schemas/")
    return inner


def test_what_is_described_is_what_our_tests_look_at() -> None:
    schemas = DESCRIBED["components"]["schemas"]

    assert plain(SCHEMA["$defs"]) == {name: schemas[name] for name in SCHEMA["$defs"]}


@pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
def test_a_story_and_its_answer_are_as_described(story: Story) -> None:
    assert [e.message for e in of_request(story.service).iter_errors(story.request)] == []
    assert [e.message for e in ANSWER.iter_errors(story.response)] == []


@pytest.mark.parametrize("name", ["patient-view", "order-select", "order-sign"])
def test_what_the_sandbox_sends_is_as_described(name: str) -> None:
    assert of_request(f"hpp-{name}").is_valid(capture(name)["body"])


@pytest.mark.parametrize("pointer", REQUIRED)
def test_a_missing_member_is_not_as_described(pointer: str) -> None:
    assert not of_request("hpp-order-select").is_valid(changed(pointer, MISSING))


@pytest.mark.parametrize(
    ("pointer", "value"), [(pointer, value) for pointer, bad in WRONG.items() for value in bad]
)
def test_a_member_that_is_refused_is_not_as_described(pointer: str, value: object) -> None:
    assert not of_request("hpp-order-select").is_valid(changed(pointer, value))


@pytest.mark.parametrize("prefetch", [None, MISSING, {}, {"alp": None}])
def test_prefetch_may_be_missing_null_or_empty(prefetch: object) -> None:
    sent = changed("/prefetch", prefetch)

    assert of_request("hpp-order-select").is_valid(sent)


def test_no_cards_and_not_evaluated_is_not_as_described(app: Flask) -> None:
    body = app.test_client().post(SIGN, json=request(alp=bundle(alp(60)))).get_json()
    silent = {**body, "cards": []}
    said = silent["extension"]["org.hpp-cds.evaluation"]
    unsure = {"extension": {"org.hpp-cds.evaluation": {**said, "status": "unavailable"}}}

    assert ANSWER.is_valid({**silent, "extension": body["extension"]})
    assert not ANSWER.is_valid({**silent, **unsure})


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", SIGN, [], "400"),
        ("POST", SIGN, request(members={"prefetch": MISSING}), "412"),
        ("POST", f"{SIGN}/feedback", {}, "400"),
        ("GET", SIGN, None, "405"),
    ],
)
def test_a_refusal_is_as_described(
    app: Flask, method: str, path: str, body: Any, status: str
) -> None:
    answer = app.test_client().open(path, method=method, json=body)

    assert status == str(answer.status_code)
    assert schema_of("OperationOutcome").is_valid(answer.get_json())
    assert status in DESCRIBED["paths"][path]["post"]["responses"]


@pytest.mark.parametrize(("path", "name"), [("/healthz", "alive"), ("/readyz", "readiness")])
def test_health_is_as_described(app: Flask, path: str, name: str) -> None:
    assert schema_of(name).is_valid(app.test_client().get(path).get_json())


def test_a_failed_key_is_an_answer_as_described(app: Flask) -> None:
    body = app.test_client().post(SIGN, json=request(alp=outcome())).get_json()

    assert [e.message for e in ANSWER.iter_errors(body)] == []
