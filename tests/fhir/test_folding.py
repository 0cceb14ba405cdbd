"""How a written text is levelled before it is compared, and cut into words."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.fhir.folding import fold
from service.fhir.names import words_of

# Letters and digits of several scripts, what is a number and neither, and what stands between.
SIGNS = "abé血ーば09٣๓²½Ⅷ .,-_/%()\u00a0"


def kind(sign: str) -> str:
    """A decimal digit, another letter or number, or neither."""
    return "digit" if sign.isdecimal() else "letter" if sign.isalnum() else ""


@given(st.text(SIGNS, max_size=12))
def test_a_digit_stands_apart_from_a_letter(written: str) -> None:
    folded = fold(written)

    beside = {kind(one) + kind(two) for one, two in pairwise(folded)}
    assert not beside & {"digitletter", "letterdigit"}
    assert fold(folded) == folded


def test_what_is_no_letter_stays_beside_a_digit() -> None:
    assert fold("B6 1.5mg/0,2ml (70%)") == "b 6 1.5 mg/0,2 ml (70%)"


@given(st.text(SIGNS + "".join(map(chr, range(128))), max_size=20))
def test_words_are_the_same_whatever_way_they_are_found(text: str) -> None:
    """ASCII alone is cut in another way, which is several times cheaper."""
    plain = unicodedata.normalize("NFC", text)
    found, beside_another_sign = words_of(plain), words_of(f"{plain} é")

    assert [*found, "é"] == beside_another_sign
    assert not any(re.search(r"\W", word) for word in found)
