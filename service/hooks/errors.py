"""Errors by what happened, and the OperationOutcome that says so without leaking anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.evaluation.errors import Issue

# FHIR issue codes of refusals that only a status describes.
CODES = {
    404: "not-found",
    405: "not-supported",
    413: "too-long",
    414: "too-long",
    415: "not-supported",
    431: "too-long",
}


class ServiceError(Exception):
    """What the caller is told.  status: HTTP.  code: FHIR issue-type."""

    status = 500
    code = "exception"
    headers: Mapping[str, str] = {}
    message = "The service failed; nothing was evaluated."

    def __init__(self, *issues: Issue, message: str = "", logged: Mapping[str, str] = {}) -> None:
        """logged: fields for the log line that the caller is not told."""
        super().__init__(message or self.message)
        self.issues, self.logged = issues, logged
        self.text = message or self.message

    def outcome(self) -> dict[str, Any]:
        return operation_outcome(self.code, self.text, self.issues)


class InvalidHookRequest(ServiceError):
    status = 400
    code = "invalid"
    message = "The request is not a CDS Hooks request this service can read."


class TooMuchToRead(ServiceError):
    """Within the limits on a body, and still more than one request may cost."""

    status = 413
    code = "too-costly"
    message = "The request holds more than is read of one chart."


class UnknownService(ServiceError):
    status = 404
    code = "not-found"
    message = "There is no such service here."


class Unauthorized(ServiceError):
    """Whatever is wrong with a token: one answer, so that nobody learns by trying."""

    status = 401
    code = "login"
    message = "A valid client token is needed."
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class TooManyFailures(ServiceError):
    status = 429
    code = "throttled"
    message = "Too many calls without a valid client token."
    headers: Mapping[str, str] = {"Retry-After": "60"}


class StoreUnavailable(ServiceError):
    """Whether a token was used before cannot be told, so nothing is answered."""

    status = 503
    code = "transient"
    message = "The service cannot verify callers now."
    headers: Mapping[str, str] = {"Retry-After": "5"}


class FeedbackNotKept(ServiceError):
    """The store is down: whoever reports should do so again."""

    status = 503
    code = "transient"
    message = "The service cannot keep feedback now."
    headers: Mapping[str, str] = {"Retry-After": "30"}


class NotObtainable(ServiceError):
    """Needed data was neither sent nor can be had: 412 Precondition Failed.

    gaps: (kind, prefetch key), for the record; the caller reads the issues.
    """

    status = 412
    code = "incomplete"
    message = "Data this service needs was neither sent nor can be obtained."

    def __init__(self, *issues: Issue, gaps: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(*issues)
        self.gaps = gaps


def operation_outcome(code: str, text: str, issues: tuple[Issue, ...] = ()) -> dict[str, Any]:
    """A FHIR OperationOutcome: one issue for each problem, with its place."""
    listed = [
        {
            "severity": "error",
            "code": code,
            "diagnostics": f"{issue.pointer or '/'}: {issue.message}",
            "expression": [expression(issue.pointer)],
        }
        for issue in issues
    ]
    whole = [{"severity": "error", "code": code, "diagnostics": text}]
    return {"resourceType": "OperationOutcome", "issue": listed or whole}


def status_outcome(status: int, reason: str) -> dict[str, Any]:
    """What a framework or a server refuses or fails at, in its own short words."""
    code = CODES.get(status, "invalid" if status < 500 else "exception")
    return operation_outcome(code, f"{status} {reason}")


def expression(pointer: str) -> str:
    """`/context/patientId` as the dotted path that OperationOutcome.expression holds."""
    return pointer.strip("/").replace("/", ".") or "$this"
