"""`http.client`, the standard library's own: what `urllib.request` and much else is built on."""

from __future__ import annotations

import io
from collections.abc import Callable
from http.client import HTTPConnection, HTTPSConnection
from typing import Any

from ..guard import ShadowGuard
from ..mode import MARKER
from .rules import DEFAULT_PORTS, Outgoing, Stub, answer_of, refusal


def guard_http_client(guard: ShadowGuard, rules: Outgoing) -> Callable[[], None]:
    """Hooks where a request begins. A stub answers over a connection that goes nowhere, so the caller has what it knows."""
    original_request, original_end = HTTPConnection.putrequest, HTTPConnection.endheaders

    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        self._shadowplane_marks = False
        if guard.is_shadow:
            verb, address = method.upper(), _address(self, url)
            decision = rules.decide(verb, address)
            if decision == "refuse":
                raise refusal(guard, verb, address)
            if isinstance(decision, Stub):
                # Whatever connection there was stays out of it.
                self.close()
                self.sock = _StubSocket(guard, decision, verb, address)
            self._shadowplane_marks = True
        return original_request(self, method, url, *args, **kwargs)

    def endheaders(self: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(self, "_shadowplane_marks", False):
            self._shadowplane_marks = False
            # Whoever hooks further out has set it already.
            marked = f"{MARKER}:".encode()
            if not any(line.lower().startswith(marked) for line in getattr(self, "_buffer", ())):
                self.putheader(MARKER, "true")
        return original_end(self, *args, **kwargs)

    HTTPConnection.putrequest, HTTPConnection.endheaders = putrequest, endheaders  # type: ignore[method-assign]

    def undo() -> None:
        HTTPConnection.putrequest, HTTPConnection.endheaders = original_request, original_end  # type: ignore[method-assign]

    return undo


def _address(connection: Any, url: str) -> str:
    if "://" in url.split("?", 1)[0]:
        return url  # By way of a proxy.
    scheme = "https" if isinstance(connection, HTTPSConnection) or connection.default_port == 443 else "http"
    tunnel = getattr(connection, "_tunnel_host", None)
    host = tunnel or connection.host
    port = getattr(connection, "_tunnel_port", None) if tunnel else connection.port
    name = f"[{host}]" if ":" in host else host
    place = name if port in (None, DEFAULT_PORTS[scheme]) else f"{name}:{port}"
    return f"{scheme}://{place}/{url.lstrip('/')}"


class _StubSocket:
    """Takes a request as a socket would, and has the stub's answer to read."""

    def __init__(self, guard: ShadowGuard, stub: Stub, method: str, url: str) -> None:
        self._call = (guard, stub, method, url)
        self._sent = bytearray()

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._sent += data

    def makefile(self, mode: str = "rb", *args: Any, **kwargs: Any) -> io.BytesIO:
        guard, stub, method, url = self._call
        head, _, body = bytes(self._sent).partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            body = _unchunk(body)
        answer = answer_of(guard, stub, method, url, body)
        headers = [*answer.headers, ("content-length", str(len(answer.body))), ("connection", "close")]
        lines = [f"HTTP/1.1 {answer.status} {'OK' if answer.status == 200 else 'Stub'}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return io.BytesIO("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        # settimeout, setsockopt, shutdown: nothing to do. Dunder names are looked for, not called.
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def _unchunk(data: bytes) -> bytes:
    body, rest = b"", data
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            break
        body, rest = body + rest[:length], rest[length + 2 :]
    return body
