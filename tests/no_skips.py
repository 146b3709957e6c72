"""Says at the end which tests could not run and why; with CI=true that is a failure.

Loaded by `python3 run.py test` as a pytest plugin: `-p tests.no_skips`.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest


class NoSkips:
    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.longrepr)

    def _note(self, longrepr: object) -> None:
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        self.reasons[reason.removeprefix("Skipped: ")] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.reasons and strict() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section("could not run here" + (", which CI=true does not allow" if strict() else ""))
        for reason, count in self.reasons.most_common():
            terminalreporter.line(f"{count} x {reason}")


def strict() -> bool:
    return os.environ.get("CI", "").lower() in ("true", "1")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # in a worker of xdist the reports go to the main process
        config.pluginmanager.register(NoSkips(), "no-skips")
