"""What the fault server does with the pages of an answer, added to the other scenarios."""

from __future__ import annotations

from functools import partial

import orjson

from tests.faults.scenarios import (
    SCENARIOS,
    body_drip,
    cut_length,
    fine,
    plays,
    refuse,
    silent,
    whole,
)
from tests.faults.server import Play, Talk


def page_to(talk: Talk, following: str, last: int = 2) -> bool:
    """Pages up to `last`; from there no link."""
    return talk.bundle(following if talk.seen.page < last else "")


@plays("paging-fine")
def paging(talk: Talk) -> bool:
    return page_to(talk, f"{talk.base}?page={talk.seen.page + 1}", last=4)


@plays("paging-relative")
def paging_relative(talk: Talk) -> bool:
    return page_to(talk, f"Observation?page={talk.seen.page + 1}", last=3)


@plays("paging-self")
def paging_self(talk: Talk) -> bool:
    return talk.bundle(f"{talk.server.origin}{talk.seen.target}")


@plays("paging-cycle")
def paging_cycle(talk: Talk) -> bool:
    return talk.bundle(f"{talk.base}/Observation?patient=ZZPHI-1&page={talk.seen.page % 3 + 1}")


@plays("paging-endless")
def paging_endless(talk: Talk) -> bool:
    return talk.bundle(f"{talk.base}?page={talk.seen.page + 1}")


@plays("paging-big")
def paging_big(talk: Talk) -> bool:
    return talk.bundle(f"{talk.base}?page={talk.seen.page + 1}", padding=" " * 60_000)


@plays("paging-full")
def paging_full(talk: Talk) -> bool:
    """A hundred members and a few."""
    link = f"{talk.base}?page={talk.seen.page + 1}"
    return talk.bundle(link, padding=[1] * 100)


def elsewhere(talk: Talk) -> dict[str, str]:
    """Links that lead out of the base, each in its own way."""
    origin, base = talk.server.origin, talk.base
    return {
        "host": f"{talk.server.other}/fine/Observation?page=2",
        "scheme": base.replace("http:", "https:") + "?page=2",
        "port": origin[:-1] + str((int(origin[-1]) + 1) % 10) + "/paging-out-port?page=2",
        "userinfo": f"http://127.0.0.1@{talk.server.other.removeprefix('http://')}/fine?page=2",
        "name": base.replace("127.0.0.1", "127.0.0.1.evil.test") + "?page=2",
        "sibling": f"{base}-other/Observation?page=2",
        "dots": f"{base}/../fine/Observation?page=2",
        "escaped-dots": f"{base}/%2e%2e/fine/Observation?page=2",
        "cut-dots": f"{base}/..;/fine/Observation?page=2",
        "long-dots": f"{base}/%c0%ae%c0%ae/fine/Observation?page=2",
        "backslash": f"{base}\\..\\fine?page=2",
        "no-scheme": f"{talk.server.other.removeprefix('http:')}/fine?page=2",
        "fragment": f"{base}?page=2#more",
        "newline": f"{base}?page=2\r\nHost: evil.test",
        "file": "file:///etc/passwd",
        "long": f"{base}?page=2&more=" + "a" * 9000,
    }


ELSEWHERE = (
    "host",
    "scheme",
    "port",
    "userinfo",
    "name",
    "sibling",
    "dots",
    "escaped-dots",
    "cut-dots",
    "long-dots",
    "backslash",
    "no-scheme",
    "fragment",
    "newline",
    "file",
    "long",
)


def leads_out(talk: Talk, way: str) -> bool:
    return page_to(talk, elsewhere(talk)[way])


for _name in ELSEWHERE:
    SCENARIOS[f"paging-out-{_name}"] = partial(leads_out, way=_name)


@plays("paging-unreadable")
def paging_unreadable(talk: Talk) -> bool:
    link = [{"relation": "next", "url": 7}]
    return talk.answer(orjson.dumps({"resourceType": "Bundle", "id": "1", "link": link}))


def second_page(talk: Talk, play: Play) -> bool:
    if talk.seen.page == 1:
        return talk.bundle(f"{talk.base}?page=2")
    return play(talk)


SECOND: dict[str, Play] = {
    "500": partial(refuse, status=500),
    "410": partial(refuse, status=410),
    "silent": silent,
    "drip": body_drip,
    "cut": cut_length,
    "html": partial(whole, body=b"<html>", kind="text/html"),
}
for _name, _play in SECOND.items():
    SCENARIOS[f"paging-then-{_name}"] = partial(second_page, play=_play)


@plays("mixed")
def mixed(talk: Talk) -> bool:
    """Every resource type behaves in its own way."""
    kind = talk.seen.target.split("/")[2].partition("?")[0]
    ways: dict[str, Play] = {
        "Observation": silent,
        "Condition": partial(refuse, status=403),
        "Procedure": partial(whole, body=b"<html>", kind="text/html"),
    }
    return ways.get(kind, fine)(talk)
