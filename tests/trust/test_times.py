"""When a token is good: to the second, on a clock that stands still."""

from __future__ import annotations

from typing import Any

import pytest

from service.settings import Client
from service.trust.claims import check_claims
from service.trust.refusal import Refused

NOW_S = 1_800_000_000
LEEWAY_S = Client().clock_leeway_s
URL = "https://cds.example.org/cds-services/hpp-order-sign"
CLIENT = Client(name="this-ehr", max_token_life_s=900)


def reason(client: Client = CLIENT, now_s: float = NOW_S, **claims: Any) -> str:
    """Why a token of these claims is refused now; empty where it is good."""
    whole = {"aud": URL, "exp": NOW_S + 300, "iat": NOW_S, "jti": "1", **claims}
    try:
        check_claims(whole, client, (URL,), now_s)
    except Refused as refused:
        return refused.reason.value
    return ""


@pytest.mark.hazard("A10")
@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": NOW_S - LEEWAY_S, "iat": NOW_S - 300}, "expired"),
        ({"exp": NOW_S - LEEWAY_S + 1, "iat": NOW_S - 300}, ""),
        ({"iat": NOW_S + LEEWAY_S}, ""),
        ({"iat": NOW_S + LEEWAY_S + 1}, "not-yet-valid"),
        ({"nbf": NOW_S + LEEWAY_S}, ""),
        ({"nbf": NOW_S + LEEWAY_S + 1}, "not-yet-valid"),
        ({"nbf": NOW_S - 300}, ""),  # Epic: five minutes before iat
        ({"exp": NOW_S + 900}, ""),
        ({"exp": NOW_S + 901}, "lifetime"),
        ({"exp": NOW_S + 10 * 365 * 86_400}, "lifetime"),
        ({"iat": NOW_S - 365 * 86_400}, "lifetime"),
        ({"iat": NOW_S - 601}, "lifetime"),
        ({"exp": NOW_S, "iat": NOW_S}, "lifetime"),
        ({"exp": NOW_S - 1, "iat": NOW_S}, "lifetime"),
        ({"exp": -1, "iat": -2}, "expired"),
        ({"exp": 2**63, "iat": NOW_S}, "lifetime"),
    ],
)
def test_a_token_is_good_between_its_times_and_for_so_long(
    claims: dict[str, int], expected: str
) -> None:
    assert expected == reason(**claims)


@pytest.mark.hazard("A10", "H20")
@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.999])
def test_a_second_s_fraction_never_shortens_a_token(fraction: float) -> None:
    last = {"exp": NOW_S - LEEWAY_S + 1, "iat": NOW_S - 300}

    assert reason(now_s=NOW_S + fraction, **last) == ""
    assert reason(now_s=NOW_S + 1.0, **last) == "expired"


@pytest.mark.hazard("A10")
def test_the_longest_life_is_the_client_s_own() -> None:
    short = Client(name="this-ehr", max_token_life_s=60)

    assert reason(short, exp=NOW_S + 60) == ""
    assert reason(short, exp=NOW_S + 61) == "lifetime"
