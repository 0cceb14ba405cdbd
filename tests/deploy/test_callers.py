"""`service.server.wsgi:app` as a hospital runs it: production, one EHR, two workers, nginx."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from fhir_fixtures import stories
from tests.deploy.processes import SHIPPED_APP, SIGN, Answer, Running, ask, gunicorn
from tests.deploy.proxy import NGINX, Proxy
from tests.deploy.test_gunicorn import held_by_the_master, reload
from tests.trust.callers import EHR, key_file

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc"),
]

BASE = "https://localhost"
STORY = stories()["persistently-low-adult"].request
SETTINGS = f"""
[site]
public_base_url = "{BASE}"
data_dir = "data"
trusted_proxies = 1

[[clients]]
name = "main-ehr"
issuer = "{EHR.issuer}"
jwks = "%s"
"""


@dataclass(frozen=True)
class Site:
    running: Running
    proxy: Proxy

    def call(self, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return ask(self.proxy.port, SIGN, STORY, self.proxy.tls, **headers)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    path = folder / "hpp-cds.toml"
    path.write_text(SETTINGS % key_file())
    running, port = gunicorn(folder, app=SHIPPED_APP, HPP_CDS_CONFIG=str(path))
    with Proxy(folder, upstream=port) as proxy:
        yield Site(running, proxy)
    running.stop()


def test_a_signed_call_is_answered_and_an_unsigned_one_is_not(site: Site) -> None:
    assert site.call(EHR.token(BASE + SIGN)).json["cards"]
    assert site.call("").status == 401


def test_a_token_is_spent_once_whichever_worker_it_reaches(site: Site) -> None:
    tokens = [EHR.token(BASE + SIGN) for _ in range(5)]
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(answer.status for answer in pool.map(site.call, tokens * 8))

    assert statuses == {200: 5, 401: 35}


def test_a_spent_token_stays_spent_through_a_reload(site: Site) -> None:
    token = EHR.token(BASE + SIGN)
    before = site.call(token).status
    reload(site.running)

    assert [before, site.call(token).status] == [200, 401]
    assert site.call(EHR.token(BASE + SIGN)).status == 200


def test_workers_open_the_store_themselves(site: Site) -> None:
    site.call(EHR.token(BASE + SIGN))

    assert held_by_the_master(site.running) == ["socket"]


def test_what_only_the_machine_itself_may_ask_says_that_it_is_ready(site: Site) -> None:
    assert ask(site.proxy.upstream, "/readyz").json["status"] == "ready"
