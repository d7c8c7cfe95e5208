package dev.shadowplane.guard.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.shadowplane.guard.ContractTest;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.TestService;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShadowGuardFilterTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Says whether it thinks that it does shadow work; below /async in a thread of its own, then in one of the container. */
    private final class Orders extends HttpServlet {
        private static final long serialVersionUID = 1L;
        private final transient ShadowGuard guard;

        Orders(ShadowGuard guard) {
            this.guard = guard;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getPathInfo().equals("/async") && request.getAttribute("seen") == null) {
                AsyncContext context = request.startAsync();
                new Thread(guard.bind(() -> {
                    request.setAttribute("seen", guard.isShadow());
                    context.dispatch();
                })).start();
                return;
            }
            if (guard.scope() != null) {
                guard.scope().resource(this, AutoCloseable.class, () -> closed::countDown);
            }
            Object before = request.getAttribute("seen");
            response.getWriter().print((before == null ? "" : before + " ") + guard.isShadow() + " " + closed.getCount());
        }
    }

    private HttpResponse<String> call(ShadowGuard guard, String method, String path, String... headers) throws Exception {
        try (TestService service = new TestService(guard, new Orders(guard))) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.url() + path))
                    .method(method, HttpRequest.BodyPublishers.noBody());
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static ShadowGuard from(String... proxies) {
        return ContractTest.guard().trustedProxies(proxies).build();
    }

    private static ShadowGuard always() {
        return ContractTest.guard().environment(Map.of("SHADOW_MODE", "true")).build();
    }

    private static String proof(HttpResponse<?> response) {
        return response.headers().firstValue(ShadowGuard.PROOF_HEADER).orElse(null);
    }

    @Test
    void aMarkedRequestOfATrustedProxyIsShadowWorkAndSaysSo() throws Exception {
        HttpResponse<String> marked = call(from("127.0.0.1"), "POST", "/orders", "x-shadow", "true");
        assertEquals("true 1", marked.body());
        assertEquals("marked", proof(marked));
        assertTrue(closed.await(5, TimeUnit.SECONDS), "what was opened for the request is closed when it ends");
        HttpResponse<String> plain = call(from("127.0.0.1"), "POST", "/orders");
        assertEquals("false 0", plain.body());
        assertEquals(null, proof(plain));
    }

    @Test
    void anAsynchronousRequestStaysWhatItIs() throws Exception {
        assertEquals("true true 1", call(from("127.0.0.1"), "POST", "/async", "x-shadow", "true").body());
        assertTrue(closed.await(5, TimeUnit.SECONDS));
        assertEquals("false false 0", call(from("127.0.0.1"), "POST", "/async").body());
    }

    @Test
    void aRequestThatAStrangerMarkedIsRefusedOrIgnored() throws Exception {
        HttpResponse<String> refused = call(from("10.0.0.0/8"), "POST", "/orders", "x-shadow", "true");
        assertEquals(ContractTest.CONTRACT.at("/refusal/status").asInt(), refused.statusCode());
        JsonNode body = MAPPER.readTree(refused.body());
        assertEquals(ContractTest.CONTRACT.at("/refusal/code").asText(), body.get("code").asText());
        assertTrue(body.get("detail").asText().contains("127.0.0.1"));
        assertEquals(null, proof(refused));
        ShadowGuard ignoring = ContractTest.guard().trustedProxies("10.0.0.0/8").ignoreUntrustedMarkers().build();
        assertEquals("false 1", call(ignoring, "POST", "/orders", "x-shadow", "true").body());
    }

    @Test
    void everythingIsShadowWorkWithShadowMode() throws Exception {
        HttpResponse<String> response = call(always(), "POST", "/orders");
        assertEquals("true 1", response.body());
        assertEquals("always", proof(response));
    }

    @Test
    void theProbeSaysModeAndWhetherARequestLikeItselfIsGuarded() throws Exception {
        String[] marker = {"x-shadow", "true"};
        assertProbe("marked", true, call(from("127.0.0.1"), "GET", ShadowGuard.PROBE_PATH + "?now", marker));
        assertProbe("marked", false, call(from("127.0.0.1"), "GET", ShadowGuard.PROBE_PATH));
        assertProbe("marked", false, call(from("10.0.0.0/8"), "GET", ShadowGuard.PROBE_PATH, marker));
        assertProbe("always", true, call(always(), "GET", ShadowGuard.PROBE_PATH));
        assertProbe("off", false, call(from(), "GET", ShadowGuard.PROBE_PATH, marker));
    }

    private static void assertProbe(String mode, boolean guarded, HttpResponse<String> response) throws Exception {
        assertEquals(200, response.statusCode());
        assertTrue(response.headers().firstValue("content-type").orElse("").startsWith("application/json"));
        assertEquals("no-store", response.headers().firstValue("cache-control").orElse(null));
        assertEquals(guarded ? mode : null, proof(response));
        ObjectNode expected = ContractTest.CONTRACT.at("/probe").deepCopy();
        expected.put("mode", mode).put("guarded", guarded).put("version", ShadowGuard.VERSION);
        assertEquals(expected, MAPPER.readTree(response.body()));
    }
}
