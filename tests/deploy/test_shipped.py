"""What is shipped beside nginx.conf: compose file, systemd unit and Helm chart."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from fhir_fixtures import stories
from service.commands.check import check_all
from service.settings import load_settings
from tests.deploy.processes import SIGN, Running, ask, gunicorn
from tests.deploy.proxy import NGINX, ROOT, SHIPPED, Proxy
from tests.deploy.test_readme import flags
from tests.store.databases import Postgres
from tests.trust.callers import EHR

DEPLOY = ROOT / "service/server/deploy"
CHART = DEPLOY / "chart"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
UNIT = (DEPLOY / "hpp-cds.service").read_text("utf-8")
STORY = stories()["persistently-low-adult"].request


# Compose


def test_both_replicas_run_as_the_container_line_says() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").partition("ARG BASE")[0]
    line = re.findall(r"docker run(?:.*\\\n)*.*", dockerfile)[-1]
    one, two = COMPOSE["services"]["one"], COMPOSE["services"]["two"]

    assert one == two
    assert flags(line) == {
        *(f"--tmpfs {place}" for place in one["tmpfs"]),
        *(f"--cap-drop {each}" for each in one["cap_drop"]),
        *(f"--security-opt {each.removesuffix(':true')}" for each in one["security_opt"]),
        *(["--read-only"] if one["read_only"] else []),
    }
    assert one["environment"]["HPP_CDS_CONFIG"] == "/etc/hpp-cds/hpp-cds.toml"


def test_the_documented_settings_are_read(tmp_path: Path) -> None:
    """tests/container.sh starts the image with them."""
    page = (DEPLOY / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "hpp-cds.toml").write_text(shown)
    (tmp_path / "keys.json").write_text('{"keys": []}')
    settings = load_settings(tmp_path / "hpp-cds.toml")

    assert settings.mode == "production"
    assert [client.name for client in settings.clients] == ["main-ehr"]


def test_the_settings_that_the_compose_file_asks_for_have_no_fault(tmp_path: Path) -> None:
    """Those of the page, with the store of which it speaks, as `hpp-cds check` reads them."""
    page = (DEPLOY / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (store,) = re.findall(r"`\[store\] (url = \"\S+\")`", page)
    store = f'[store]\n{store}\npseudonym_key = "pseudonym.key"\n'
    (tmp_path / "hpp-cds.toml").write_text(f"{shown}\n{store}")
    (tmp_path / "pseudonym.key").write_text("0f" * 32)
    (tmp_path / "keys.json").write_text(json.dumps(EHR.key_set()))
    report = check_all(tmp_path / "hpp-cds.toml", offline=True)
    named = make_url(load_settings(tmp_path / "hpp-cds.toml").store_url)
    server = COMPOSE["services"]["store"]["environment"]

    assert report.faults == ()
    assert (named.host in COMPOSE["services"], named.username, named.database) == (
        True, server["POSTGRES_USER"], server["POSTGRES_DB"],
    )  # fmt: skip


def test_docker_compose_reads_the_file(tmp_path: Path) -> None:
    tool = shutil.which("docker-compose")
    if tool is None:
        pytest.skip("docker-compose is not installed; tests/lint.sh brings it")
    command = [tool, "-f", str(DEPLOY / "compose.yml"), "--project-directory", str(ROOT), "config"]
    read = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (read.returncode, read.stderr) == (0, "")
    assert set(yaml.safe_load(read.stdout)["services"]) == {"one", "two", "proxy", "store"}


@dataclass(frozen=True)
class Site:
    """nginx with the upstream of the compose file, two replicas, and one database."""

    proxy: Proxy
    replicas: tuple[Running, Running]

    def sign(self) -> Any:
        return ask(self.proxy.port, SIGN, STORY, self.proxy.tls)


def upstream_of(command: list[str], text: str, folder: Path) -> str:
    """The shipped configuration after the sed of the compose file."""
    (folder / "shipped.conf").write_text(text)
    expression = re.findall(r"sed '([^']+)'", command[-1])[0]
    done = subprocess.run(
        ["sed", expression, str(folder / "shipped.conf")],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def site(tmp_path: Path, cluster: Postgres) -> Iterator[Site]:
    if NGINX is None:
        pytest.skip("nginx is not installed")
    config = tmp_path / "hpp-cds.toml"
    key = tmp_path / "pseudonym.key"
    key.write_text("0f" * 32)
    with ExitStack() as stack:
        config.write_text(
            f'[site]\nmode = "development"\ntrusted_proxies = 1\n'
            f'[store]\nurl = "{cluster.url}"\npseudonym_key = "{key}"\n'
        )
        started = [gunicorn(tmp_path, 1, HPP_CDS_CONFIG=str(config)) for _ in range(2)]
        for running, _ in started:
            stack.callback(running.stop)
        proxy = Proxy(tmp_path, started[0][1])
        both = "".join(f"server 127.0.0.1:{port}; " for _, port in started)
        one = f"server 127.0.0.1:{started[0][1]};"
        path = tmp_path / "nginx.conf"
        path.write_text(path.read_text("utf-8").replace(one, both.strip()), "utf-8")
        stack.enter_context(proxy)
        yield Site(proxy, (started[0][0], started[1][0]))


def test_the_compose_file_s_upstream_is_both_replicas(tmp_path: Path) -> None:
    command = COMPOSE["services"]["proxy"]["command"]
    made = upstream_of(command, SHIPPED.read_text("utf-8"), tmp_path)

    assert "server one:5000; server two:5000;" in made
    assert "127.0.0.1:8000" not in made


def test_two_replicas_share_a_database_and_one_may_end(site: Site) -> None:
    """Feedback reaches a card of either; a call is handed to the other where one is not there."""
    answers = [site.sign() for _ in range(4)]
    cards = [answer.json["cards"][0]["uuid"] for answer in answers]
    item = {"outcome": "overridden", "outcomeTimestamp": "2026-03-01T00:00:00Z"}
    for card in cards:
        told = ask(
            site.proxy.port,
            f"{SIGN}/feedback",
            {"feedback": [{"card": card, **item}]},
            site.proxy.tls,
        )
        assert told.status == 200, told.body
    assert all('"unmatched": 1' not in running.said for running in site.replicas)
    site.replicas[0].stop()
    with ThreadPoolExecutor(4) as pool:
        after = [answer.status for answer in pool.map(lambda _: site.sign(), range(20))]

    assert after == [200] * 20


# systemd


def test_the_unit_starts_gunicorn_as_the_page_does() -> None:
    page = (DEPLOY / "README.md").read_text("utf-8")
    started = re.findall(r"^ExecStart=\S+/gunicorn (.*)$", UNIT, re.MULTILINE)

    assert started
    assert f"gunicorn {started[0]}" in page
    assert "RestartPreventExitStatus=78" in UNIT


def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    """With a program and a user that are here; all else as shipped."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    here = UNIT.replace("/opt/hpp-cds/bin/gunicorn", "/bin/true")
    here = re.sub(r"^(User|Group)=hpp-cds$", r"\1=root", here, flags=re.MULTILINE)
    (tmp_path / "hpp-cds.service").write_text(here)
    read = subprocess.run(
        [analyze, "verify", str(tmp_path / "hpp-cds.service")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (read.returncode, read.stderr) == (0, "")


# Helm


def test_every_value_that_a_template_takes_is_there() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    templates = [path.read_text("utf-8") for path in sorted((CHART / "templates").iterdir())]
    taken = {name for text in templates for name in re.findall(r"\.Values\.([A-Za-z.]+)", text)}

    assert {"apiVersion", "name", "version", "appVersion"} <= chart.keys()
    assert len(templates) == 3
    for name in taken:
        found = values
        for part in name.split("."):
            assert part in found, name
            found = found[part]
    assert values["replicas"] >= 2


@pytest.fixture(scope="module")
def rendered() -> list[dict[str, Any]]:
    """What Helm's own engine makes of the chart, which it checks first."""
    reason = (
        "helm-python-sdk, Helm's engine as a package, is not installed; tests/lint.sh brings it"
    )
    helm = pytest.importorskip("helm_python", reason=reason)
    values = {"nginxConf": SHIPPED.read_text("utf-8")}
    assert helm.lint(str(CHART), values)["errors"] == []
    with helm.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="hpp-cds").values()
        return [part for text in texts for part in yaml.safe_load_all(text) if part]


def test_helm_renders_two_replicas_nginx_and_postgresql(rendered: list[dict[str, Any]]) -> None:
    kinds = sorted((part["kind"], part["metadata"]["name"]) for part in rendered)

    assert kinds == [
        ("ConfigMap", "hpp-cds-proxy"),
        ("Deployment", "hpp-cds"),
        ("Deployment", "hpp-cds-proxy"),
        ("PodDisruptionBudget", "hpp-cds"),
        ("Service", "hpp-cds"),
        ("Service", "hpp-cds-proxy"),
        ("Service", "hpp-cds-store"),
        ("StatefulSet", "hpp-cds-store"),
    ]
    assert [part["spec"]["replicas"] for part in rendered if part["kind"] == "Deployment"] == [2, 2]
    (proxy,) = [part for part in rendered if part["kind"] == "ConfigMap"]
    expected = SHIPPED.read_text("utf-8").replace("127.0.0.1:8000;", "hpp-cds:5000;")
    assert proxy["data"]["nginx.conf"] == expected


def test_the_schemas_of_kubernetes_accept_what_is_rendered(rendered: list[dict[str, Any]]) -> None:
    reason = "kubernetes-validate is not installed; tests/lint.sh brings it"
    kubernetes = pytest.importorskip("kubernetes_validate", reason=reason)
    for part in rendered:
        kubernetes.validate(part, "1.37", strict=True)


def test_the_replicas_have_the_password_of_the_store(rendered: list[dict[str, Any]]) -> None:
    """In the environment: libpq takes no password file that a group may read, as a Secret's is."""
    named = {
        variable["name"]: variable.get("value") or variable["valueFrom"]["secretKeyRef"]
        for part in rendered
        if part["kind"] in ("Deployment", "StatefulSet")
        for variable in part["spec"]["template"]["spec"]["containers"][0].get("env", ())
    }

    assert named["PGPASSWORD"] == named["POSTGRES_PASSWORD"] == {
        "name": "hpp-cds-store", "key": "password",
    }  # fmt: skip
    assert "PGPASSFILE" not in named
    assert named["HPP_CDS_CONFIG"] == "/etc/hpp-cds/hpp-cds.toml"
