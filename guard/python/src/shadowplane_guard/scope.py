"""One piece of shadow work, usually a request: what was opened for it is closed when it ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar


class Resource(Protocol):
    """Something that a scope closes. One that needs an event loop has `aclose`, too."""

    def close(self) -> None: ...


R = TypeVar("R", bound=Resource)

# Tasks that close scopes: the event loop itself keeps no reference to a task.
_closing: set[asyncio.Task[None]] = set()


class ShadowScope:
    """Work that goes on after the end stays shadow work; only what belonged to the scope is gone."""

    def __init__(self) -> None:
        self._resources: dict[int, tuple[object, Any]] = {}
        self._lock = threading.Lock()
        self.ended = False

    def resource(self, owner: object, make: Callable[[], R]) -> R:
        """The one resource that this scope has of `owner`; made when there is none yet."""
        with self._lock:
            known = self._resources.get(id(owner))
            if known is None:
                # The owner is kept as well, so that its id is not given away.
                known = self._resources[id(owner)] = (owner, make())
            return known[1]

    def end(self) -> None:
        """Closes everything; the second call does nothing. One that fails to close does not keep the others open."""
        for resource in self._take():
            _quietly(resource.close)

    async def aend(self) -> None:
        """As `end`, for asynchronous work, and to the end also when the caller is cancelled."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            # Trio: there is nothing to wait with that is not its own.
            self.end()
            return
        resources = self._take()
        if resources:
            task = asyncio.ensure_future(_close_all(resources))
            _closing.add(task)
            task.add_done_callback(_closing.discard)
            await asyncio.shield(task)

    def _take(self) -> list[Any]:
        with self._lock:
            self.ended = True
            resources = [resource for _owner, resource in self._resources.values()]
            self._resources.clear()
            return resources


async def _close_all(resources: list[Any]) -> None:
    for resource in resources:
        try:
            if hasattr(resource, "aclose"):
                await resource.aclose()
            else:
                # It waits for a database, and the event loop must not.
                await asyncio.to_thread(_quietly, resource.close)
        except Exception:  # noqa: BLE001
            pass


def _quietly(close: Callable[[], None]) -> None:
    try:
        close()
    except Exception:  # noqa: BLE001
        pass
