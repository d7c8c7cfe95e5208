"""`urllib3`, and so `requests`, boto3 and whatever else is built on it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from ..guard import ShadowGuard
from ..mode import MARKER
from .rules import DEFAULT_PORTS, Outgoing, answer_of, refusal


def guard_urllib3(guard: ShadowGuard, rules: Outgoing) -> Callable[[], None]:
    """Hooks where a pool is asked for an answer: before a connection is made, and for each redirect anew."""
    from urllib3 import HTTPConnectionPool, HTTPResponse

    original = HTTPConnectionPool.urlopen

    def urlopen(self: Any, method: str, url: str, body: Any = None, headers: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not guard.is_shadow:
            return original(self, method, url, body, headers, *args, **kwargs)
        verb, address = method.upper(), _address(self, url)
        decision = rules.decide(verb, address)
        if decision == "refuse":
            raise refusal(guard, verb, address)
        if decision != "pass":
            answer = answer_of(guard, decision, verb, address, _bytes_of(body))
            keeps = kwargs.get("preload_content", True)
            return HTTPResponse(
                body=io.BytesIO(answer.body),
                headers=answer.headers,
                status=answer.status,
                preload_content=keeps,
                request_method=verb,
                request_url=url,
            )
        merged = dict(self.headers if headers is None else headers)
        return original(self, method, url, body, {**merged, MARKER: "true"}, *args, **kwargs)

    HTTPConnectionPool.urlopen = urlopen

    def undo() -> None:
        HTTPConnectionPool.urlopen = original

    return undo


def _address(pool: Any, url: str) -> str:
    if "://" in url.split("?", 1)[0]:
        return url  # By way of a proxy.
    host = f"[{pool.host}]" if ":" in pool.host and not pool.host.startswith("[") else pool.host
    place = host if pool.port in (None, DEFAULT_PORTS[pool.scheme]) else f"{host}:{pool.port}"
    return f"{pool.scheme}://{place}/{url.lstrip('/')}"


def _bytes_of(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if hasattr(body, "read"):
        body = body.read()
        return body.encode() if isinstance(body, str) else body
    return b"".join(chunk.encode() if isinstance(chunk, str) else chunk for chunk in body)
