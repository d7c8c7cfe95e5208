"""What becomes of a call that shadow work makes: a stub answers, or it passes (a safe method, an allowed one), or neither."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import ShadowGuardError, refused, usage
from ..guard import ShadowGuard

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Rule:
    """Which calls a rule is for."""

    url: str | re.Pattern[str]
    """An address: calls to it and to paths below it. A pattern is searched in the whole address."""
    methods: Sequence[str] | None = None
    """Default: every method."""

    def __post_init__(self) -> None:
        if isinstance(self.url, str) and not urlsplit(self.url).hostname:
            raise usage(f'"{self.url}" is no address such as https://pay.example/charges')
        if isinstance(self.methods, str):
            raise usage("methods is a list")


@dataclass(frozen=True)
class StubRequest:
    method: str
    url: str
    body: bytes


@dataclass(frozen=True)
class StubAnswer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ""
    """Text or bytes; anything else is sent as JSON. Default: empty."""


@dataclass(frozen=True)
class Stub(Rule):
    """What the other side would have answered."""

    answer: StubAnswer | Callable[[StubRequest], StubAnswer] = StubAnswer()


@dataclass(frozen=True)
class Outgoing:
    """The rules of a process. The first stub that matches counts, for safe methods, too."""

    stubs: tuple[Stub, ...] = ()
    allow: tuple[Rule, ...] = ()

    def decide(self, method: str, url: str) -> str | Stub:
        """`pass`, `refuse`, or the stub that answers."""
        for stub in self.stubs:
            if matches(stub, method, url):
                return stub
        if method in SAFE or any(matches(rule, method, url) for rule in self.allow):
            return "pass"
        return "refuse"


def outgoing(stubs: Iterable[Stub], allow: Iterable[Rule]) -> Outgoing:
    return Outgoing(tuple(stubs), tuple(allow))


@dataclass(frozen=True)
class Encoded:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def refusal(guard: ShadowGuard, method: str, url: str) -> ShadowGuardError:
    guard.suppressed("outgoing-http")
    parts = urlsplit(url)
    # Without the query and the user, which may hold what no log should.
    host = parts.netloc.rpartition("@")[2]
    call = f"{method} {urlunsplit((parts.scheme, host, parts.path, '', ''))}"
    return refused(f"{call} was not sent: shadow work; declare a stub for it or allow it")


def answer_of(guard: ShadowGuard, stub: Stub, method: str, url: str, body: bytes) -> Encoded:
    guard.suppressed("outgoing-http")
    answer = stub.answer(StubRequest(method, url, body)) if callable(stub.answer) else stub.answer
    headers = [(name.lower(), value) for name, value in answer.headers.items()]
    if isinstance(answer.body, bytes):
        encoded = answer.body
    elif isinstance(answer.body, str):
        encoded = answer.body.encode()
    else:
        encoded = json.dumps(answer.body, separators=(",", ":")).encode()
        if not any(name == "content-type" for name, _value in headers):
            headers.append(("content-type", "application/json"))
    if method == "HEAD" or answer.status in (204, 205, 304):
        encoded = b""
    return Encoded(answer.status, headers, encoded)


def matches(rule: Rule, method: str, url: str) -> bool:
    if rule.methods is not None and method not in [one.upper() for one in rule.methods]:
        return False
    if isinstance(rule.url, re.Pattern):
        return rule.url.search(url) is not None
    wanted, given = urlsplit(rule.url), urlsplit(url)
    if _origin(wanted) != _origin(given):
        return False
    path = (wanted.path or "/").removesuffix("/")
    asked = given.path or "/"
    return asked == path or asked.startswith(f"{path}/")


def _origin(parts: Any) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)
