"""psycopg 3, used beside what is guarded: by psycopg_pool, by hand, by a wrapper of Django that somebody kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import refused
from ..guard import ShadowGuard
from .engine import is_borrowing, known_connections


def refuse_bare_psycopg(guard: ShadowGuard) -> Callable[[], None]:
    """In shadow work, everything that reaches a server by a connection of psycopg 3 which is not behind a guarded engine is
    refused, reads as well: nobody would roll it back. Call it after `guard_sqlalchemy` and `guard_django`. Returns what takes it away again.
    """
    import psycopg

    undo: list[Callable[[], None]] = []
    for kind in (psycopg.Connection, psycopg.AsyncConnection):
        original = kind.wait

        def check(connection: Any) -> None:
            if guard.is_shadow and connection not in known_connections and not is_borrowing.get():
                raise refused("psycopg is used here without a guarded engine; shadow work must not")

        if kind is psycopg.Connection:

            def wait(self: Any, *args: Any, _original: Any = original, _check: Any = check, **kwargs: Any) -> Any:
                _check(self)
                return _original(self, *args, **kwargs)
        else:

            async def wait(self: Any, *args: Any, _original: Any = original, _check: Any = check, **kwargs: Any) -> Any:
                _check(self)
                return await _original(self, *args, **kwargs)

        kind.wait = wait  # type: ignore[method-assign]
        undo.append(lambda kind=kind, original=original: setattr(kind, "wait", original))

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all
