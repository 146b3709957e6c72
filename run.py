#!/usr/bin/env python3
"""The front step: makes .venv once and then runs the command. Needs nothing but Python itself.

    python3 run.py demo        shows the whole way of a mail, on this machine alone
    python3 run.py test        runs every check; what follows `test` goes to pytest
    python3 run.py COMMAND     any command of privacybot; --help lists them

The syntax stays that of Python 3.6, so that an old Python can still say that it is too old.
"""

import contextlib
import glob
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "privacybot-stamp.json"
UNFINISHED = VENV / "privacybot-unfinished"
RUN_LOCK = HERE / "requirements.lock"
SOURCE_LOCK = HERE / "requirements-source.lock"  # the few that the package index has no wheel of
TEST_LOCK = HERE / "requirements-test.lock"  # holds everything in RUN_LOCK as well
WITH_TOOLS = ("test", "train")


def main(arguments: list) -> int:
    command = arguments[0] if arguments else "--help"
    obstacle = find_obstacle()
    if obstacle:
        say(obstacle)
        return 1
    try:
        with one_at_a_time():
            prepare(TEST_LOCK if command in WITH_TOOLS else RUN_LOCK)
    except subprocess.CalledProcessError:
        say(
            "Installeren mislukte; de regels hierboven zeggen waarom (is pypi.org bereikbaar?). Start dan opnieuw. / "
            "Installing failed; the lines above say why (can pypi.org be reached?). Then start again."
        )
        return 1
    if command == "test":
        return test(arguments[1:])
    return become([str(VENV / "bin" / "privacybot"), *(arguments or ["--help"])])


def become(command: list) -> int:
    """Replace this process, so that signals and the exit code are the command's own."""
    os.execv(command[0], command)
    return 0


def say(line: str) -> None:
    """To standard error: standard output belongs to the command."""
    print(line, file=sys.stderr, flush=True)


def find_obstacle() -> str:
    """Why we cannot start at all, in Dutch and English, or nothing."""
    if sys.platform == "win32":
        return (
            "privacybot draait op Linux (en voor demo en tests op macOS), niet op Windows; gebruik WSL. / "
            "privacybot runs on Linux (demo and tests on macOS too), not on Windows; use WSL."
        )
    if sys.version_info < (3, 11):
        found = ".".join(str(part) for part in sys.version_info[:3])
        return (
            f"privacybot wil Python 3.11 of nieuwer, dit is {found}; start bijvoorbeeld met python3.11 run.py / "
            f"privacybot wants Python 3.11 or newer, this is {found}; start for example with python3.11 run.py"
        )
    if not PYTHON.exists() and not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return (
            "Python mist zijn venv-module; installeer die met: apt-get install python3-venv / "
            "Python lacks its venv module; install it with: apt-get install python3-venv"
        )
    return ""


# The environment


