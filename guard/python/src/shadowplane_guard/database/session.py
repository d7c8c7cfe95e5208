"""What a service believes to be a connection of its own, as Python's database API has it.

COMMIT and ROLLBACK behave as PostgreSQL's do, down to the errors, but they end a block of the transaction that is rolled
back. Statements by text (`BEGIN`, `COMMIT`, savepoints) are recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..errors import refused
from ..guard import ShadowGuard
from ..sql import Statement, read_statements
from .transaction import Block, ShadowTransaction

# Methods of drivers' connections that end a transaction, or one that spans databases, behind the guard's back.
_CLOSED_WAYS = frozenset({"tpc_begin", "tpc_prepare", "tpc_commit", "tpc_rollback", "tpc_recover", "xid", "pipeline", "reset"})


class ShadowDbapiConnection:
    """Settings of the service (isolation level, read-only) stay here, without effect on the real connection."""

    def __init__(self, guard: ShadowGuard, transaction: ShadowTransaction, at_close: Callable[[], None]) -> None:
        self._guard = guard
        self._transaction = transaction
        self._at_close = at_close
        self._block: Block | None = None
        # BEGIN as text makes a block that outlasts the statement, also with autocommit.
        self._explicit = False
        self._closed = False
        with transaction.lock:
            self._real = transaction.connection
            self.autocommit = transaction.autocommit

    def cursor(self, *args: Any, **kwargs: Any) -> ShadowCursor:
        self._check_open()
        return ShadowCursor(self, self._real.cursor(*args, **kwargs))

    def execute(self, operation: Any, *args: Any, **kwargs: Any) -> ShadowCursor:
        cursor = self.cursor()
        cursor.execute(operation, *args, **kwargs)
        return cursor

    def commit(self) -> None:
        with self._transaction.lock:
            self._commit()

    def rollback(self) -> None:
        with self._transaction.lock:
            self._rollback()

    def close(self) -> None:
        """What the service left open is rolled back, as PostgreSQL does when a connection closes."""
        if self._closed:
            return
        self._closed = True
        try:
            with self._transaction.lock:
                self._rollback()
        finally:
            self._at_close()

    def terminate(self) -> None:
        """Called where nothing can be waited for, too. What is open is rolled back at the end of the work."""
        try:
            self.close()
        except Exception:  # noqa: BLE001
            pass

    @property
    def closed(self) -> bool:
        return self._closed or bool(getattr(self._real, "closed", False))

    def set_autocommit(self, value: bool) -> None:
        self.autocommit = value

    def set_isolation_level(self, level: Any) -> None:
        # psycopg2 has 0 for autocommit, asyncpg's adapter a word; psycopg sets autocommit by itself and then None.
        if level is not None:
            self.autocommit = level == 0 or str(level).lower() == "autocommit"

    def set_session(self, *_args: Any, autocommit: bool | None = None, **_kwargs: Any) -> None:
        if autocommit is not None:
            self.autocommit = autocommit

    def set_read_only(self, _value: Any) -> None:
        pass

    def set_deferrable(self, _value: Any) -> None:
        pass

    def __enter__(self) -> ShadowDbapiConnection:
        return self

    def __exit__(self, kind: Any, *_error: Any) -> None:
        if kind is None:
            self.commit()
        else:
            self.rollback()

    def __getattr__(self, name: str) -> Any:
        if name in _CLOSED_WAYS:
            raise refused(f"{name} reaches past the transaction of shadow work")
        return getattr(self._real, name)

    # -- For the cursor -------------------------------------------------------------------------------------------------

    def run(self, operation: Any, work: Callable[[Any], Any], count: int = 1, affected: Callable[[], int] = lambda: -1) -> bool:
        """Runs what `operation` says, by `work`. False when the answer is the guard's own, which has no rows."""
        statements = read_statements(self._text_of(operation))
        for statement in statements:
            if statement.refusal:
                raise refused(statement.refusal)
        with self._transaction.lock:
            self._check_open()
            if len(statements) <= 1 or all(statement.kind == "plain" for statement in statements):
                writes = any(statement.writes for statement in statements)
                return self._run(statements[0] if statements else None, writes, lambda: work(operation), count, affected)
            answered = True
            for statement in statements:
                answered = self._run(statement, statement.writes, lambda s=statement: work(s.text), 1, affected)
            return answered

    def _run(
        self, statement: Statement | None, writes: bool, work: Callable[[], Any], count: int, affected: Callable[[], int]
    ) -> bool:
        kind = statement.kind if statement else "plain"
        if kind == "begin":
            self._begin()
            self._explicit = True
            return False
        if kind in ("commit", "rollback"):
            (self._commit if kind == "commit" else self._rollback)()
            if statement and statement.chained:
                self._begin()
                self._explicit = True
            return False
        if kind == "set-transaction":
            return False
        if statement and kind == "savepoint":
            return self._savepoint(statement, work)
        # A statement by itself is checked as at its commit.
        alone = self.autocommit and not self._explicit
        block = self._begin()
        try:
            if kind == "check-constraints":
                self._transaction.run(block, False, self._transaction.check_constraints)
                return False
            self._transaction.run(block, writes, work)
            if writes and affected() != 0:
                self._guard.suppressed("postgres", count)
        except BaseException:
            if alone:
                self._rollback()
            raise
        if alone:
            self._commit()
        return True

    def _savepoint(self, statement: Statement, work: Callable[[], Any]) -> bool:
        if self.autocommit and not self._explicit:
            raise refused("savepoints can only be used in transaction blocks")
        self._transaction.savepoint(self._begin(), statement.words, work)
        return True

    def _begin(self) -> Block:
        if self._block is None:
            self._block = self._transaction.begin()
        return self._block

    def _commit(self) -> None:
        self._explicit = False
        block, self._block = self._block, None
        if block:
            self._transaction.commit(block)

    def _rollback(self) -> None:
        self._explicit = False
        block, self._block = self._block, None
        if block:
            self._transaction.rollback(block)

    def _check_open(self) -> None:
        if self._closed:
            raise refused("this connection has been closed")
        # Asked for its own sake: says why, when the connection is gone.
        self._transaction.connection  # noqa: B018

    def _text_of(self, operation: Any) -> str:
        if isinstance(operation, str):
            return operation
        if isinstance(operation, (bytes, bytearray)):
            return bytes(operation).decode()
        if hasattr(operation, "as_string"):  # psycopg's composed SQL
            return str(operation.as_string(self._real))
        raise refused("only statements that are given as text can be guarded")


