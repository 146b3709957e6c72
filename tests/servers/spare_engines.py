"""Engines of archives that were closed, used again: a journey opens its archive anew for each step and command.

What an engine has compiled is half of what opening it costs; its connections are always new ones.
"""

from __future__ import annotations

from sqlalchemy import URL, Engine, event

from bot.store.engines import make_engine

_MOST = 8  # of them are kept, the latest
_Key = tuple[URL, float]


class SpareEngines:
    """Stands in for `make_engine`. Two archives that are open at the same time never share an engine.

    Each archive gets a face of its own of the engine, and only who has it now gives it back by closing.
    """

    def __init__(self) -> None:
        self._spare: dict[_Key, Engine] = {}
        self._lent: dict[Engine, Engine] = {}  # the face that an archive has, and the engine behind it

    def __call__(self, address: URL, busy_seconds: float) -> Engine:
        key = (address, busy_seconds)
        engine = self._spare.pop(key, None) or self._fresh(key)
        face = engine.execution_options()
        self._lent[face] = engine
        return face

    def _fresh(self, key: _Key) -> Engine:
        engine = make_engine(*key)

        @event.listens_for(engine, "engine_disposed")
        def disposed(face: Engine) -> None:
            if (given_back := self._lent.pop(face, None)) is not None:
                self._keep(key, given_back)

        return engine

    def _keep(self, key: _Key, engine: Engine) -> None:
        self._spare[key] = engine
        while len(self._spare) > _MOST:
            del self._spare[next(iter(self._spare))]
