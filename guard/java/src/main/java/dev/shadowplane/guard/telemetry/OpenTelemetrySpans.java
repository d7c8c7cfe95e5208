package dev.shadowplane.guard.telemetry;

import io.opentelemetry.api.trace.Span;
import java.util.function.Consumer;

/** Notes on OpenTelemetry's spans. Nothing else here needs OpenTelemetry, so a service without it never loads this class. */
public final class OpenTelemetrySpans {
    private OpenTelemetrySpans() {}

    /** {@code ShadowGuard.builder().spanNotes(OpenTelemetrySpans.current())}. */
    public static Consumer<String> current() {
        return attribute -> Span.current().setAttribute(attribute, true);
    }
}
