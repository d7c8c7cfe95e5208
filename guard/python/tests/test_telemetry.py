from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shadowplane_guard import ShadowGuard, ShadowSpanProcessor, guard_metrics


def test_spans_say_that_they_are_shadow_work():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    guard = ShadowGuard(environment={}, active_span=trace.get_current_span)
    provider.add_span_processor(ShadowSpanProcessor(guard))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("begun before"), guard.shadow():
        with tracer.start_as_current_span("write"):
            guard.suppressed("postgres")
    with tracer.start_as_current_span("real"):
        pass
    attributes = {span.name: dict(span.attributes) for span in exporter.get_finished_spans()}
    assert attributes == {
        "begun before": {"shadow_mode": True},
        "write": {"shadow_mode": True, "db.write_suppressed": True},
        "real": {},
    }


def test_metrics_count_what_was_suppressed_and_say_that_they_are_a_shadows():
    def lines(environment):
        registry = CollectorRegistry()
        Gauge("orders", "Orders", ["kind"], registry=registry).labels("open").set(3)
        guard = ShadowGuard(environment=environment)
        exported = guard_metrics(guard, registry)
        guard.suppressed("kafka", 2)
        text = generate_latest(exported).decode()
        return [line for line in text.splitlines() if not line.startswith("#")]

    assert lines({}) == [
        'orders{kind="open"} 3.0',
        'shadow_guard_suppressed_total{shadow="true",what="kafka"} 2.0',
    ]
    assert lines({"SHADOW_MODE": "true"})[0] == 'orders{kind="open",shadow="true"} 3.0'
