"""Lets a shadow service do all of its work and keeps the effects from happening. See README.md."""

from .asgi import AsgiGuard
from .database.django import guard_django
from .database.engine import guard_sqlalchemy
from .database.psycopg_hook import refuse_bare_psycopg
from .errors import ShadowGuardError
from .guard import ShadowGuard, __version__
from .kafka import guard_kafka_producer
from .mode import MARKER, PROBE_PATH, PROOF_HEADER
from .outgoing import Rule, Stub, StubAnswer, StubRequest, guard_outgoing_http
from .scope import ShadowScope
from .telemetry import ShadowSpanProcessor, guard_metrics
from .threads import guard_threads
from .wsgi import WsgiGuard

__all__ = [
    "MARKER",
    "PROBE_PATH",
    "PROOF_HEADER",
    "AsgiGuard",
    "Rule",
    "ShadowGuard",
    "ShadowGuardError",
    "ShadowScope",
    "ShadowSpanProcessor",
    "Stub",
    "StubAnswer",
    "StubRequest",
    "WsgiGuard",
    "__version__",
    "guard_django",
    "guard_kafka_producer",
    "guard_metrics",
    "guard_outgoing_http",
    "guard_sqlalchemy",
    "guard_threads",
    "refuse_bare_psycopg",
]
