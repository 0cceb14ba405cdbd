"""JSON -> HookRequest.  Validation ends here; unknown members are ignored at every level."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from service import strict_json
from service.evaluation.errors import Issue
from service.evaluation.request import HookRequest
from service.fhir.references import ID
from service.hooks.errors import InvalidHookRequest

Json = Mapping[str, Any]
MAX_BODY_BYTES = 4 * 1024 * 1024
MOST_ISSUES = 20
PATIENT_ID = validate.Regexp(
    re.compile(rf"^(?:Patient/)?{ID.pattern}\Z"),
    error="must be the FHIR id of one Patient: up to 64 letters, digits, '-', '.' and '_'",
)
REFERENCE = rf"[A-Z][A-Za-z]+/{ID.pattern}"
_USER = re.compile(rf"(?:https?://[^\s?#]{{1,512}}/)?({REFERENCE})")
NOT_EMPTY = validate.Regexp(
    re.compile(r"^(?=.*\S).{1,256}\Z", re.DOTALL), error="must be 1 to 256 characters"
)
BASE_URL = validate.Regexp(
    re.compile(r"^(?:https?://[^\s?#@\\]+)?\Z"), error="must be an absolute http or https URL"
)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class JsonObject(fields.Field[Any]):
    """A JSON object, kept as it is."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("must be a JSON object")
        return value


def _string(check: validate.Validator, required: bool = True) -> fields.String:
    return fields.String(required=required, validate=check)


def _is_bundle(value: Json) -> None:
    """A lone order where the Bundle should be would go unjudged."""
    if value.get("resourceType", "Bundle") != "Bundle":
        raise ValidationError("must be a Bundle")


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE


class _Envelope(_Lenient):
    hook = _string(NOT_EMPTY)
    hookInstance = _string(NOT_EMPTY)
    context = JsonObject(required=True)
    prefetch = JsonObject(allow_none=True)
    fhirServer = fields.String(validate=BASE_URL, allow_none=True)
    fhirAuthorization = fields.Raw(allow_none=True)
    extension = JsonObject(allow_none=True)


class _PatientView(_Lenient):
    patientId = _string(PATIENT_ID)
    userId = fields.Raw(allow_none=True)


class _OrderSign(_PatientView):
    draftOrders = JsonObject(required=True, validate=_is_bundle)


class _OrderSelect(_OrderSign):
    selections = fields.List(fields.String(), allow_none=True)


ENVELOPE = _Envelope()
CONTEXTS: Mapping[str, Schema] = {
    "patient-view": _PatientView(),
    "order-sign": _OrderSign(),
    "order-select": _OrderSelect(),
}


def parse_body(raw: bytes) -> Json:
    """Bytes -> a JSON object.  Raises InvalidHookRequest for anything else."""
    try:
        body = strict_json.load(raw)
    except strict_json.BadJson as error:
        raise InvalidHookRequest(Issue(error.pointer, error.message)) from None
    if not isinstance(body, dict):
        raise InvalidHookRequest(Issue("", "must be a JSON object"))
    return body


def read_request(body: Json, hook: str) -> HookRequest:
    """Check the members of a request for one hook.

    Raises InvalidHookRequest that names every wrong member by JSON pointer, without values.
    """
    envelope = _load(ENVELOPE, body, "")
    if envelope["hook"] != hook:
        raise InvalidHookRequest(Issue("/hook", f"must be {hook} for this service"))
    context = _load(CONTEXTS[hook], envelope["context"], "/context")
    patient_id = context["patientId"].removeprefix("Patient/")
    authorization = _authorization(envelope)
    _check_token_patient(authorization, patient_id)
    selections = context.get("selections")
    return HookRequest(
        hook=hook,
        hook_instance=envelope["hookInstance"],
        patient_id=patient_id,
        user_reference=_user_reference(context.get("userId")),
        prefetch=envelope.get("prefetch"),
        draft_orders=context.get("draftOrders"),
        selections=None if selections is None else frozenset(selections),
        fhir_server=envelope.get("fhirServer") or "",
        access_token=_token(authorization),
        token_is_over=_is_over(authorization),
    )


def _load(schema: Schema, value: Json, base: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(value)
        return loaded
    except ValidationError as error:
        raise InvalidHookRequest(*_issues(error.messages, base)[:MOST_ISSUES]) from None


def _issues(messages: Any, base: str) -> list[Issue]:
    """marshmallow's nested messages as pointers; the messages hold no values."""
    if isinstance(messages, dict):
        return [i for name, inner in messages.items() for i in _issues(inner, f"{base}/{name}")]
    text = "; ".join(str(message) for message in messages)
    return [Issue(base, text.rstrip(".").replace("Missing data for required field", "is missing"))]


def _authorization(envelope: Json) -> Json:
    """What is no object gives no access; whatever was prefetched is judged all the same."""
    given = envelope.get("fhirAuthorization")
    return given if isinstance(given, dict) else {}


def _user_reference(user_id: object) -> str:
    """`Type/id`, also of an absolute URL; empty where nobody is named by whom an order could be."""
    match = _USER.fullmatch(user_id) if isinstance(user_id, str) else None
    return match[1] if match else ""


def _token(authorization: Json) -> str:
    token = authorization.get("access_token")
    return token if isinstance(token, str) else ""


def _is_over(authorization: Json) -> bool:
    """Whether `expires_in` leaves no life: a number with or without a fraction, also as text.

    Where it is not told, the FHIR server is to say whether the token is good.
    """
    life = authorization.get("expires_in")
    if life is None:
        return False
    written = f"{life:f}" if isinstance(life, float) else str(life)
    return not _SECONDS.fullmatch(written) or float(written) == 0


def _check_token_patient(authorization: Json, patient_id: str) -> None:
    """A token for another patient than the context's is refused, never used."""
    named = authorization.get("patient")
    if isinstance(named, str) and named and named.removeprefix("Patient/") != patient_id:
        raise InvalidHookRequest(
            Issue("/fhirAuthorization/patient", "is not the patient of the context")
        )
