"""What a SQL text asks for, as far as the guard needs to know.

Where one statement ends, which statements begin and end transactions, and which reach beyond the transaction. It reads
words, not grammar; comments, strings and quoted bodies are no words. The last word on committing has the database itself
(database/transaction.py), not this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""--[^\n]*|/\*|'|"(?:[^"]|"")*"|\$(?:[A-Za-z_\x80-\U0010ffff][0-9A-Za-z_\x80-\U0010ffff]*)?\$"""
    r"""|[A-Za-z_\x80-\U0010ffff][0-9A-Za-z_$\x80-\U0010ffff]*|\$?[0-9][0-9A-Za-z_.]*|[();,]"""
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_STRING = re.compile(r"(?:[^']|'')*'")
_ESCAPE_STRING = re.compile(r"(?:[^'\\]|\\[\s\S]|'')*'")

# Functions whose effect stays when the transaction is rolled back, or that reach out of the database.
_BEYOND_ROLLBACK = re.compile(
    r"SETVAL|DBLINK[0-9A-Z_]*|LO_EXPORT|PG_(TERMINATE|CANCEL)_BACKEND|PG_FILE_[0-9A-Z_]+|PG_RELOAD_CONF|PG_ROTATE_LOGFILE"
    r"|PG_LOGICAL_EMIT_MESSAGE|PG_STAT_RESET[0-9A-Z_]*|PG_(CREATE|DROP|COPY)_[0-9A-Z_]*REPLICATION_SLOT|PG_SWITCH_WAL"
    r"|PG_PROMOTE"
)
_READS = frozenset(
    "SELECT SHOW SET RESET EXPLAIN FETCH MOVE DECLARE CLOSE PREPARE DEALLOCATE LOCK DO CALL UNLISTEN DISCARD VALUES TABLE"
    " WITH".split()
)
_WRITES_WITHIN = frozenset("INSERT UPDATE DELETE MERGE".split())


@dataclass(frozen=True)
class Statement:
    text: str
    kind: str
    """begin, commit, rollback, savepoint, set-transaction, check-constraints or plain."""
    words: tuple[str, ...]
    chained: bool
    """COMMIT AND CHAIN, ROLLBACK AND CHAIN."""
    refusal: str | None
    """Why shadow work may not do this; None when it may."""
    writes: bool
    """Changes data, by its first word or within a WITH."""


@lru_cache(maxsize=2048)
def read_statements(text: str) -> tuple[Statement, ...]:
    statements: list[Statement] = []
    words: list[str] = []
    start = position = parentheses = bodies = 0
    while match := _TOKEN.search(text, position):
        token, position = match[0], match.end()
        if token.startswith("--"):
            continue
        if token == "/*":
            position = _end_of_comment(text, position)
        elif token == "'":
            escapes = bool(words) and words[-1] == "E" and text[match.start() - 1].upper() == "E"
            end = (_ESCAPE_STRING if escapes else _STRING).match(text, position)
            position = end.end() if end else len(text)
            words.append("'")
        elif len(token) > 1 and token[0] == token[-1] == "$":
            end_at = text.find(token, position)
            position = len(text) if end_at < 0 else end_at + len(token)
            words.append("'")
        elif token == ";" and parentheses == 0 and bodies == 0:
            if words:
                statements.append(_classify(text[start : match.start()], words))
            words, start = [], position
        else:
            word = token if token.startswith('"') else token.upper()
            if word == "(":
                parentheses += 1
            elif word == ")":
                parentheses = max(0, parentheses - 1)
            # The body of a function in standard SQL: BEGIN ATOMIC ...; ...; END
            elif word == "ATOMIC" and words and words[-1] == "BEGIN" and words[0] == "CREATE":
                bodies += 1
            elif bodies > 0 and word == "CASE":
                bodies += 1
            elif bodies > 0 and word == "END":
                bodies -= 1
            words.append(word)
    if words:
        statements.append(_classify(text[start:], words))
    return tuple(statements)


def _end_of_comment(text: str, position: int) -> int:
    depth = 1
    while edge := _COMMENT_EDGE.search(text, position):
        position = edge.end()
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return position
    return len(text)


def _classify(text: str, words: list[str]) -> Statement:
    first, second = words[0], words[1] if len(words) > 1 else ""
    pairs = list(zip(words, words[1:], strict=False))
    within = first in ("WITH", "EXPLAIN") and any(one == "(" and two in _WRITES_WITHIN for one, two in pairs)
    kind = _kind(first, second, words)
    return Statement(
        text=text,
        kind=kind,
        words=tuple(words),
        chained=("AND", "CHAIN") in pairs,
        refusal=_refusal(first, second, words, pairs),
        writes=within or (kind == "plain" and first not in _READS),
    )


def _kind(first: str, second: str, words: list[str]) -> str:
    if first == "BEGIN" or (first, second) == ("START", "TRANSACTION"):
        return "begin"
    if first in ("COMMIT", "END"):
        return "commit"
    if first in ("ROLLBACK", "ABORT"):
        return "savepoint" if "TO" in words else "rollback"
    if first in ("SAVEPOINT", "RELEASE"):
        return "savepoint"
    if first != "SET":
        return "plain"
    if second == "TRANSACTION" or words[1:3] == ["SESSION", "CHARACTERISTICS"]:
        return "set-transaction"
    return "check-constraints" if words[1:4] == ["CONSTRAINTS", "ALL", "IMMEDIATE"] else "plain"


def _refusal(first: str, second: str, words: list[str], pairs: list[tuple[str, str]]) -> str | None:
    if second == "PREPARED" and first in ("COMMIT", "ROLLBACK"):
        return f"{first} PREPARED outlives a rollback"
    if (first, second) == ("PREPARE", "TRANSACTION"):
        return "PREPARE TRANSACTION outlives a rollback"
    if first == "LISTEN":
        return "LISTEN takes effect at a commit, which never comes; use a connection without guard"
    if first == "COPY" and ("PROGRAM" in words or ("TO", "'") in pairs):
        return "COPY to a file or program outlives a rollback"
    for word, following in pairs:
        if following == "(" and _BEYOND_ROLLBACK.fullmatch(word.replace('"', "").upper()):
            return f"{word.lower()}() outlives a rollback"
    return None
