"""Django's own database layer: `connection`, the ORM, raw cursors, over psycopg 3 and psycopg2.

In shadow work the name of a database leads to another wrapper of the same kind, whose connection is pretended: Django
believes to commit, and commits savepoints. What it does beside (pooling, persistent connections) stays with real work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ..errors import refused, usage
from ..guard import ShadowGuard
from .engine import is_borrowing, known_connections
from .session import ShadowDbapiConnection
from .transaction import ShadowTransaction


def guard_django(guard: ShadowGuard, *, max_transaction_ms: float = 30_000) -> Callable[[], None]:
    """Guards `django.db.connections`. All that one piece of shadow work (a request) asks a database goes over one connection
    and in one transaction, which is rolled back when the work ends; databases other than PostgreSQL cannot be used in it. Call
    it once, where the application is made (`wsgi.py`, `asgi.py`). Returns what takes it away again.

    max_transaction_ms: as for `guard_sqlalchemy`. Default: 30 s.
    """
    from django.db import connections

    if not max_transaction_ms > 0:
        raise usage("max_transaction_ms must be more than 0")
    databases = _ShadowDatabases(guard, connections, max_transaction_ms)
    # Looked up by the class: an instance's own method would not be asked.
    handler: Any = type(connections)
    original = handler.__getitem__

    def getitem(self: Any, alias: str) -> Any:
        if self is connections and guard.is_shadow and alias in self.settings:
            return databases.wrapper_of(alias)
        return original(self, alias)

    handler.__getitem__ = getitem
    guard.cover("postgres")

    def undo() -> None:
        handler.__getitem__ = original

    return undo


class _ShadowDatabases:
    def __init__(self, guard: ShadowGuard, connections: Any, max_ms: float) -> None:
        self._guard = guard
        self._connections = connections
        self._max_ms = max_ms
        # What a scope keeps its work under, by alias.
        self._owners: dict[str, object] = {}
        self._threads = threading.local()

    def wrapper_of(self, alias: str) -> Any:
        owner = self._owners.setdefault(alias, object())
        scope = self._guard.scope
        if scope is None or scope.ended:
            return self._work_of_thread(alias).wrapper()
        return scope.resource(owner, lambda: self._work(alias)).wrapper()

    def _work_of_thread(self, alias: str) -> _Work:
        """Work without an end of its own (`SHADOW_MODE=true`: a command, a thread) is rolled back now and then, before the
        database cuts it off for its age."""
        works: dict[str, _Work] = self._threads.__dict__
        known = works.get(alias)
        if known and known.age_ms > self._max_ms / 2 and not known.wrapper().in_atomic_block:
            known.close()
            known = None
        if known is None:
            known = works[alias] = self._work(alias)
        return known

    def _work(self, alias: str) -> _Work:
        return _Work(self._guard, lambda: self._connections.create_connection(alias), self._max_ms)


class _Work:
    """The transaction of some shadow work on one database, and its wrapper in each thread: Django's are for one thread."""

    def __init__(self, guard: ShadowGuard, create: Callable[[], Any], max_ms: float) -> None:
        self._guard = guard
        self._create = create
        self._wrappers: dict[int, Any] = {}
        self._began = time.monotonic()
        self._transaction = ShadowTransaction(lambda: _Borrowed(create()), threading.RLock(), max_ms)

    @property
    def age_ms(self) -> float:
        return (time.monotonic() - self._began) * 1000

    def wrapper(self) -> Any:
        thread = threading.get_ident()
        if thread not in self._wrappers:
            self._wrappers[thread] = self._make()
        return self._wrappers[thread]

    def close(self) -> None:
        with self._transaction.lock:
            self._transaction.close()

    def _make(self) -> Any:
        wrapper = self._create()

        def connect(_parameters: Any) -> ShadowDbapiConnection:
            if wrapper.vendor != "postgresql":
                raise refused(f"only PostgreSQL can be guarded, and the database {wrapper.alias} is for {wrapper.vendor}")
            return ShadowDbapiConnection(self._guard, self._transaction, lambda: None)

        def close() -> None:
            # Django's own would give it back to a pool that does not know it.
            if wrapper.connection is not None:
                wrapper.connection.close()

        wrapper.get_new_connection = connect
        wrapper._close = close
        # Their rows would come by statements that the guard does not see.
        wrapper.settings_dict = {**wrapper.settings_dict, "DISABLE_SERVER_SIDE_CURSORS": True}
        return wrapper


class _Borrowed:
    """A connection as Django makes it, of its pool where it has one."""

    def __init__(self, wrapper: Any) -> None:
        self._wrapper = wrapper
        token = is_borrowing.set(True)
        try:
            self.connection = wrapper.get_new_connection(wrapper.get_connection_params())
        finally:
            is_borrowing.reset(token)
        self.info: dict[str, Any] = {}
        try:
            known_connections.add(self.connection)
        except TypeError:
            pass  # psycopg2's cannot be remembered, and no hook asks for them.

    def release(self) -> None:
        pool = getattr(self.connection, "_pool", None)
        if pool is None:
            self.connection.close()
        else:
            pool.putconn(self.connection)

    def destroy(self) -> None:
        # A pool takes a closed connection back and makes another one.
        self.connection.close()
        self.release()