class ShadowCursor:
    """The driver's own cursor, whose statements are part of a block."""

    def __init__(self, connection: ShadowDbapiConnection, real: Any) -> None:
        self.__dict__.update(_connection=connection, _real=real, _has_answer=True)

    @property
    def connection(self) -> ShadowDbapiConnection:
        return self._connection

    @property
    def description(self) -> Any:
        return self._real.description if self._has_answer else None

    @property
    def rowcount(self) -> int:
        return self._real.rowcount if self._has_answer else -1

    def execute(self, operation: Any, *args: Any, **kwargs: Any) -> ShadowCursor:
        return self._run(operation, lambda text: self._real.execute(text, *args, **kwargs))

    def executemany(self, operation: Any, parameters: Any, *args: Any, **kwargs: Any) -> ShadowCursor:
        sets = list(parameters)
        return self._run(operation, lambda text: self._real.executemany(text, sets, *args, **kwargs), len(sets))

    def callproc(self, name: str, *args: Any) -> Any:
        return self._run(f"SELECT * FROM {name}()", lambda _text: self._real.callproc(name, *args))

    def copy_expert(self, sql: Any, *args: Any, **kwargs: Any) -> Any:
        return self._run(sql, lambda text: self._real.copy_expert(text, *args, **kwargs))

    def copy_from(self, file: Any, table: str, *args: Any, **kwargs: Any) -> Any:
        return self._run(f"COPY {table} FROM STDIN", lambda _text: self._real.copy_from(file, table, *args, **kwargs))

    def copy(self, *_args: Any, **_kwargs: Any) -> Any:
        raise refused("cursor.copy() and cursor.stream() cannot share the connection of shadow work")

    stream = copy

    def _run(self, operation: Any, work: Callable[[Any], Any], count: int = 1) -> ShadowCursor:
        affected = lambda: self._real.rowcount  # noqa: E731
        self.__dict__["_has_answer"] = self._connection.run(operation, work, count, affected)
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._real)

    def __enter__(self) -> ShadowCursor:
        return self

    def __exit__(self, *_error: Any) -> None:
        self._real.close()
