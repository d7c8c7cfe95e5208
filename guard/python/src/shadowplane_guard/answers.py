"""What the guard itself answers to a request: the probe and the refusal. The same bytes behind WSGI and ASGI."""

from __future__ import annotations

import json
from typing import NamedTuple

from .guard import ShadowGuard
from .mode import PROBE_PATH, PROOF_HEADER


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def own_answer(guard: ShadowGuard, mode: str, method: str, path: str, peer: str | None) -> Answer | None:
    """None when the service is to answer."""
    if method == "GET" and path == PROBE_PATH:
        return _json(200, guard.probe(mode == "shadow"), proof(guard) if mode == "shadow" else [])
    if mode == "refused":
        detail = f"marked as shadow traffic by {peer}, which is not one of the trusted proxies"
        return _json(403, {"code": "SHADOW_REFUSED", "detail": detail}, [])
    return None


def proof(guard: ShadowGuard) -> list[tuple[str, str]]:
    return [(PROOF_HEADER, guard.mode)]


def _json(status: int, body: object, more: list[tuple[str, str]]) -> Answer:
    encoded = json.dumps(body, separators=(",", ":")).encode()
    headers = [("content-type", "application/json"), ("cache-control", "no-store"), ("content-length", str(len(encoded)))]
    return Answer(status, headers + more, encoded)
