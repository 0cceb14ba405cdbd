"""What the page on deployment says is what is tested."""

from __future__ import annotations

import re
import shlex

from tests.deploy.processes import GUNICORN, ROOT, SHIPPED_APP
from tests.deploy.proxy import SHIPPED

PAGE = ROOT / "service/server/deploy/README.md"
DEPLOY = PAGE.read_text("utf-8").partition("\n## Deploy\n")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DEPLOY, re.DOTALL)


def flags(command: str) -> set[str]:
    """The hardening of a `docker run`: each flag with its value."""
    words = shlex.split(command.replace("\\\n", " ").replace("\n#", " "))
    valued = ("--tmpfs", "--cap-drop", "--security-opt")
    return {
        f"{word} {following}" if word in valued else word
        for word, following in zip(words, [*words[1:], ""], strict=True)
        if word in (*valued, "--read-only")
    }


def test_what_is_shown_of_nginx_is_what_is_shipped() -> None:
    shipped = [line.partition("#")[0].strip() for line in SHIPPED.read_text("utf-8").splitlines()]
    shown = [line.strip() for line in blocks("nginx")[0].splitlines()]

    assert [line for line in shown if line not in shipped] == []


def test_the_command_that_starts_gunicorn_is_the_one_tested() -> None:
    tested = shlex.join([*GUNICORN[2:], SHIPPED_APP])

    assert [line for block in blocks("sh") for line in block.splitlines() if tested in line]


def test_the_container_s_flags_are_those_the_image_is_made_for() -> None:
    (run,) = [block for block in blocks("sh") if block.startswith("docker run")]
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").partition("ARG BASE")[0]
    made_for = [flags(part) for part in re.findall(r"docker run(?:.*\\\n)*.*", dockerfile)]

    assert made_for == [flags(run)] * 2
    assert len(flags(run)) == 4
