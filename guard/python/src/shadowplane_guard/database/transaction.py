"""The one transaction of some shadow work: begun with its first connection, rolled back at its end.

What a service believes to be transactions of its own are blocks: savepoints of that one. Several may be open at once (two
sessions of one request); a block that is committed under others stays until they are gone. Every method is called with
the lock held.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors import refused

# Two equal rows under a unique constraint that is checked at commit: while they are there, the database itself refuses to
# commit, however a COMMIT got past the guard. The table is temporary, belongs to the connection and is made once.
LOCK_TABLE = "pg_temp.shadowplane_commit_lock"
MAKE_LOCK_TABLE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS shadowplane_commit_lock (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
)
# Checks what a commit would check, and leaves everything as it was.
CHECK_CONSTRAINTS = f"""DO $$ BEGIN
  DELETE FROM {LOCK_TABLE};
  SET CONSTRAINTS ALL IMMEDIATE;
  RAISE EXCEPTION USING ERRCODE = 'SPOK0';
EXCEPTION WHEN SQLSTATE 'SPOK0' THEN NULL;
END $$"""
READ_ONLY = "25006"
UNDEFINED_TABLE = "42P01"
STATEMENT = "shadowplane_statement"


class Borrowed(Protocol):
    """A connection for some shadow work alone."""

    connection: Any
    """What the database API calls a connection."""
    info: dict[str, Any]
    """Kept as long as the connection is."""

    def release(self) -> None: ...

    def destroy(self) -> None: ...


@dataclass(eq=False)
class Block:
    name: str
    wrote: bool = False
    failed: bool = False
    """A statement failed, and until the block's end PostgreSQL would answer nothing else."""
    undone: bool = False
    """It failed, and was rolled back to its beginning so that others could go on."""
    tangled: bool = False
    """A block below wrote while this one was open, so undoing this one would undo that, too."""
    committed: bool = False
    savepoints: list[str] = field(default_factory=list)


class ShadowTransaction:
    def __init__(self, borrow: Callable[[], Borrowed], lock: AbstractContextManager[Any], max_transaction_ms: float) -> None:
        self._borrow = borrow
        self.lock = lock
        self._max_ms = max_transaction_ms
        self._borrowed: Borrowed | None = None
        self._turned_off_autocommit = False
        self._gone: str | None = None
        self._began = 0.0
        self._commit_is_locked = False
        self._blocks: list[Block] = []
        self._named = 0
        self._aborted_by: Block | None = None

    @property
    def connection(self) -> Any:
        """The real connection, in the transaction."""
        if self._gone is None and self._borrowed and (time.monotonic() - self._began) * 1000 > self._max_ms:
            self.lose(f"it was open for {self._max_ms:g} ms")
        if self._gone is not None:
            raise refused(f"this connection cannot be used any more: {self._gone}")
        if self._borrowed is None:
            self._open()
        assert self._borrowed is not None
        return self._borrowed.connection

    @property
    def autocommit(self) -> bool:
        """What the service's engine asked of its connections."""
        return self._turned_off_autocommit

    # -- Blocks ---------------------------------------------------------------------------------------------------------

    def begin(self) -> Block:
        self._recover(None)
        self._named += 1
        block = Block(f"shadowplane_block_{self._named}")
        self._control(f"SAVEPOINT {block.name}")
        self._blocks.append(block)
        return block

    def commit(self, block: Block) -> None:
        """Fails as a commit would fail now, when a deferred constraint is violated."""
        if block.failed:
            self.rollback(block)
            return
        self._recover(block)
        if block.wrote:
            try:
                self.check_constraints()
            except BaseException:
                self._aborted_by = block
                self.rollback(block)
                raise
        self._leave(block)

    def rollback(self, block: Block) -> None:
        try:
            self._rollback(block)
        except Exception:
            # What is gone is rolled back: what is wanted here. Whoever asks for more is told.
            if self._gone is None:
                raise

    def _rollback(self, block: Block) -> None:
        if block.undone:
            self._leave(block)
            return
        above = self._above(block)
        if block.tangled or any(other.wrote for other in above):
            block.committed = True
            raise refused("two transactions of one request at once wrote: neither can be rolled back without the other")
        self._control(f"ROLLBACK TO SAVEPOINT {block.name}")
        self._control(f"RELEASE SAVEPOINT {block.name}")
        self._aborted_by = None
        self._blocks.remove(block)
        for other in above:
            for name in [other.name, *other.savepoints]:
                self._control(f"SAVEPOINT {name}")

    def check_constraints(self) -> None:
        # Where nothing can be written, nothing can be violated.
        if self._commit_is_locked:
            self._execute(CHECK_CONSTRAINTS)

    def run(self, block: Block, writes: bool, work: Callable[[], Any]) -> Any:
        """Runs a statement of `block`; its failure fails the block and nothing else."""
        self._ready(block)
        above = self._above(block)
        if above:
            # Its failure must leave the blocks above as they are.
            self._control(f"SAVEPOINT {STATEMENT}")
        try:
            result = work()
        except BaseException:
            block.failed = True
            if above:
                self._control(f"ROLLBACK TO SAVEPOINT {STATEMENT}")
                self._control(f"RELEASE SAVEPOINT {STATEMENT}")
            else:
                self._aborted_by = block
            raise
        if above:
            self._control(f"RELEASE SAVEPOINT {STATEMENT}")
        if writes:
            block.wrote = True
            for other in above:
                other.tangled = True
        return result

    def savepoint(self, block: Block, words: tuple[str, ...], work: Callable[[], Any]) -> Any:
        """The service's own SAVEPOINT, RELEASE or ROLLBACK TO."""
        recovers = words[0] in ("ROLLBACK", "ABORT")
        name = words[-1]
        if block is not self._blocks[-1]:
            raise refused("a savepoint while another transaction of the same request is open")
        if not recovers:
            self._ready(block)
        try:
            result = work()
        except BaseException:
            block.failed = True
            self._aborted_by = block
            raise
        if words[0] == "SAVEPOINT":
            block.savepoints.append(name)
        elif name in block.savepoints:
            last = len(block.savepoints) - block.savepoints[::-1].index(name)
            del block.savepoints[last if recovers else last - 1 :]
        if recovers:
            block.failed = False
            self._aborted_by = None
        return result

    # -- The end --------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Rolls back and gives the connection back."""
        if self._gone is None:
            self._gone = "the request that it belongs to has ended"
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is None:
            return
        connection = borrowed.connection
        try:
            connection.rollback()
            # Advisory locks of the session outlive the rollback.
            _execute(connection, "SELECT pg_advisory_unlock_all()")
            connection.rollback()
            if self._turned_off_autocommit:
                connection.autocommit = True
        except BaseException:
            borrowed.destroy()
            raise
        borrowed.release()

    # -- Within ---------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        borrowed = self._borrow()
        connection = borrowed.connection
        try:
            self._turned_off_autocommit = bool(getattr(connection, "autocommit", False))
            if self._turned_off_autocommit:
                connection.autocommit = False
            self._commit_is_locked = _begin(borrowed, self._max_ms)
        except BaseException:
            borrowed.destroy()
            raise
        self._borrowed = borrowed
        self._began = time.monotonic()

    def _ready(self, block: Block) -> None:
        self._recover(block)
        if block.failed and self._aborted_by is not block:
            raise refused("current transaction is aborted, commands ignored until end of transaction block")

    def _recover(self, block: Block | None) -> None:
        """A failed statement of another block leaves the connection unusable until something is rolled back: its last
        savepoint is what it could go on from at best."""
        failed = self._aborted_by
        if failed is None or failed is block:
            return
        name = failed.savepoints[-1] if failed.savepoints else failed.name
        self._control(f"ROLLBACK TO SAVEPOINT {name}")
        if not failed.savepoints:
            failed.undone, failed.wrote = True, False
        self._aborted_by = None

    def _above(self, block: Block) -> list[Block]:
        return self._blocks[self._blocks.index(block) + 1 :]

    def _leave(self, block: Block) -> None:
        """The block is over, and what it did stays. Under others it stays itself, until they are gone."""
        block.committed = True
        while self._blocks and self._blocks[-1].committed:
            last = self._blocks.pop()
            self._control(f"RELEASE SAVEPOINT {last.name}")
            # What it wrote is now part of the block below, and undone with it.
            if last.wrote and self._blocks:
                self._blocks[-1].wrote = True

    def _control(self, text: str) -> None:
        """A statement of the guard itself. It fails only when the transaction is not there any more, so nothing may go on."""
        try:
            self._execute(text)
        except Exception as error:
            self.lose("its transaction was ended from outside or by a statement that commits")
            raise refused("the transaction of this shadow work is gone; nothing of it was committed") from error

    def _execute(self, text: str) -> None:
        _execute(self.connection, text)

    def lose(self, why: str) -> None:
        """Cuts the connection, so that the database rolls back; nothing more is done over it."""
        self._gone = self._gone or why
        borrowed, self._borrowed = self._borrowed, None
        if borrowed:
            borrowed.destroy()


