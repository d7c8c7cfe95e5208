"""`KafkaProducer` of kafka-python."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import refused
from ..guard import ShadowGuard
from .dry_run import MadeUpOffsets, check_size, headers_size, size_of


class RecordMetadata(NamedTuple):
    """As kafka-python's; the offset is made up."""

    topic: str
    partition: int
    topic_partition: Any
    offset: int
    timestamp: int | None
    checksum: int | None
    serialized_key_size: int
    serialized_value_size: int
    serialized_header_size: int


class ShadowFuture:
    """A future of kafka-python that is done."""

    is_done = True
    exception = None

    def __init__(self, value: RecordMetadata) -> None:
        self.value = value

    def get(self, timeout: float | None = None) -> RecordMetadata:
        return self.value

    def succeeded(self) -> bool:
        return True

    def failed(self) -> bool:
        return False

    def retriable(self) -> bool:
        return False

    def add_callback(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> ShadowFuture:
        work(*args, self.value, **kwargs)
        return self

    def add_errback(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> ShadowFuture:
        return self

    def add_both(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> ShadowFuture:
        return self.add_callback(work, *args, **kwargs)


class GuardedKafkaProducer:
    def __init__(self, guard: ShadowGuard, producer: Any, max_bytes: int) -> None:
        self._guard = guard
        self._producer = producer
        self._max_bytes = max_bytes
        self._offsets = MadeUpOffsets()

    def send(
        self,
        topic: str,
        value: Any = None,
        key: Any = None,
        headers: Any = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> Any:
        if not self._guard.is_shadow:
            return self._producer.send(topic, value, key, headers, partition, timestamp_ms)
        if not isinstance(topic, str):
            raise TypeError(f"topic must be a str, not {type(topic).__name__}")
        if value is None and key is None:
            raise ValueError("Need at least one: key or value")
        if not isinstance(headers or [], list):
            raise TypeError("headers must be a list")
        key_bytes = self._serialise("key_serializer", topic, headers or [], key)
        value_bytes = self._serialise("value_serializer", topic, headers or [], value)
        sizes = [size_of(key_bytes, "key"), size_of(value_bytes, "value"), headers_size(headers)]
        check_size(topic, sum(sizes), self._max_bytes)
        where = self._partition_of(topic, (key, key_bytes, value, value_bytes), partition)
        self._guard.suppressed("kafka")
        offset = self._offsets.take(topic, where)
        return ShadowFuture(RecordMetadata(topic, where, (topic, where), offset, timestamp_ms, None, *sizes))

    def flush(self, timeout: float | None = None) -> Any:
        return self._producer.flush(timeout)

    def init_transactions(self) -> Any:
        """The real one would fence off the producer in production that has the same transactional id."""
        return self._unless_shadow("init_transactions")

    def begin_transaction(self) -> Any:
        return self._unless_shadow("begin_transaction")

    def commit_transaction(self) -> Any:
        return self._unless_shadow("commit_transaction")

    def abort_transaction(self) -> Any:
        return self._unless_shadow("abort_transaction")

    def send_offsets_to_transaction(self, *args: Any, **kwargs: Any) -> Any:
        return self._unless_shadow("send_offsets_to_transaction", *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    def _serialise(self, which: str, topic: str, headers: Any, data: Any) -> Any:
        serializer = self._producer.config.get(which)
        if serializer is None:
            return data
        own = getattr(serializer, "serialize", None)
        if own is None:
            return serializer(data)
        # Its form has changed: (topic, data), and with headers since 2.2.
        takes_headers = len(inspect.signature(own).parameters) >= 3
        return own(topic, headers, data) if takes_headers else own(topic, data)

    def _partition_of(self, topic: str, data: tuple[Any, Any, Any, Any], wanted: int | None) -> int:
        partitions = sorted(self._producer.partitions_for(topic) or ())
        if not partitions:
            raise refused(f"the broker has no topic {topic}")
        if wanted is not None:
            if wanted not in partitions:
                raise refused(f"{topic} has no partition {wanted}")
            return wanted
        partitioner = self._producer.config["partitioner"]
        if hasattr(partitioner, "partition"):
            return int(partitioner.partition(topic, *data, self._producer._metadata))
        # Until kafka-python 2 it was a function.
        return int(partitioner(data[1], partitions, partitions))

    def _unless_shadow(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return None if self._guard.is_shadow else getattr(self._producer, name)(*args, **kwargs)
