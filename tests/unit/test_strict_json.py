"""The guard before any parsing of meaning: refused with a place and no value, or read whole."""

from __future__ import annotations

import json
import tracemalloc

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.strict_json import MOST_MEMBERS, BadJson, load

REFUSED = [
    (b'{"id":1,"id":1}', "/id", "is given twice"),
    (b'{ "id" : 1 , "id" : 1 }', "/id", "is given twice"),
    (b'{"id":1,"\\u0069d":2}', "/id", "is given twice"),
    (
        b'{"entry":[{"resource":{"id":1,"code":2,"id":1}}]}',
        "/entry/0/resource/id",
        "is given twice",
    ),
    # an escaped colon for the lost one
    (b'{"id":1,"id":2,"code":"\\u003a"}', "/id", "is given twice"),
    (b'{"id":1,"id":2,"code":"\\u003A"}', "/id", "is given twice"),
    (b'{"id":1,"id":2,"code":"\\\\\\u003a"}', "/id", "is given twice"),  # behind a backslash
    (b'{"id":"\\u003a","id":"\\\\u003a"}', "/id", "is given twice"),
    (b'{"id":1,"id":"::"}', "/id", "is given twice"),
    (b'{"id":[1,NaN]}', "/id/1", "is not a JSON number"),
    (b'{"id":-Infinity}', "/id", "is not a JSON number"),
    (b'{"id":{"code":1e400}}', "/id/code", "is a number too large to read"),
    (b'{"id":' + b"9" * 5000 + b"}", "/id", "is a number too large to read"),
    (b'{"id":{"code":"\\ud800"}}', "/id/code", "has a lone surrogate"),
    (b'{"id":{"\\udc00":1}}', "/id", "has a lone surrogate in a name"),
    (b"[" * 100_000, "", "is nested too deep"),
    (b"[" * 300 + b"]" * 300, "", "is nested too deep"),
    # names that no standard has may be a patient's own
    (b'{"Smith":1,"Smith":2}', "/*", "is given twice"),
    (b'{"context":{"1234567":{"id":NaN}}}', "/context/*/id", "is not a JSON number"),
]


@pytest.mark.hazard("C3", "C4", "C5")
@pytest.mark.parametrize(("raw", "pointer", "message"), REFUSED, ids=lambda v: repr(v)[:30])
def test_what_readers_differ_about_is_refused_by_its_place(
    raw: bytes, pointer: str, message: str
) -> None:
    with pytest.raises(BadJson) as caught:
        load(raw)

    assert (pointer, message) == (caught.value.pointer, caught.value.message)


@pytest.mark.hazard("C5")
@pytest.mark.parametrize("raw", [b"", b"{", b"\xef\xbb\xbf{}", '{"a":1}'.encode("utf-16"), b"\xff"])
def test_what_is_no_json_is_refused_by_its_byte(raw: bytes) -> None:
    with pytest.raises(BadJson, match=r"^is not JSON \(byte \d+\)$"):
        load(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a" :1, "b"\n: "x:y\\":\\\\"}',
        b'{"a":1.50,"b":1E2,"c":"\\u0041\\u003a"}',
        b'{"a" :"\\\\u003a","b":"\\\\\\u003A","\\u003a\\"":"\\n\\u003a"}',
        b'{"a":0.' + b"0" * 400 + b"1}",
        b'{"a":18446744073709551616}',
        '{"ü":"µkat/L","b":"\\/"}'.encode(),
    ],
)
def test_the_same_json_written_otherwise_is_read(raw: bytes) -> None:
    assert json.loads(raw) == pytest.approx(load(raw))


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
).filter(lambda value: _can_be_written(value))


@pytest.mark.hazard("C2")
def test_looking_for_the_place_takes_memory_by_size_and_not_by_depth() -> None:
    """A short body with many elements far down, refused for its last one."""

    def most_mib(depth: int) -> float:
        raw = b'{"abcdefgh":' * depth + b"[" + b"0," * 20_000 + b"NaN]" + b"}" * depth
        tracemalloc.start()
        with pytest.raises(BadJson, match="is not a JSON number"):
            load(raw)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most / 2**20

    assert most_mib(900) < 2 * most_mib(9)


def _can_be_written(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@given(JSON_VALUES, st.sampled_from([None, 1]), st.booleans())
def test_json_without_repeated_names_is_always_read(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()

    assert orjson.loads(raw) == load(raw)


@pytest.mark.hazard("C4")
@given(st.dictionaries(st.text(max_size=4), st.text(max_size=4), min_size=1), st.booleans())
def test_a_name_given_again_anywhere_is_always_seen(
    members: dict[str, str], ascii_only: bool
) -> None:
    """However the rest is written, colons and escapes included."""
    if not _can_be_written(members):
        return
    name = next(iter(members))
    text = json.dumps({"x": members}, ensure_ascii=ascii_only)
    again = f"{text[:-2]}, {json.dumps(name)}: 1}}}}"

    with pytest.raises(BadJson, match="is given twice"):
        load(again.encode())


MOST = MOST_MEMBERS


@pytest.mark.parametrize(
    "raw",
    [
        b"[" + b"0 , " * (MOST - 1) + b"0]",
        b"[" + b"{   }," * (MOST - 1) + b"[ ]]",
        b'{"text":"' + b",{[" * MOST + b'"}',
        b'{"text":"' + b'\\",' * MOST + b'"}',
    ],
    ids=["the most members", "the most empty containers", "one long text", "one escaped text"],
)
@pytest.mark.hazard("C7")
def test_what_only_looks_like_members_is_read(raw: bytes) -> None:
    assert load(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" + b"0 , " * MOST + b"0]",
        b"[" + b'{"":0},' * MOST + b"0]",
        b'{"a":"\\u003a","b":[' + b"[]," * MOST + b"[]]}",
        b"[" * (3 * MOST),
        b'{"' + b'","' * (3 * MOST),
    ],
    ids=["one too many", "members without a name", "beside an escape", "depth", "not JSON"],
)
@pytest.mark.hazard("C7")
def test_too_many_members_are_refused_in_any_shape(raw: bytes) -> None:
    with pytest.raises(BadJson, match=r"has more than 100000 members"):
        load(raw)


def test_no_object_is_made_of_what_has_too_many_members() -> None:
    raw = b"[" + b'{"":0},' * 500_000 + b"0]"
    tracemalloc.start()
    with pytest.raises(BadJson):
        load(raw)
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most_bytes < 1.2 * len(raw)