def _begin(borrowed: Borrowed, max_ms: float) -> bool:
    """Begins the transaction; tells whether the database will refuse to commit it. Where it cannot write, it need not."""
    connection = borrowed.connection
    limits = f"SELECT {_limit('statement_timeout', max_ms)}, {_limit('idle_in_transaction_session_timeout', max_ms)}"
    lock = f"WITH locked AS (INSERT INTO {LOCK_TABLE} VALUES (1), (1)) {limits}"
    for attempt in (1, 2):
        if "shadowplane_lock" not in borrowed.info:
            try:
                _execute(connection, MAKE_LOCK_TABLE)
                connection.commit()
            except Exception as error:
                connection.rollback()
                if _code(error) != READ_ONLY:
                    raise refused("shadow work needs the right to make temporary tables") from error
                _execute(connection, "SET TRANSACTION READ ONLY")
                _execute(connection, limits)
                return False
            borrowed.info["shadowplane_lock"] = True
        try:
            _execute(connection, lock)
            return True
        except Exception as error:
            connection.rollback()
            # DISCARD took the table away; once.
            if attempt == 2 or _code(error) != UNDEFINED_TABLE:
                raise
            del borrowed.info["shadowplane_lock"]
    raise AssertionError("unreachable")


def _limit(setting: str, max_ms: float) -> str:
    """Locks must have an end, also when this process does not come back. A stricter limit stays."""
    current = f"extract(epoch FROM current_setting('{setting}')::interval) * 1000"
    strict = f"CASE WHEN {current} BETWEEN 1 AND {max_ms:g} THEN current_setting('{setting}') ELSE '{math.ceil(max_ms)}' END"
    return f"set_config('{setting}', {strict}, true)"


def _execute(connection: Any, text: str) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(text)
    finally:
        cursor.close()


def _code(error: BaseException) -> str | None:
    """The SQLSTATE, wherever the driver keeps it."""
    for one in (error, getattr(error, "orig", None), error.__cause__):
        code = getattr(one, "sqlstate", None) or getattr(one, "pgcode", None)
        if code:
            return str(code)
    return None
