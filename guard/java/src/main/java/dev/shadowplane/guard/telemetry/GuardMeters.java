package dev.shadowplane.guard.telemetry;

import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.GuardMode;
import dev.shadowplane.guard.ShadowGuard;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;

/** Micrometer. Nothing else here needs it, so a service without it never loads this class. */
public final class GuardMeters {
    private GuardMeters() {}

    /**
     * Counts what was kept from happening in {@code shadow_guard_suppressed_total{what, shadow="true"}}, as Prometheus names
     * it. With {@code SHADOW_MODE=true} every meter that is made from now on gets {@code shadow="true"}; where marked and
     * unmarked requests meet, add {@link ShadowGuard#metricLabel()} to the meters of a request.
     */
    public static void bind(ShadowGuard guard, MeterRegistry registry) {
        if (guard.mode() == GuardMode.ALWAYS) {
            registry.config().commonTags("shadow", "true");
        }
        for (Cover cover : Cover.values()) {
            FunctionCounter.builder("shadow.guard.suppressed", guard, one -> one.suppressedCount(cover))
                    .description("Writes, messages and calls of shadow work that were kept from happening")
                    .tag("what", cover.wireName())
                    .tag("shadow", "true")
                    .register(registry);
        }
    }
}
