"""For Flask, Django and every other WSGI application: `app.wsgi_app = WsgiGuard(app.wsgi_app, guard)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from http import HTTPStatus
from typing import Any

from .answers import own_answer, proof
from .guard import ShadowGuard
from .mode import PROOF_HEADER
from .scope import ShadowScope


class WsgiGuard:
    """Answers the probe, refuses what is marked by a stranger, and otherwise goes on: as shadow work or as real work.

    It has to be the outermost: what wraps it (Werkzeug's ProxyFix) may show it another peer than the connection's.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], guard: ShadowGuard) -> None:
        self._app = app
        self._guard = guard

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        guard = self._guard
        peer = environ.get("REMOTE_ADDR")
        mode = guard.decide(environ.get("HTTP_X_SHADOW"), peer)
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        own = own_answer(guard, mode, environ["REQUEST_METHOD"], path, peer)
        if own:
            start_response(f"{own.status} {HTTPStatus(own.status).phrase}", own.headers)
            return [own.body]
        if mode != "shadow":
            return self._app(environ, start_response)
        return self._serve(environ, start_response)

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            others = [header for header in headers if header[0].lower() != PROOF_HEADER]
            return start_response(status, others + proof(self._guard), *more)

        scope = ShadowScope()
        context = copy_context()
        try:
            context.run(self._guard.join, scope)
            return _Answer(context, context.run(self._app, environ, start), scope)
        except BaseException:
            scope.end()
            raise


class _Answer:
    """The service makes its body while the server asks for it, after the call has returned: as part of the request, too."""

    def __init__(self, context: Context, body: Iterable[bytes], scope: ShadowScope) -> None:
        self._context = context
        self._body = body
        self._scope = scope
        self._chunks = context.run(iter, body)

    def __iter__(self) -> _Answer:
        return self

    def __next__(self) -> bytes:
        return self._context.run(next, self._chunks)

    def close(self) -> None:
        """Called by the server when the answer is out, and also when the client has left."""
        try:
            if hasattr(self._body, "close"):
                self._context.run(self._body.close)
        finally:
            self._scope.end()
