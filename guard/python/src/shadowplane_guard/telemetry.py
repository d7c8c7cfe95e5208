"""Shadow work can be told from real work in metrics and traces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .guard import ShadowGuard

METRIC = "shadow_guard_suppressed_total"


def guard_metrics(guard: ShadowGuard, registry: Any = None) -> Any:
    """Counts what was kept from happening in `shadow_guard_suppressed_total{what, shadow="true"}` of a registry of
    `prometheus_client` (default: its own). Returns the registry to export: with `SHADOW_MODE=true`, one in which every
    metric carries `shadow="true"`. In a process that serves both kinds of requests, give `guard.metric_labels` to the
    metrics of a request.
    """
    from prometheus_client import REGISTRY

    registry = REGISTRY if registry is None else registry
    registry.register(_Suppressed(guard))
    return _Labelled(registry) if guard.mode == "always" else registry


class _Suppressed:
    def __init__(self, guard: ShadowGuard) -> None:
        self._guard = guard

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily

        explained = "Writes, messages and calls of shadow work that were kept from happening"
        family = CounterMetricFamily(METRIC.removesuffix("_total"), explained, labels=["what", "shadow"])
        for what, count in self._guard.suppressed_counts.items():
            family.add_metric([what, "true"], count)
        yield family


class _Labelled:
    """A registry in which every sample says that it is a shadow's."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Any]:
        for metric in self._registry.collect():
            # `info` and `gauge` alike: samples are tuples, made anew for every collection.
            metric.samples = [sample._replace(labels={**sample.labels, "shadow": "true"}) for sample in metric.samples]
            yield metric

    def restricted_registry(self, names: Any) -> _Labelled:
        return _Labelled(self._registry.restricted_registry(names))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)


class ShadowSpanProcessor:
    """Every span of shadow work gets `shadow_mode`, whoever began it: `provider.add_span_processor(ShadowSpanProcessor(guard))`.

    Right where the instrumentation begins its spans only after the guard; it has what OpenTelemetry's SDK calls.
    """

    def __init__(self, guard: ShadowGuard) -> None:
        self._guard = guard

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        if self._guard.is_shadow:
            span.set_attribute("shadow_mode", True)

    def _on_ending(self, span: Any) -> None:
        pass

    def on_end(self, span: Any) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True
