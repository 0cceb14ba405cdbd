"""What was played is printed at the end of a test run, with the seed that plays it again."""

from __future__ import annotations

import pytest

PLAYED: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if PLAYED:
        terminalreporter.write_sep("=", "fuzzing")
        terminalreporter.write_line("\n".join(PLAYED))
