"""`httpx`, synchronous and asynchronous."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..guard import ShadowGuard
from ..mode import MARKER
from .rules import Outgoing, Stub, answer_of, refusal


def guard_httpx(guard: ShadowGuard, rules: Outgoing) -> Callable[[], None]:
    """Hooks the transports that reach the network, so redirects are judged anew; transports of tests stay as they are."""
    import httpx

    sync_original = httpx.HTTPTransport.handle_request
    async_original = httpx.AsyncHTTPTransport.handle_async_request

    def judge(request: Any) -> Stub | None:
        """The stub that answers; None when the call may go out."""
        verb, address = request.method.upper(), str(request.url)
        decision = rules.decide(verb, address)
        if decision == "refuse":
            raise refusal(guard, verb, address)
        if isinstance(decision, Stub):
            return decision
        request.headers[MARKER] = "true"
        return None

    def answer(stub: Stub, request: Any, body: bytes) -> Any:
        encoded = answer_of(guard, stub, request.method.upper(), str(request.url), body)
        return httpx.Response(encoded.status, headers=encoded.headers, content=encoded.body, request=request)

    def handle_request(self: Any, request: Any) -> Any:
        stub = judge(request) if guard.is_shadow else None
        return answer(stub, request, request.read()) if stub else sync_original(self, request)

    async def handle_async_request(self: Any, request: Any) -> Any:
        stub = judge(request) if guard.is_shadow else None
        return answer(stub, request, await request.aread()) if stub else await async_original(self, request)

    httpx.HTTPTransport.handle_request = handle_request
    httpx.AsyncHTTPTransport.handle_async_request = handle_async_request

    def undo() -> None:
        httpx.HTTPTransport.handle_request = sync_original
        httpx.AsyncHTTPTransport.handle_async_request = async_original

    return undo
