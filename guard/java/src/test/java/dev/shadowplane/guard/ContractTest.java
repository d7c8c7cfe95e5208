package dev.shadowplane.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every guard promises, in whatever language: guard/contract.json. */
public class ContractTest {
    public static final JsonNode CONTRACT = read();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void names() throws Exception {
        assertEquals(CONTRACT.at("/headers/marker").asText(), ShadowGuard.MARKER);
        assertEquals(CONTRACT.at("/headers/proof").asText(), ShadowGuard.PROOF_HEADER);
        assertEquals(CONTRACT.at("/probePath").asText(), ShadowGuard.PROBE_PATH);
        assertEquals(CONTRACT.at("/metric").asText(), ShadowGuard.METRIC);
        assertEquals(CONTRACT.at("/refusal/code").asText(), ShadowRefusedException.CODE);
        ShadowGuard guard = guard().trustedProxies("127.0.0.1").build();
        ObjectNode expected = CONTRACT.at("/probe").deepCopy();
        assertEquals(expected.put("version", ShadowGuard.VERSION), MAPPER.readTree(guard.probe(true)));
        guard.cover(Cover.POSTGRES);
        guard.cover(Cover.KAFKA);
        assertEquals("[\"kafka\",\"postgres\"]", MAPPER.readTree(guard.probe(false)).get("covers").toString());
    }

    @Test
    void shadowMode() {
        for (String value : texts("/shadowMode/true")) {
            assertEquals(GuardMode.ALWAYS, guardWith(value).mode(), value);
        }
        for (String value : texts("/shadowMode/false")) {
            assertEquals(GuardMode.OFF, guardWith(value).mode(), value);
        }
        for (String value : texts("/shadowMode/error")) {
            String told = assertThrows(IllegalArgumentException.class, () -> guardWith(value)).getMessage();
            assertTrue(told.contains('"' + value + '"'), told);
        }
        assertEquals(GuardMode.OFF, guard().build().mode());
    }

    @Test
    void trustedProxies() {
        TrustedAddresses addresses = new TrustedAddresses(texts("/trustedProxies/entries"));
        for (String address : texts("/trustedProxies/trusted")) {
            assertTrue(addresses.isTrusted(address), address);
        }
        for (String address : texts("/trustedProxies/strangers")) {
            assertFalse(addresses.isTrusted(address), address);
        }
        assertFalse(addresses.isTrusted(null));
        for (String entry : texts("/trustedProxies/error")) {
            assertThrows(IllegalArgumentException.class, () -> guard().trustedProxies(entry).build(), entry);
        }
    }

    @Test
    void requests() {
        for (JsonNode request : CONTRACT.at("/requests")) {
            String mode = request.get("mode").asText();
            ShadowGuard.Builder builder = mode.equals("always") ? guard().environment(Map.of("SHADOW_MODE", "true")) : guard();
            if (mode.equals("marked")) {
                builder.trustedProxies("10.1.0.0/16");
            }
            if (request.path("untrustedMarker").asText().equals("ignore")) {
                builder.ignoreUntrustedMarkers();
            }
            ShadowGuard guard = builder.build();
            assertEquals(mode, guard.mode().wireName());
            String marker = request.get("marker").isNull() ? null : request.get("marker").asText();
            RequestMode becomes = guard.decide(marker, request.get("peer").asText());
            assertEquals(request.get("becomes").asText(), becomes.name().toLowerCase(), request.toString());
        }
    }

    public static List<String> texts(String path) {
        List<String> texts = new ArrayList<>();
        CONTRACT.at(path).forEach(text -> texts.add(text.asText()));
        assertFalse(texts.isEmpty(), path);
        return texts;
    }

    public static ShadowGuard.Builder guard() {
        return ShadowGuard.builder().environment(Map.of());
    }

    private static ShadowGuard guardWith(String value) {
        return guard().environment(Map.of("SHADOW_MODE", value)).build();
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(new File("../contract.json"));
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }
}
