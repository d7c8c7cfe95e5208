package dev.shadowplane.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shadowplane.guard.telemetry.GuardMeters;
import dev.shadowplane.guard.telemetry.OpenTelemetrySpans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class ShadowGuardTest {
    private final ShadowGuard guard = ContractTest.guard().build();

    @Test
    void aJobIsShadowWorkFromItsBeginningToItsEnd() throws Exception {
        List<String> closed = new ArrayList<>();
        String label = guard.runShadow(() -> {
            guard.scope().resource(this, AutoCloseable.class, () -> () -> closed.add("first"));
            guard.scope().resource(this, AutoCloseable.class, () -> () -> closed.add("made twice"));
            guard.scope().resource(guard, AutoCloseable.class, () -> () -> {
                throw new IllegalStateException("does not close");
            });
            return guard.metricLabel();
        });
        assertEquals("true", label);
        assertEquals(List.of("first"), closed);
        assertFalse(guard.isShadow());
        assertEquals("false", guard.metricLabel());
        assertThrows(IllegalStateException.class, () -> guard.runShadow(() -> {
            throw new IllegalStateException();
        }));
        assertFalse(guard.isShadow());
    }

    @Test
    void boundWorkBelongsToTheRequestAndItsThreadForgetsIt() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            boolean[] seen = guard.runShadow(() -> new boolean[] {
                // The worker is started by shadow work, and must not remember.
                pool.submit(guard::isShadow).get(),
                pool.submit(guard.bind((Callable<Boolean>) guard::isShadow)).get(),
                CompletableFuture.supplyAsync(guard::isShadow, guard.executor(pool)).get()
            });
            assertFalse(seen[0]);
            assertTrue(seen[1]);
            assertTrue(seen[2]);
            assertFalse(pool.submit(guard::isShadow).get());
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aThreadForATaskBelongsToWhoAskedForIt() throws Exception {
        ThreadFactory factory = guard.threadFactory(virtualThreads());
        boolean[] seen = new boolean[2];
        guard.runShadow(() -> {
            Thread thread = factory.newThread(() -> seen[0] = guard.isShadow());
            thread.start();
            thread.join();
            return null;
        });
        Thread thread = factory.newThread(() -> seen[1] = guard.isShadow());
        thread.start();
        thread.join();
        assertTrue(seen[0]);
        assertFalse(seen[1]);
    }

    @Test
    void theDatabaseAttributeIsNotedWithWrites() throws Exception {
        List<String> noted = new ArrayList<>();
        ShadowGuard noting = ContractTest.guard().spanNotes(noted::add).build();
        noting.runShadow(() -> {
            noting.suppressed(Cover.KAFKA, 1);
            noting.suppressed(Cover.POSTGRES, 1);
            return null;
        });
        assertEquals(ContractTest.texts("/spanAttributes"), noted);
        // Without an SDK the span is one that does nothing.
        OpenTelemetrySpans.current().accept("shadow_mode");
    }

    @Test
    void metersCountAndSayThatTheyAreAShadows() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        ShadowGuard always = ContractTest.guard().environment(Map.of("SHADOW_MODE", "true")).build();
        GuardMeters.bind(always, registry);
        always.suppressed(Cover.KAFKA, 3);
        assertEquals(3, registry.get("shadow.guard.suppressed").tags("what", "kafka", "shadow", "true").functionCounter().count());
        registry.counter("orders").increment();
        assertEquals(1, registry.get("orders").tag("shadow", "true").counter().count());
    }

    /** Java 21 and newer have them; this is compiled for 17. */
    private static ThreadFactory virtualThreads() throws Exception {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
        } catch (NoSuchMethodException olderJava) {
            return Thread::new;
        }
    }
}
