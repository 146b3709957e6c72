"""The front step and what ships: run.py on a fresh machine, the locks, the wheel, the Procfile."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
Done = subprocess.CompletedProcess[str]

# A project as small as can be, with a build backend of its own: installing it needs no network.
SMALL_PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
SMALL_BACKEND = """
import zipfile
INFO = "privacybot-0.1.0.dist-info/"
FILES = {
    "small.pth": "",
    "small_command.py": "import sys\\ndef main():\\n    print('ran', *sys.argv[1:])\\n    return 3\\n",
    INFO + "METADATA": "Metadata-Version: 2.1\\nName: privacybot\\nVersion: 0.1.0\\n",
    INFO + "WHEEL": "Wheel-Version: 1.0\\nGenerator: small\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    INFO + "entry_points.txt": "[console_scripts]\\nprivacybot = small_command:main\\n",
}
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "privacybot-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel_directory + "/" + name, "w") as wheel:
        for path, content in FILES.items():
            wheel.writestr(path, content)
        wheel.writestr(INFO + "RECORD", "".join(path + ",,\\n" for path in [*FILES, INFO + "RECORD"]))
    return name
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout of a very small project, with our own run.py."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(ROOT / "run.py", folder)
    (folder / "pyproject.toml").write_text(SMALL_PROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(SMALL_BACKEND, encoding="utf-8")
    (folder / "requirements.lock").write_text("# nothing\n", encoding="utf-8")
    return folder


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PIP_NO_INDEX": "1"}


def run(folder: Path, *arguments: str) -> Done:
    return subprocess.run(
        [sys.executable, folder / "run.py", *arguments],
        capture_output=True,
        text=True,
        env=environment(folder),
        timeout=100,
        check=False,
    )


def started_and_killed(folder: Path) -> None:
    """Kill the first start as soon as it is at work on .venv."""
    starting = subprocess.Popen(
        [sys.executable, folder / "run.py", "x"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(folder),
        start_new_session=True,
    )
    assert starting.stderr is not None
    with starting.stderr as said:
        said.readline()
        while not (folder / ".venv" / "bin" / "python").is_symlink():
            assert starting.poll() is None
        os.killpg(starting.pid, signal.SIGKILL)
        starting.wait()


def test_a_fresh_checkout_becomes_ready_even_after_a_killed_start_and_is_fast_from_then_on(fresh: Path) -> None:
    started_and_killed(fresh)
    assert (fresh / ".venv" / "privacybot-unfinished").exists()

    first = run(fresh, "one", "two")
    begun = time.monotonic()
    second = run(fresh, "three")

    assert (first.returncode, first.stdout) == (3, "ran one two\n"), first.stderr
    assert "Eenmalig" in first.stderr
    assert "Once only" in first.stderr
    assert (second.returncode, second.stdout, second.stderr) == (3, "ran three\n", "")
    assert time.monotonic() - begun < 2


def test_a_failed_installation_is_told_in_one_line_and_leaves_nothing_that_looks_finished(fresh: Path) -> None:
    (fresh / "requirements.lock").write_text("no-such-package==1.0 --hash=sha256:" + "0" * 64, encoding="utf-8")

    failed = run(fresh, "one")

    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "Installeren mislukte" in failed.stderr
    assert not (fresh / ".venv" / "privacybot-stamp.json").exists()


def run_in(fresh: Path, state: str) -> Done:
    """Run run.py in an interpreter that takes itself for another one."""
    program = f"import runpy, sys; {state}; sys.argv = ['run.py']; runpy.run_path('run.py', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=fresh, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize(
    ("state", "dutch", "english"),
    [
        ("sys.version_info = (3, 10, 13, 'final', 0)", "wil Python 3.11 of nieuwer", "wants Python 3.11 or newer"),
        ("sys.platform = 'win32'", "niet op Windows", "not on Windows"),
        ("sys.modules['ensurepip'] = None", "mist zijn venv-module", "apt-get install python3-venv"),
        ("sys.modules['venv'] = None", "mist zijn venv-module", "apt-get install python3-venv"),
    ],
)
def test_what_stands_in_the_way_is_told_in_one_line_in_dutch_and_english(
    fresh: Path, state: str, dutch: str, english: str
) -> None:
    refused = run_in(fresh, state)

    assert refused.returncode == 1
    assert refused.stdout == ""
    (line,) = refused.stderr.splitlines()
    assert dutch in line
    assert english in line
    assert not (fresh / ".venv").exists()


def test_an_old_python_can_still_read_run_py() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")

    tree = ast.parse(source, feature_version=(3, 6))

    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names | {"importlib.util"}


# python3 run.py test


def script(path: Path, content: str) -> Path:
    path.write_text(f"#!/bin/sh\n{content}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run_with(tmp_path: Path, program: str) -> Done:
    """Run a few lines with `run` imported, as root, on a machine that has nothing but what lies in tmp_path/bin."""
    return subprocess.run(
        [sys.executable, "-c", f"import os, pathlib, run; os.geteuid = lambda: 0; {program}"],
        env={"PATH": str(tmp_path / "bin"), "PYTHONPATH": str(ROOT), "PRIVACYBOT_SERVICE__PORT": "1", "PORT": "1"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


NOTHING_INSTALLED = "run.SERVERS = {'dovecot-imapd': ('/nowhere/imap',), 'poppler-utils': ('pdftotext',)}"


def test_missing_test_servers_are_installed_by_root_and_announced(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    pdftotext = tmp_path / "bin" / "pdftotext"
    script(
        tmp_path / "bin" / "apt-get", f'echo "$@" >> {tmp_path}/asked; echo > {pdftotext}; /bin/chmod +x {pdftotext}'
    )

    done = run_with(tmp_path, f"{NOTHING_INSTALLED}; print(run.provide_servers())")

    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["update -qq", "install -qq -y --no-install-recommends dovecot-imapd poppler-utils"]
    assert "installing test servers: dovecot-imapd poppler-utils" in done.stderr
    assert done.stdout == "['dovecot-imapd']\n"


def test_where_nothing_can_be_installed_the_missing_servers_are_named(tmp_path: Path) -> None:
    python = script(tmp_path / "python", "exit 0")

    done = run_with(tmp_path, f"{NOTHING_INSTALLED}; run.PYTHON = '{python}'; print(run.test([]))")

    assert done.stdout == "0\n"
    assert "not installed here: dovecot-imapd; the tests that need it could not run" in done.stderr
    assert "all checks passed" in done.stderr


def test_every_check_runs_even_after_a_failure_and_what_failed_is_told_at_the_end(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    python = script(
        tmp_path / "python",
        f'echo "$PORT$PRIVACYBOT_SERVICE__PORT$@" >> {calls}\ncase "$*" in *mypy*) exit 1;; *pytest*) exit 5;; esac',
    )

    done = run_with(tmp_path, f"run.SERVERS = {{}}; run.PYTHON = '{python}'; print(run.test(['-k', 'nothing']))")

    assert done.stdout == "1\n"
    assert [line.split()[1] for line in calls.read_text(encoding="utf-8").splitlines()] == [
        "ruff",
        "ruff",
        "mypy",
        "from",
        "pytest",
    ]
    assert (
        calls.read_text(encoding="utf-8").splitlines()[-1]
        == "-m pytest -p tests.no_skips -n 2 --dist worksteal -k nothing"
    )
    assert "found no test at all" in done.stderr
    assert done.stderr.splitlines()[-1] == "failed: mypy, pytest"


# The locks


def locked(name: str) -> dict[str, set[str]]:
    """Package and its versions; one has several when it depends on the version of Python."""
    pins: dict[str, set[str]] = {}
    lines = [(ROOT / file).read_text(encoding="utf-8").splitlines() for file in (name, "requirements-source.lock")]
    for line in chain.from_iterable(lines):
        if pin := re.match(r"([A-Za-z0-9._-]+)==(\S+)", line):
            pins.setdefault(canonicalize_name(pin[1]), set()).add(pin[2])
    return pins


def declared(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    return [Requirement(line) for line in lines + (project["dependency-groups"]["dev"] if dev else [])]


@pytest.mark.parametrize(("name", "dev"), [("requirements.lock", False), ("requirements-test.lock", True)])
def test_the_lock_pins_everything_that_the_project_declares(name: str, dev: bool) -> None:
    pins = locked(name)

    for requirement in declared(dev=dev):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {name}: make it again (docs/development.md)"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_tests_run_on_what_is_shipped() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-test.lock").items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-source.lock"])
def test_every_pin_has_hashes_and_comes_from_the_package_index(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8"))

    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
    assert [block for block in blocks if not re.match(r"#|[A-Za-z0-9._-]+==", block)] == []


# What is written about it


def test_the_readme_gives_every_dependency_its_reason() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Dependencies")[2]
    named = {word for row in re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE) for word in row.split(", ")}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {Requirement(line).name for line in project["dependencies"]} <= named


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda page: page.name)
def test_every_link_and_every_file_that_the_documentation_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    files = re.findall(r"`((?:bot|config|templates|tests|docs)/[\w./-]+)`", text)

    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [file for file in files if not (ROOT / file).exists()]
    assert missing == []


def test_every_command_that_the_readme_names_exists() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Commands")[2].partition("\n## ")[0]
    rows = table[table.index("| for |") :]

    named = {command.split()[0] for command in re.findall(r"`([a-z][a-z -]+)`", rows)}
    existing = set(re.findall(r"^│ ([a-z][a-z-]+) ", helped.stdout, flags=re.MULTILINE))
    assert named == existing


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (built,) = folder.glob("*.whl")
    return built


def shipped_files(folder: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    return set(listed.stdout.split())


@pytest.mark.parametrize("folder", ["config", "templates"])
def test_the_wheel_contains_all_of_config_and_templates(wheel: Path, folder: str) -> None:
    with zipfile.ZipFile(wheel) as opened:
        inside = set(opened.namelist())

    files = shipped_files(folder)
    assert files
    assert {f"bot/_data/{file}" for file in files} <= inside


def test_the_wheel_contains_no_tests_and_nothing_that_a_run_left_behind(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        inside = opened.namelist()

    assert {name.split("/")[0] for name in inside} == {"bot", "privacybot-0.1.0.dist-info"}
    assert not [name for name in inside if name.endswith((".pyc", ".sqlite3"))]


def test_privacybot_runs_from_the_wheel_with_the_wheels_own_config(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "installed")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path / "installed")}
    program = (
        "from bot.configuration import load_settings\n"
        "from bot.settings import default_config_dir, templates_dir\n"
        "load_settings(default_config_dir(), {'PRIVACYBOT_SERVICE__ENVIRONMENT': 'test'})\n"
        "print(default_config_dir(), templates_dir(), sep='\\n')"
    )

    told = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60
    )
    helped = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "--help"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60
    )

    data = tmp_path / "installed" / "bot" / "_data"
    assert told.stdout.splitlines() == [str(data / "config"), str(data / "templates")], told.stderr
    assert helped.returncode == 0, helped.stderr
    assert "check-config" in helped.stdout


# The commands

HEAVY = {"typst", "pikepdf", "numpy", "sqlalchemy", "uvicorn", "babel", "holidays", "justhtml", "sklearn", "psycopg"}


def test_help_answers_without_loading_what_only_some_commands_need() -> None:
    helped = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in helped.stderr.splitlines() if "|" in line}
    assert helped.returncode == 0, helped.stderr[-2000:]
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_every_role_of_the_procfile_is_a_command() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    roles = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
    assert set(roles) == {"web", "worker", "watcher", "receiver", "release"}
    for command in roles.values():
        program, name = command.split()
        assert program == "privacybot"
        assert re.search(rf"\b{name}\b", helped.stdout), f"privacybot {name} is not a command"


def test_ci_runs_the_same_checks_and_allows_no_skips() -> None:
    ci = ROOT / ".ci" / "run"

    assert os.access(ci, os.X_OK)
    assert "export CI=true" in ci.read_text(encoding="utf-8")
    assert "run.py test" in ci.read_text(encoding="utf-8")


# Skips

SKIPPING = """
import pytest
def test_that_runs(): assert 1 + 1 == 2
@pytest.mark.skipif(True, reason="no dovecot here")
def test_that_cannot(): raise AssertionError
@pytest.mark.xfail(strict=True)
def test_that_is_known_to_fail(): assert 1 + 1 == 3
"""


def judged(folder: Path, ci: str, source: str, *more: str) -> Done:
    (folder / "test_some.py").write_text(source, encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), "CI": ci}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.no_skips", "-p", "no:cacheprovider", *more]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_skipped_test_is_a_failure_in_ci(tmp_path: Path, workers: tuple[str, ...]) -> None:
    result = judged(tmp_path, "true", SKIPPING, *workers)

    assert result.returncode == 1, result.stdout
    assert "1 x no dovecot here" in result.stdout


def test_a_skipped_test_elsewhere_is_listed_with_its_reason(tmp_path: Path) -> None:
    result = judged(tmp_path, "", SKIPPING)

    assert result.returncode == 0, result.stdout
    assert "could not run here" in result.stdout
    assert "1 x no dovecot here" in result.stdout


def test_a_whole_file_that_skips_itself_is_a_failure_in_ci(tmp_path: Path) -> None:
    source = "import pytest\npytest.skip('no postgresql here', allow_module_level=True)\n"

    result = judged(tmp_path, "true", f"{SKIPPING}", "--deselect", "test_some.py::test_that_cannot")
    whole = judged(tmp_path, "true", source)

    assert result.returncode == 0, result.stdout
    assert whole.returncode != 0, whole.stdout
    assert "no postgresql here" in whole.stdout
