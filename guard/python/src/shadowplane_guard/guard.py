"""Knows which work is shadow work, carries that along, and counts what was kept from happening.

The wrappers (requests, databases, Kafka, outgoing HTTP) ask it; it knows none of them.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, Protocol, TypeVar

from .errors import usage
from .mode import is_marked, read_shadow_mode, trusted_addresses
from .scope import ShadowScope

__version__ = "0.1.0"

GuardMode = Literal["always", "marked", "off"]
RequestMode = Literal["shadow", "real", "refused"]
Cover = Literal["postgres", "kafka", "outgoing-http"]
T = TypeVar("T")


class SpanLike(Protocol):
    """The part of an OpenTelemetry span that is needed."""

    def set_attribute(self, key: str, value: Any) -> Any: ...


class ShadowGuard:
    """The guard of this process. Make one, before the first request, and hand it to every wrapper.

    trusted_proxies: addresses and networks of the proxies whose marker (`x-shadow: true`) is believed; the peer of the
        connection counts, not `x-forwarded-for`. Default: none, so that only `SHADOW_MODE` switches the guard on.
    untrusted_marker: what becomes of a request that somebody else marked. `refuse` (default) answers 403: it may be a copy
        from a proxy that was forgotten, and serving it would do the work twice. `ignore` serves it as any other.
    environment: where `SHADOW_MODE` is read, once. Default: `os.environ`.
    active_span: the span to write `shadow_mode` and `db.write_suppressed` to: OpenTelemetry's `trace.get_current_span`.
        Default: none.
    """

    def __init__(
        self,
        *,
        trusted_proxies: Iterable[str] = (),
        untrusted_marker: Literal["refuse", "ignore"] = "refuse",
        environment: Mapping[str, str] | None = None,
        active_span: Callable[[], SpanLike | None] | None = None,
    ) -> None:
        if isinstance(trusted_proxies, str):
            raise usage("trusted_proxies is a list of addresses and networks")
        if untrusted_marker not in ("refuse", "ignore"):
            raise usage(f'untrusted_marker is "{untrusted_marker}"; it must be "refuse" or "ignore"')
        proxies = list(trusted_proxies)
        self._is_trusted = trusted_addresses(proxies)
        self._untrusted_marker = untrusted_marker
        self._active_span = active_span or (lambda: None)
        self._scope: ContextVar[ShadowScope | None] = ContextVar("shadowplane_scope", default=None)
        self._covers: set[str] = set()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        always = read_shadow_mode(os.environ if environment is None else environment)
        self.mode: GuardMode = "always" if always else "marked" if proxies else "off"

    @property
    def is_shadow(self) -> bool:
        """Whether what runs now is shadow work."""
        return self.mode == "always" or self._scope.get() is not None

    @property
    def scope(self) -> ShadowScope | None:
        """The shadow work that runs now, if it has a beginning and an end."""
        return self._scope.get()

    @property
    def metric_labels(self) -> dict[str, str]:
        """The labels that metrics of what runs now should carry."""
        return {"shadow": "true" if self.is_shadow else "false"}

    def decide(self, marker: str | None, peer: str | None) -> RequestMode:
        """How to serve a request with this marker (the value of `x-shadow`) from this peer."""
        if self.mode == "always":
            return "shadow"
        if not is_marked(marker):
            return "real"
        if self._is_trusted(peer):
            return "shadow"
        return "refused" if self._untrusted_marker == "refuse" else "real"

    @contextmanager
    def enter(self, scope: ShadowScope | None) -> Iterator[None]:
        """What runs within, and what it starts, is part of `scope`; with None, part of no request."""
        token = self._scope.set(scope)
        try:
            if scope is not None:
                self._note("shadow_mode")
            yield
        finally:
            self._scope.reset(token)

    def join(self, scope: ShadowScope) -> None:
        """As `enter`, for a context (of `contextvars`) that is thrown away afterwards."""
        self._scope.set(scope)
        self._note("shadow_mode")

    def shadow(self) -> ShadowWork:
        """`with guard.shadow():` or `async with`: a job of your own (a queue's message, a timer's work) as shadow work."""
        return ShadowWork(self)

    def run_shadow(self, job: Callable[[], T]) -> T:
        """Runs a job as shadow work, and closes what was opened for it when it is done."""
        with self.shadow():
            return job()

    async def run_shadow_async(self, job: Callable[[], Awaitable[T]]) -> T:
        """As `run_shadow`, for a coroutine function."""
        async with self.shadow():
            return await job()

    def bind(self, work: Callable[..., T]) -> Callable[..., T]:
        """`work`, as part of the request that runs now, wherever it is called: for `threading.Thread`, which forgets."""
        scope = self._scope.get()

        @functools.wraps(work)
        def bound(*args: Any, **kwargs: Any) -> T:
            with self.enter(scope):
                return work(*args, **kwargs)

        return bound

    def cover(self, what: Cover) -> None:
        """A wrapper says that it is in place."""
        self._covers.add(what)

    def suppressed(self, what: Cover, count: int = 1) -> None:
        """A wrapper says that it kept something from happening."""
        with self._lock:
            self._counts[what] = self._counts.get(what, 0) + count
        if what == "postgres":
            self._note("db.write_suppressed")

    @property
    def suppressed_counts(self) -> dict[str, int]:
        """How often something was kept from happening since the start."""
        with self._lock:
            return dict(self._counts)

    def probe(self, guarded: bool) -> dict[str, Any]:
        """The answer to `GET /.well-known/shadow-guard`."""
        return {
            "guard": "shadowplane",
            "version": __version__,
            "mode": self.mode,
            "guarded": guarded,
            "covers": sorted(self._covers),
        }

    def _note(self, attribute: str) -> None:
        span = self._active_span()
        if span is not None:
            span.set_attribute(attribute, True)


class ShadowWork:
    """From its beginning to its end everything is shadow work."""

    def __init__(self, guard: ShadowGuard) -> None:
        self._guard = guard
        self.scope = ShadowScope()

    def __enter__(self) -> ShadowScope:
        self._entered = self._guard.enter(self.scope)
        self._entered.__enter__()
        return self.scope

    def __exit__(self, *error: Any) -> None:
        self._entered.__exit__(*error)
        self.scope.end()

    async def __aenter__(self) -> ShadowScope:
        return self.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        self._entered.__exit__(*error)
        await self.scope.aend()
