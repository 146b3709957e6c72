"""The second reader: a language model behind an address of the operator's choice, asked one closed question a mail."""

from __future__ import annotations

import http.client
import ssl

from bot.mail.dialling import Cord
from bot.mail.lines import in_thread
from bot.mail.posting import Answer, FarAddressError, Place, place_of, post
from bot.mail.trust import client_context
from bot.settings import SecondOpinionSettings, SettingsError
from bot.triage.errors import NoOpinionError
from bot.triage.second_opinion import MOST_BYTES, labels_in, question

_KEY = "PRIVACYBOT_SECOND_OPINION_KEY"
_LATER = frozenset({408, 425, 429})


class SecondReader:
    """Asks; what it does not understand exactly is no answer. Nothing of an answer but labels gets out of here."""

    def __init__(self, settings: SecondOpinionSettings, key: str | None) -> None:
        """Raises SettingsError for an address or a key that cannot be used."""
        self._settings = settings
        self._place: Place = place_of(settings.url, "second_opinion.url")
        self._context: ssl.SSLContext | None = None
        if self._place.secure:
            self._context = client_context(settings.ca_file, "second_opinion.ca_file")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key is not None:
            if not (key.isascii() and key.isprintable() and " " not in key):
                raise SettingsError(f"{_KEY} holds signs that no key has; give it again")
            self._headers["Authorization"] = f"Bearer {key}"

    @property
    def name(self) -> str:
        """Which model is asked, and where."""
        return f"{self._settings.model} at {self._place.host}"

    async def ask(self, subject: str, text: str) -> frozenset[str]:
        """The labels that it gives; empty is none. Raises NoOpinionError.

        A cancelled question ends at once, or when the name of the server that is being looked up is found.
        """
        body = question(subject, text, model=self._settings.model, answer_format=self._settings.answer_format)
        cord = Cord()
        answer = await in_thread(lambda: self._answer(body, cord), cord.cut)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer.status)
        if not answer.whole:
            raise NoOpinionError(f"{self._place.host} sends too much, or breaks off")
        return labels_in(answer.body)

    def _answer(self, body: bytes, cord: Cord) -> Answer:
        settings, host = self._settings, self._place.host
        try:
            return post(
                self._place,
                body,
                self._headers,
                seconds=settings.timeout_seconds,
                most=MOST_BYTES,
                context=self._context,
                cord=cord,
            )
        except TimeoutError:
            raise NoOpinionError(f"{host} gives no answer in time", again=True) from None
        except FarAddressError:
            raise NoOpinionError(
                f"{host} is outside our own network: second_opinion.url must begin with https://"
            ) from None
        except (OSError, http.client.HTTPException) as fault:
            raise NoOpinionError(f"{host} cannot be reached ({type(fault).__name__})", again=True) from None

    def _refusal(self, status: int) -> NoOpinionError:
        host = self._place.host
        if status >= 500 or status in _LATER:
            return NoOpinionError(f"{host} gives no answer just now (HTTP {status})", again=True)
        if 300 <= status < 400:
            return NoOpinionError(f"{host} sends us elsewhere: correct second_opinion.url", again=True)
        mend = f"check second_opinion.url, model, answer_format and {_KEY}"
        return NoOpinionError(f"{host} refuses the question (HTTP {status}): {mend}", again=True)
