package dev.shadowplane.guard.http;

import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.ShadowRefusedException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What becomes of a call that shadow work makes: a stub answers, or it passes (a safe method, an allowed one), or neither. The
 * first stub that matches counts, for safe methods, too.
 */
public final class OutgoingRules {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    /** What a stub is asked. */
    public record StubRequest(String method, URI uri, byte[] body) {}

    /** What the other side would have answered. */
    public record StubAnswer(int status, Map<String, String> headers, byte[] body) {
        public static StubAnswer of(int status) {
            return new StubAnswer(status, Map.of(), new byte[0]);
        }

        public static StubAnswer json(int status, String body) {
            return new StubAnswer(
                    status, Map.of("content-type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A decision: {@code stub} answers when there is one, otherwise the call passes or not. */
    record Decision(boolean passes, Function<StubRequest, StubAnswer> stub) {}

    private record Rule(URI address, Pattern pattern, Set<String> methods, Function<StubRequest, StubAnswer> answer) {
        boolean matches(String method, URI uri) {
            if (!methods.isEmpty() && methods.stream().noneMatch(method::equalsIgnoreCase)) {
                return false;
            }
            return pattern == null ? isBelow(uri) : pattern.matcher(uri.toString()).find();
        }

        private boolean isBelow(URI uri) {
            String path = pathOf(address).replaceFirst("/$", "");
            boolean sameOrigin = address.getScheme().equalsIgnoreCase(uri.getScheme())
                    && address.getHost().equalsIgnoreCase(uri.getHost())
                    && portOf(address) == portOf(uri);
            return sameOrigin && (pathOf(uri).equals(path) || pathOf(uri).startsWith(path + "/"));
        }
    }

    private final List<Rule> stubs = new ArrayList<>();
    private final List<Rule> allowed = new ArrayList<>();

    /** Calls to {@code url} and to paths below it, with one of {@code methods} (none: with any), are answered here. */
    public OutgoingRules stub(String url, Function<StubRequest, StubAnswer> answer, String... methods) {
        stubs.add(new Rule(address(url), null, Set.of(methods), answer));
        return this;
    }

    public OutgoingRules stub(String url, StubAnswer answer, String... methods) {
        return stub(url, request -> answer, methods);
    }

    /** As {@link #stub}; the pattern is looked for in the whole address. */
    public OutgoingRules stub(Pattern url, Function<StubRequest, StubAnswer> answer, String... methods) {
        stubs.add(new Rule(null, url, Set.of(methods), answer));
        return this;
    }

    /** Calls that may go out although their method is not safe: a search by POST, a telemetry collector, a guarded service. */
    public OutgoingRules allow(String url, String... methods) {
        allowed.add(new Rule(address(url), null, Set.of(methods), null));
        return this;
    }

    Decision decide(String method, URI uri) {
        for (Rule rule : stubs) {
            if (rule.matches(method, uri)) {
                return new Decision(false, rule.answer());
            }
        }
        return new Decision(SAFE.contains(method) || allowed.stream().anyMatch(rule -> rule.matches(method, uri)), null);
    }

    static ShadowRefusedException refusal(ShadowGuard guard, String method, URI uri) {
        guard.suppressed(Cover.OUTGOING_HTTP, 1);
        // Without the query and the user, which may hold what no log should.
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String call = method + " " + uri.getScheme() + "://" + uri.getHost() + port + pathOf(uri);
        return new ShadowRefusedException(call + " was not sent: shadow work; declare a stub for it or allow it");
    }

    private static URI address(String url) {
        URI uri = URI.create(url);
        if (uri.getHost() == null || uri.getScheme() == null) {
            throw new IllegalArgumentException("\"" + url + "\" is no address such as https://pay.example/charges");
        }
        return uri;
    }

    private static String pathOf(URI uri) {
        return uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    }

    private static int portOf(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
