"""`aiohttp`'s client: refused and marked. It has no place to put an answer, so a call with a stub is refused, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..guard import ShadowGuard
from ..mode import MARKER
from .rules import Outgoing, refusal


def guard_aiohttp(guard: ShadowGuard, rules: Outgoing) -> Callable[[], None]:
    import aiohttp

    original = aiohttp.ClientSession._request

    async def request(self: Any, method: str, str_or_url: Any, **kwargs: Any) -> Any:
        if not guard.is_shadow:
            return await original(self, method, str_or_url, **kwargs)
        verb, address = method.upper(), str(self._build_url(str_or_url))
        if rules.decide(verb, address) != "pass":
            raise refusal(guard, verb, address)
        headers = self._prepare_headers(kwargs.pop("headers", None))
        headers[MARKER] = "true"
        return await original(self, method, str_or_url, headers=headers, **kwargs)

    aiohttp.ClientSession._request = request

    def undo() -> None:
        aiohttp.ClientSession._request = original

    return undo
