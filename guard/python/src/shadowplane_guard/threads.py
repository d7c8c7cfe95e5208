"""Threads of a pool do the work of the request that gave it to them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .guard import ShadowGuard


def guard_threads(guard: ShadowGuard) -> Callable[[], None]:
    """Carries the mode through `ThreadPoolExecutor.submit` and `.map`, and so through `loop.run_in_executor`, of the whole
    process; `asyncio.to_thread` and AnyIO do by themselves. For a `threading.Thread` use `guard.bind`. Returns the undoing.
    """
    original = ThreadPoolExecutor.submit

    def submit(self: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        # Real work is bound as well: a worker that a shadow request started must not remember it.
        return original(self, guard.bind(work), *args, **kwargs)

    ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]

    def undo() -> None:
        ThreadPoolExecutor.submit = original  # type: ignore[method-assign]

    return undo
