"""Outgoing HTTP of the whole process, whoever calls: those with side effects are stubbed or refused, safe ones are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.util import find_spec

from ..guard import ShadowGuard
from .http_client import guard_http_client
from .rules import Rule, Stub, StubAnswer, StubRequest, outgoing

__all__ = ["Rule", "Stub", "StubAnswer", "StubRequest", "guard_outgoing_http"]


def guard_outgoing_http(guard: ShadowGuard, *, stubs: Iterable[Stub] = (), allow: Iterable[Rule] = ()) -> Callable[[], None]:
    """Guards `http.client` (and so `urllib.request`), and, where they are installed, `urllib3` (and so `requests`, boto3 and
    whatever else is built on it), `httpx` and `aiohttp`. Returns what takes the guard away again.

    stubs: calls that are answered here, safe ones too. The first that matches counts.
    allow: calls that may go out although their method is not safe: a search by POST, a telemetry collector, a guarded
        service.
    """
    rules = outgoing(stubs, allow)
    undo = [guard_http_client(guard, rules)]
    if find_spec("urllib3"):
        from .urllib3_hook import guard_urllib3

        undo.append(guard_urllib3(guard, rules))
    if find_spec("httpx"):
        from .httpx_hook import guard_httpx

        undo.append(guard_httpx(guard, rules))
    if find_spec("aiohttp"):
        from .aiohttp_hook import guard_aiohttp

        undo.append(guard_aiohttp(guard, rules))
    guard.cover("outgoing-http")

    def undo_all() -> None:
        for one in reversed(undo):
            one()

    return undo_all
