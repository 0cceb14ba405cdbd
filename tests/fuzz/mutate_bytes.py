"""Cheap damage to a request at the level of bytes: what a broken line or a hostile hand sends."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Change = Callable[[bytes, Random], bytes]
TOKENS = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"null", b"true", b"NaN", b"-Infinity",
    b"1e400", b"-0", b"01", b"1.", b"0x1F", b"9" * 5000, b"\x00", b"\x7f", b"\xff", b"\xc0\xaf",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\\u0000", b"\\ud800", b"\\udc00\\ud800",
    b"\\uD83D\\uDE00",
    b"\\x41", b"// c\n", b"/* c */", b"'", b"\r\n", b"\t", b"\x0b", b"\xc2\xa0", b"[" * 70,
    b"[" * 2000, b'{"a":' * 70, b'"a":1,', b'"hook":"x",', b'"patientId":"ZZPHI-other",',
    b'"__proto__":{},',
)  # fmt: skip
NUMBERS = (b"NaN", b"-Infinity", b"1e400", b"-0", b"01", b"1.", b"0x1F", b"9" * 5000, b"2E1")


def mutate_bytes(raw: bytes, random: Random) -> bytes:
    """One change at one place."""
    return random.choice(CHANGES)(raw, random)


def _cut(raw: bytes, random: Random) -> bytes:
    """Up to 64 bytes are lost."""
    at = random.randint(0, len(raw))
    return raw[:at] + raw[at + random.randint(1, 64) :]


def _end(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _repeat(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + raw[at : at + random.randint(1, 64)] + raw[at:]


def _flip(raw: bytes, random: Random) -> bytes:
    """One bit."""
    if not raw:
        return raw
    at = random.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]


def _insert(raw: bytes, random: Random) -> bytes:
    """A token anywhere."""
    at = random.randint(0, len(raw))
    return raw[:at] + random.choice(TOKENS) + raw[at:]


def _insert_value(raw: bytes, random: Random) -> bytes:
    """A token where a value or a member begins, so that the JSON may stay JSON."""
    at = raw.find(random.choice((b":", b"{", b"[", b",")), random.randint(0, len(raw)))
    return raw[: at + 1] + random.choice(TOKENS) + raw[at + 1 :]


def _replace_number(raw: bytes, random: Random) -> bytes:
    """Another spelling of a number, in place of one."""
    at = raw.find(b'"value":', random.randint(0, len(raw)))
    end = raw.find(b",", at)
    if at < 0 or end < 0:
        return _insert_value(raw, random)
    return raw[: at + 8] + random.choice(NUMBERS) + raw[end:]


def _recode(raw: bytes, random: Random) -> bytes:
    """Not UTF-8, or with a mark in front."""
    words = raw.decode("utf-8", "replace")
    return words.encode(random.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8-sig")))


CHANGES: tuple[Change, ...] = (
    _cut, _end, _repeat, _flip, _flip, _insert, _insert, _insert_value, _insert_value,
    _insert_value, _replace_number, _recode,
)  # fmt: skip
