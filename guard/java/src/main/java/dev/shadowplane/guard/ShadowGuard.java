package dev.shadowplane.guard;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Knows which work is shadow work, carries that along, and counts what was kept from happening. The wrappers (requests,
 * JDBC, Kafka, outgoing HTTP) ask it; it knows none of them. Make one, before the first request, and hand it to each.
 *
 * <p>The mode belongs to a thread, virtual or not. It is not inherited: a worker that a shadow request starts would
 * remember it for ever. Work that is handed to other threads is bound: {@link #bind}, {@link #executor},
 * {@link #threadFactory}.
 */
public final class ShadowGuard {
    /** Marks a copy, when a trusted proxy sent it. */
    public static final String MARKER = "x-shadow";
    /** On the answer to every request that was served as shadow work; its value is the guard's mode. */
    public static final String PROOF_HEADER = "x-shadow-guard";
    /** Where the control plane asks for the proof before it sends copies of unsafe requests. */
    public static final String PROBE_PATH = "/.well-known/shadow-guard";
    /** Counts, by {@code what} and {@code shadow}, what was kept from happening. */
    public static final String METRIC = "shadow_guard_suppressed_total";

    public static final String VERSION = "0.1.0";

    private final GuardMode mode;
    private final TrustedAddresses trusted;
    private final boolean refusesStrangers;
    private final Consumer<String> spanNotes;
    // A ScopedValue would do, but is final only since Java 25, and cannot be carried to a pool.
    private final ThreadLocal<ShadowScope> scopes = new ThreadLocal<>();
    private final Set<Cover> covers = new ConcurrentSkipListSet<>();
    private final Map<Cover, LongAdder> suppressed = new EnumMap<>(Cover.class);

    private ShadowGuard(Builder builder) {
        trusted = new TrustedAddresses(builder.trustedProxies);
        refusesStrangers = builder.refusesStrangers;
        spanNotes = builder.spanNotes;
        for (Cover cover : Cover.values()) {
            suppressed.put(cover, new LongAdder());
        }
        if (readShadowMode(builder.environment)) {
            mode = GuardMode.ALWAYS;
        } else {
            mode = builder.trustedProxies.isEmpty() ? GuardMode.OFF : GuardMode.MARKED;
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    public GuardMode mode() {
        return mode;
    }

    /** Whether what this thread does now is shadow work. */
    public boolean isShadow() {
        return mode == GuardMode.ALWAYS || scopes.get() != null;
    }

    /** The shadow work that this thread does now, if it has a beginning and an end; null otherwise. */
    public ShadowScope scope() {
        return scopes.get();
    }

    /** The value of the label {@code shadow} that metrics of what runs now should carry. */
    public String metricLabel() {
        return isShadow() ? "true" : "false";
    }

    /** How to serve a request with this marker (the value of {@code x-shadow}, null for none) from this peer. */
    public RequestMode decide(String marker, String peer) {
        if (mode == GuardMode.ALWAYS) {
            return RequestMode.SHADOW;
        }
        if (!isMarked(marker)) {
            return RequestMode.REAL;
        }
        if (trusted.isTrusted(peer)) {
            return RequestMode.SHADOW;
        }
        return refusesStrangers ? RequestMode.REFUSED : RequestMode.REAL;
    }

    /** Runs {@code work}, in this thread, as part of {@code scope}; with null, as part of no request. */
    public <T> T enter(ShadowScope scope, Callable<T> work) throws Exception {
        ShadowScope before = scopes.get();
        set(scope);
        try {
            if (scope != null) {
                spanNotes.accept("shadow_mode");
            }
            return work.call();
        } finally {
            set(before);
        }
    }

    /** Runs a job (a queue's message, a timer's work) as shadow work, and closes what was opened for it when it is done. */
    public <T> T runShadow(Callable<T> job) throws Exception {
        ShadowScope scope = new ShadowScope();
        try {
            return enter(scope, job);
        } finally {
            scope.end();
        }
    }

    /** {@code work}, as part of the request that this thread serves now, wherever it is run. */
    public Runnable bind(Runnable work) {
        ShadowScope scope = scopes.get();
        return () -> {
            ShadowScope before = scopes.get();
            set(scope);
            try {
                work.run();
            } finally {
                set(before);
            }
        };
    }

    /** {@code work}, as part of the request that this thread serves now, wherever it is called. */
    public <T> Callable<T> bind(Callable<T> work) {
        ShadowScope scope = scopes.get();
        return () -> enter(scope, work);
    }

    /** Runs what it is given as part of the request that gave it: for {@code CompletableFuture.supplyAsync} and its kind. */
    public Executor executor(Executor executor) {
        return work -> executor.execute(bind(work));
    }

    /**
     * Threads that belong to the request which asked for them: for executors with a thread for each task and for
     * {@code StructuredTaskScope}. Not for pools, whose threads outlive the request.
     */
    public ThreadFactory threadFactory(ThreadFactory factory) {
        return work -> factory.newThread(bind(work));
    }

    /** A wrapper says that it is in place. */
    public void cover(Cover what) {
        covers.add(what);
    }

    /** A wrapper says that it kept something from happening. */
    public void suppressed(Cover what, long count) {
        suppressed.get(what).add(count);
        if (what == Cover.POSTGRES) {
            spanNotes.accept("db.write_suppressed");
        }
    }

    /** How often something was kept from happening since the start. */
    public long suppressedCount(Cover what) {
        return suppressed.get(what).sum();
    }

    /** The answer to {@code GET /.well-known/shadow-guard}, as JSON. */
    public String probe(boolean guarded) {
        String names = covers.stream().map(cover -> '"' + cover.wireName() + '"').collect(Collectors.joining(","));
        return "{\"guard\":\"shadowplane\",\"version\":\"" + VERSION + "\",\"mode\":\"" + mode.wireName()
                + "\",\"guarded\":" + guarded + ",\"covers\":[" + names + "]}";
    }

    private void set(ShadowScope scope) {
        if (scope == null) {
            scopes.remove();
        } else {
            scopes.set(scope);
        }
    }

    /** Anything but a plain "true" is somebody else's header; a marker that came twice is still a marker. */
    private static boolean isMarked(String marker) {
        if (marker != null) {
            for (String value : marker.split(",")) {
                if (value.trim().equalsIgnoreCase("true")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A value that is neither true nor false is an error: a typing mistake must not switch the guard off. */
    private static boolean readShadowMode(Map<String, String> environment) {
        String given = environment.getOrDefault("SHADOW_MODE", "");
        String value = given.trim();
        if (value.equalsIgnoreCase("true") || value.equals("1")) {
            return true;
        }
        if (value.isEmpty() || value.equalsIgnoreCase("false") || value.equals("0")) {
            return false;
        }
        throw new IllegalArgumentException("SHADOW_MODE is \"" + given + "\"; it must be \"true\" or \"false\"");
    }

    /** Every setting has a default: without any, {@code SHADOW_MODE} alone decides. */
    public static final class Builder {
        private List<String> trustedProxies = List.of();
        private boolean refusesStrangers = true;
        private Map<String, String> environment = System.getenv();
        private Consumer<String> spanNotes = attribute -> {};

        private Builder() {}

        /**
         * Addresses and networks of the proxies whose marker ({@code x-shadow: true}) is believed; the peer of the
         * connection counts, not {@code x-forwarded-for}. Default: none, so that only {@code SHADOW_MODE} switches it on.
         */
        public Builder trustedProxies(String... entries) {
            return trustedProxies(List.of(entries));
        }

        public Builder trustedProxies(Collection<String> entries) {
            trustedProxies = List.copyOf(entries);
            return this;
        }

        /**
         * A request that somebody else marked is served as any other. Without this it is answered 403: it may be a copy
         * from a proxy that was forgotten in the list, and serving it would do the work twice.
         */
        public Builder ignoreUntrustedMarkers() {
            refusesStrangers = false;
            return this;
        }

        /** Where {@code SHADOW_MODE} is read, once. Default: {@code System.getenv()}. */
        public Builder environment(Map<String, String> variables) {
            environment = Map.copyOf(variables);
            return this;
        }

        /**
         * Sets an attribute of the span that is active to true: {@code OpenTelemetrySpans.current()}. It is called with
         * {@code shadow_mode} and, at a write, {@code db.write_suppressed}. Default: none.
         */
        public Builder spanNotes(Consumer<String> notes) {
            spanNotes = notes;
            return this;
        }

        public ShadowGuard build() {
            return new ShadowGuard(this);
        }
    }
}
