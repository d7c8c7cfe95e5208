"""For FastAPI, Starlette and every other ASGI application: `app.add_middleware(AsgiGuard, guard=guard)`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .answers import own_answer, proof
from .guard import ShadowGuard
from .mode import MARKER, PROOF_HEADER

Application = Callable[[dict[str, Any], Callable[..., Awaitable[Any]], Callable[..., Awaitable[None]]], Awaitable[None]]


class AsgiGuard:
    """Answers the probe, refuses what is marked by a stranger, and otherwise goes on: as shadow work or as real work.

    Work that the framework does after the answer (background tasks) still belongs to the request.
    """

    def __init__(self, app: Application, guard: ShadowGuard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        guard = self._guard
        peer = (scope.get("client") or (None,))[0]
        mode = guard.decide(_header(scope, MARKER), peer)
        own = own_answer(guard, mode, scope.get("method", ""), scope["path"], peer)
        if own and scope["type"] == "websocket":
            # Before it was accepted, this is answered 403.
            await send({"type": "websocket.close", "code": 1008})
        elif own:
            await send({"type": "http.response.start", "status": own.status, "headers": _encode(own.headers)})
            await send({"type": "http.response.body", "body": own.body})
        elif mode != "shadow":
            await self._app(scope, receive, send)
        else:
            async with guard.shadow():
                await self._app(scope, receive, self._with_proof(send))

    def _with_proof(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> Callable[[dict[str, Any]], Awaitable[None]]:
        async def guarded(message: dict[str, Any]) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                name = PROOF_HEADER.encode()
                others = [header for header in message.get("headers") or [] if header[0].lower() != name]
                message = {**message, "headers": others + _encode(proof(self._guard))}
            await send(message)

        return guarded


def _header(scope: dict[str, Any], name: str) -> str:
    wanted = name.encode()
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted)


def _encode(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers]
