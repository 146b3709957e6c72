"""Another program on the same mails: django-helpdesk's `get_email`, in a throw-away environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

from servers.dovecot import Dovecot

_SETTINGS = """
SECRET_KEY = "benchmark"
INSTALLED_APPS = [
    *("django.contrib." + name for name in (
        "admin", "auth", "contenttypes", "sessions", "sites", "messages", "staticfiles", "humanize")),
    "rest_framework", "helpdesk",
]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "{place}/peer.sqlite"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SITE_ID = 1
USE_TZ = True
ROOT_URLCONF = "peer_urls"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
CONTEXTS = "django.template.context_processors.request django.contrib.auth.context_processors.auth".split()
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {{"context_processors": CONTEXTS}},
}}]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
MEDIA_ROOT = "{place}/media"
STATIC_URL = "/static/"
HELPDESK_TEAMS_MODE_ENABLED = False
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E404", "admin.E406", "admin.E409", "admin.E410"]
"""

_URLS = """
from django.contrib import admin
from django.urls import include, path
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk")), path("admin/", admin.site.urls)]
"""

_QUEUE = """
import django; django.setup()
from helpdesk.models import Queue
Queue.objects.create(title="info", slug="info", allow_email_submission=True, email_address="{address}",
    email_box_type="imap", email_box_host="{host}", email_box_port={port}, email_box_ssl=False,
    email_box_user="{user}", email_box_pass="{password}", email_box_imap_folder="INBOX", email_box_interval=0)
"""

_COUNT = """
import django; django.setup()
from helpdesk.models import FollowUp
print(FollowUp.objects.count())
"""


class Helpdesk:
    """django-helpdesk from the package index, with one queue on one mailbox."""

    def __init__(self, place: Path, dovecot: Dovecot, address: str) -> None:
        """Installs it. Raises CalledProcessError where that cannot be done."""
        self.dovecot = dovecot
        self._env = {**os.environ, "PYTHONPATH": str(place), "DJANGO_SETTINGS_MODULE": "peer_settings"}
        self._python = place / "venv" / "bin" / "python"
        (place / "peer_settings.py").write_text(_SETTINGS.format(place=place), encoding="utf-8")
        (place / "peer_urls.py").write_text(_URLS, encoding="utf-8")
        venv.create(place / "venv", with_pip=True)
        self._run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "django-helpdesk")
        self.version = self._run(
            "-c", "from importlib.metadata import version as v; print(v('django-helpdesk'))"
        ).strip()
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self._run(
            "-c",
            _QUEUE.format(
                address=address, host=dovecot.host, port=dovecot.port, user=dovecot.user, password=dovecot.password
            ),
        )

    def rate(self, count: int) -> float:
        """Mails a second of one `get_email` over the `count` mails in the mailbox, its start included."""
        before = self._kept()
        began = time.monotonic()
        self._run("-m", "django", "get_email", "--quiet")
        seconds = time.monotonic() - began
        assert self._kept() >= before + count, "the other program did not keep all mail"
        return count / seconds

    def _kept(self) -> int:
        return int(self._run("-c", _COUNT))

    def _run(self, *words: str) -> str:
        command = [str(self._python), *words]
        done = subprocess.run(command, env=self._env, capture_output=True, text=True)  # noqa: S603 - ourselves
        if done.returncode:
            print(done.stderr[-2000:], file=sys.stderr)
            done.check_returncode()
        return done.stdout
