"""What both kinds of producers need: sizes, and offsets that are made up."""

from __future__ import annotations

import threading
from typing import Any

from ..errors import refused


def size_of(data: Any, what: str) -> int:
    if data is None:
        return 0
    if isinstance(data, str):
        return len(data.encode())
    if isinstance(data, (bytes, bytearray, memoryview)):
        return len(data)
    raise TypeError(f"the producer would refuse this message: its {what} is {type(data).__name__}, not bytes")


def headers_size(headers: Any) -> int:
    pairs = headers.items() if isinstance(headers, dict) else headers or []
    return sum(size_of(name, "header name") + size_of(value, "header") for name, value in pairs)


def check_size(topic: str, size: int, most: int) -> None:
    if size > most:
        raise refused(f"the broker would refuse a message of {size} bytes for {topic}")


class MadeUpOffsets:
    """Counts up, for each partition."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[tuple[str, int], int] = {}

    def take(self, topic: str, partition: int) -> int:
        with self._lock:
            offset = self._next.get((topic, partition), 0)
            self._next[topic, partition] = offset + 1
            return offset
