package dev.shadowplane.guard.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.shadowplane.guard.ContractTest;
import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.ShadowRefusedException;
import dev.shadowplane.guard.http.OutgoingRules.Decision;
import dev.shadowplane.guard.http.OutgoingRules.StubAnswer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The other side is a real server; it says what reached it, and with which marker. */
class GuardedHttpClientTest {
    private final ShadowGuard guard = ContractTest.guard().build();
    private final List<String> reached = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private String base;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String marker = exchange.getRequestHeaders().getFirst("x-shadow");
            reached.add((exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + marker + " " + body).trim());
            exchange.sendResponseHeaders(200, 4);
            exchange.getResponseBody().write("real".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        base = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String call(HttpClient client, boolean async, String method, String url, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        HttpResponse.BodyHandler<String> text = HttpResponse.BodyHandlers.ofString();
        try {
            HttpResponse<String> response = async ? client.sendAsync(request, text).join() : client.send(request, text);
            assertEquals(request.uri(), response.uri());
            return response.statusCode() + " " + response.body();
        } catch (CompletionException error) {
            throw (Exception) error.getCause();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sideEffectsAreRefusedAndSafeAndAllowedCallsPassWithTheMarker(boolean async) throws Exception {
        HttpClient client = new GuardedHttpClient(
                guard, HttpClient.newHttpClient(), new OutgoingRules().allow(base + "/search", "post"));
        guard.runShadow(() -> {
            for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
                ShadowRefusedException refused = assertThrows(
                        ShadowRefusedException.class, () -> call(client, async, method, base + "/pay?card=1", ""));
                assertTrue(refused.getMessage().startsWith(method + " " + base + "/pay was not sent"), refused.getMessage());
            }
            assertEquals("200 real", call(client, async, "GET", base + "/price", ""));
            assertEquals("200 real", call(client, async, "POST", base + "/search/all", "lamp"));
            return null;
        });
        assertEquals("200 real", call(client, async, "POST", base + "/pay", "money"));
        assertEquals(List.of("GET /price true", "POST /search/all true lamp", "POST /pay null money"), reached);
        assertEquals(4, guard.suppressedCount(Cover.OUTGOING_HTTP));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStubAnswersInPlaceOfTheOtherSide(boolean async) throws Exception {
        OutgoingRules rules = new OutgoingRules()
                .stub(base + "/pay", request -> StubAnswer.json(201, "{\"paid\":\"" + new String(request.body(), StandardCharsets.UTF_8) + "\"}"), "POST")
                .stub(Pattern.compile("/mail\\?"), request -> StubAnswer.of(202))
                .stub("https://pay.invalid", StubAnswer.of(204))
                .stub(base + "/broken", request -> {
                    throw new IllegalStateException("the stub fails");
                });
        HttpClient client = new GuardedHttpClient(guard, HttpClient.newHttpClient(), rules);
        guard.runShadow(() -> {
            assertEquals("201 {\"paid\":\"12\"}", call(client, async, "POST", base + "/pay/now", "12"));
            assertEquals("202 ", call(client, async, "GET", base + "/mail?to=a", ""));
            assertEquals("204 ", call(client, async, "PUT", "https://pay.invalid/x", "y"));
            assertThrows(IllegalStateException.class, () -> call(client, async, "POST", base + "/broken", ""));
            return null;
        });
        assertEquals(List.of(), reached);
        assertEquals(4, guard.suppressedCount(Cover.OUTGOING_HTTP));
    }

    @Test
    void rulesAreThoseOfTheContract() {
        OutgoingRules rules = new OutgoingRules();
        for (JsonNode stub : ContractTest.CONTRACT.at("/outgoing/stubs")) {
            rules.stub(stub.get("url").asText(), StubAnswer.of(200), methodsOf(stub));
        }
        for (JsonNode allowed : ContractTest.CONTRACT.at("/outgoing/allow")) {
            rules.allow(allowed.get("url").asText(), methodsOf(allowed));
        }
        for (JsonNode call : ContractTest.CONTRACT.at("/outgoing/calls")) {
            Decision decision = rules.decide(call.get("method").asText(), URI.create(call.get("url").asText()));
            String becomes = decision.stub() != null ? "stub" : decision.passes() ? "pass" : "refuse";
            assertEquals(call.get("becomes").asText(), becomes, call.toString());
        }
        assertInstanceOf(
                IllegalArgumentException.class,
                assertThrows(RuntimeException.class, () -> new OutgoingRules().allow("pay.example")));
    }

    private static String[] methodsOf(JsonNode rule) {
        List<String> methods = new ArrayList<>();
        rule.path("methods").forEach(method -> methods.add(method.asText()));
        return methods.toArray(String[]::new);
    }
}