@contextlib.contextmanager
def one_at_a_time():
    """Two starts at once do not build the same .venv; the lock is on our folder and ends with the process."""
    import fcntl  # noqa: PLC0415 - does not exist on Windows, which must get as far as its own message

    folder = os.open(str(HERE), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def prepare(lock: Path) -> None:
    """Bring .venv to what the lock file says; does nothing when the stamp says that it is there already."""
    if UNFINISHED.exists() or not PYTHON.exists() or stamp().get("place", str(HERE)) != str(HERE):
        remove()
    installed = stamp().get("installed", {})
    if installed.get(lock.name) == wanted(lock):
        return
    say(
        "Eenmalig: de omgeving wordt klaargezet in .venv, dat duurt ongeveer een minuut ... / "
        "Once only: setting up .venv, this takes about a minute ..."
    )
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip("--require-hashes", "--only-binary", ":all:", "--requirement", str(lock))
    if SOURCE_LOCK.exists():
        pip("--require-hashes", "--no-deps", "--no-build-isolation", "--requirement", str(SOURCE_LOCK))
    pip("--no-deps", "--no-build-isolation", "--editable", str(HERE))
    locks = (RUN_LOCK, TEST_LOCK) if lock == TEST_LOCK else (RUN_LOCK,)
    STAMP.write_text(json.dumps({"place": str(HERE), "installed": {one.name: wanted(one) for one in locks}}))
    UNFINISHED.unlink()


def remove() -> None:
    """Remove .venv, its interpreter first: what is left of a removal that was killed then counts as nothing."""
    with contextlib.suppress(OSError):
        PYTHON.unlink()
    shutil.rmtree(str(VENV), ignore_errors=True)


def stamp() -> dict:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def wanted(lock: Path) -> str:
    """Changes when a lock or the project file does."""
    files = [file for file in (lock, SOURCE_LOCK, HERE / "pyproject.toml") if file.exists()]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def pip(*arguments: str) -> None:
    """Install into .venv, whatever the user's own pip settings say about other places."""
    elsewhere = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")
    env = {name: value for name, value in os.environ.items() if name not in elsewhere}
    always = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location")
    subprocess.run([str(PYTHON), "-m", "pip", "install", *always, *arguments], check=True, env=env)


# The checks

MEMORY = Path("/dev/shm")  # noqa: S108 - only looked at; what is made there gets a random name
ENOUGH_BYTES = 4 * 1024**3

SERVERS = {  # Debian package: what shows that it is there
    "dovecot-imapd": ("/usr/lib/dovecot/imap", "/usr/libexec/dovecot/imap", "/opt/homebrew/libexec/dovecot/imap"),
    "dovecot-lmtpd": ("/usr/lib/dovecot/lmtp", "/usr/libexec/dovecot/lmtp", "/opt/homebrew/libexec/dovecot/lmtp"),
    "postgresql": ("/usr/lib/postgresql/*/bin/initdb", "initdb"),
    "p7zip-full": ("7z", "7zz"),
    "poppler-utils": ("pdftotext",),
    "chromium": ("chromium", "chromium-browser", "/Applications/Chromium.app/Contents/MacOS/Chromium"),
}


def test(pytest_arguments: list) -> int:
    """Run every check, even after one failed, and tell at the end what failed and what could not run."""
    missing = provide_servers()
    chosen = any(argument.startswith("-n") for argument in pytest_arguments)
    workers = [] if chosen else ["-n", "2", "--dist", "worksteal"]
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
        "pytest": ["-m", "pytest", "-p", "tests.no_skips", *workers, *pytest_arguments],
    }
    with scratch() as folder:
        failed = [name for name, arguments in checks.items() if not passes(name, arguments, folder)]
    for package in missing:
        say(f"not installed here: {package}; the tests that need it could not run (apt-get install {package})")
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


@contextlib.contextmanager
def scratch():
    """Where the tests put their files: in memory where there is room, for they write much and keep nothing."""
    with tempfile.TemporaryDirectory(prefix="pb-", dir=str(MEMORY) if roomy(MEMORY) else None) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own
        yield folder


def roomy(place: Path) -> bool:
    """Whether files can be written and programs started there, with room to spare."""
    try:
        there = os.statvfs(str(place))
    except OSError:
        return False
    room = there.f_bavail * there.f_frsize
    return os.access(str(place), os.W_OK) and not there.f_flag & os.ST_NOEXEC and room >= ENOUGH_BYTES


def passes(name: str, arguments: list, folder: str) -> bool:
    say(f"== {name}")
    begun = time.monotonic()
    ours = ("PRIVACYBOT_", "DATABASE_URL", "PORT", "CREDENTIALS_DIRECTORY")
    env = {variable: value for variable, value in os.environ.items() if not variable.startswith(ours)}
    env["TMPDIR"] = folder
    code = subprocess.run([str(PYTHON), *arguments], cwd=str(HERE), env=env).returncode
    if name == "pytest" and code == 5:
        say("pytest found no test at all, which counts as a failure")
    say(f"== {name}: {'passed' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - begun:.1f} s")
    return code == 0


def provide_servers() -> list:
    """Install missing test servers if we may, and return the packages that are still missing."""
    missing = missing_servers()
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return missing
    say(f"installing test servers: {' '.join(missing)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", *arguments], env=env, stdout=sys.stderr)
    return missing_servers()


def missing_servers() -> list:
    return [package for package, signs in SERVERS.items() if not any(glob.glob(s) or shutil.which(s) for s in signs)]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
