"""SQLAlchemy, synchronous and asynchronous, over every driver of PostgreSQL that it has."""

from __future__ import annotations

import asyncio
import threading
import weakref
from contextvars import ContextVar
from typing import Any, TypeVar

from ..errors import usage
from ..guard import ShadowGuard
from .session import ShadowDbapiConnection
from .transaction import ShadowTransaction

E = TypeVar("E")

# Connections behind guarded engines, and whether one is being made: for psycopg_hook.py.
known_connections: weakref.WeakSet[Any] = weakref.WeakSet()
is_borrowing: ContextVar[bool] = ContextVar("shadowplane_borrowing", default=False)


def guard_sqlalchemy(guard: ShadowGuard, engine: E, *, max_transaction_ms: float = 30_000) -> E:
    """Guards an Engine or AsyncEngine, in place, so that every reference to it is guarded. All that one piece of shadow work
    (a request) asks the database goes over one connection and in one transaction, which is rolled back when the work ends.

    max_transaction_ms: the connection is cut by the database when a statement, or the pause after one, takes longer, and
        by the guard when it is older, so that a shadow's locks have an end. Default: 30 s.
    """
    if not max_transaction_ms > 0:
        raise usage("max_transaction_ms must be more than 0")
    sync_engine: Any = getattr(engine, "sync_engine", engine)
    if sync_engine.dialect.name != "postgresql":
        raise usage(f"only PostgreSQL can be guarded, and this engine is for {sync_engine.dialect.name}")
    _guard_pool(guard, sync_engine.pool, sync_engine.dialect, max_transaction_ms)
    guard.cover("postgres")
    return engine


def _guard_pool(guard: ShadowGuard, pool: Any, dialect: Any, max_ms: float) -> None:
    original_connect, original_recreate = pool.connect, pool.recreate

    def connect() -> Any:
        if not guard.is_shadow:
            return original_connect()
        scope = guard.scope
        if scope is None or scope.ended:
            # Work without an end of its own ends with its connection.
            return _pool_of(guard, _Work(original_connect, dialect, max_ms), dialect, ends=True).connect()
        work = scope.resource(pool, lambda: _Work(original_connect, dialect, max_ms))
        return _pool_of(guard, work, dialect, ends=False).connect()

    def recreate() -> Any:
        # dispose() goes on with another pool.
        made = original_recreate()
        _guard_pool(guard, made, dialect, max_ms)
        return made

    pool.connect, pool.recreate = connect, recreate


def _pool_of(guard: ShadowGuard, work: _Work, dialect: Any, ends: bool) -> Any:
    """A pool of SQLAlchemy's own, so that what it hands out is what the service knows; its connections are pretended."""
    from sqlalchemy.pool import NullPool

    at_close = work.close_within if ends else (lambda: None)
    return NullPool(lambda: ShadowDbapiConnection(guard, work.transaction, at_close), dialect=dialect)


class _Work:
    """The transaction of some shadow work on one engine."""

    def __init__(self, connect: Any, dialect: Any, max_ms: float) -> None:
        self._is_async = dialect.is_async
        lock = _AwaitedLock() if dialect.is_async else threading.RLock()
        self.transaction = ShadowTransaction(lambda: _Borrowed(connect), lock, max_ms)
        if dialect.is_async:
            self.aclose = self._aclose

    def close_within(self) -> None:
        with self.transaction.lock:
            self.transaction.close()

    def close(self) -> None:
        if not self._is_async:
            self.close_within()
            return
        # An asynchronous engine under a synchronous server: its event loop may be gone, so the connection is cut.
        self.transaction.lose("the request that it belongs to has ended")

    async def _aclose(self) -> None:
        from sqlalchemy.util.concurrency import greenlet_spawn

        await greenlet_spawn(self.close_within)


class _Borrowed:
    def __init__(self, connect: Any) -> None:
        token = is_borrowing.set(True)
        try:
            self._fairy = connect()
        finally:
            is_borrowing.reset(token)
        self.connection = self._fairy.dbapi_connection
        self.info = self._fairy.info
        driver = self._fairy.driver_connection
        try:
            known_connections.add(driver)
        except TypeError:
            pass  # It cannot be remembered, and no hook asks for it.

    def release(self) -> None:
        self._fairy.close()

    def destroy(self) -> None:
        self._fairy.invalidate()
        self._fairy.close()


class _AwaitedLock:
    """A lock for tasks, taken from within SQLAlchemy's greenlets."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    def __enter__(self) -> None:
        from sqlalchemy.util import concurrency

        wait = getattr(concurrency, "await_", None) or concurrency.await_only
        wait(self._lock.acquire())

    def __exit__(self, *_error: Any) -> None:
        self._lock.release()

