package dev.shadowplane.guard.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shadowplane.guard.ContractTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SqlTest {
    @Test
    void kinds() {
        for (Map.Entry<String, JsonNode> entry : ContractTest.CONTRACT.at("/sql/kinds").properties()) {
            List<String> expected = new ArrayList<>();
            entry.getValue().forEach(kind -> expected.add(kind.asText()));
            List<String> kinds = Sql.read(entry.getKey()).stream()
                    .map(statement -> statement.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .toList();
            assertEquals(expected, kinds, entry.getKey());
        }
    }

    @Test
    void chains() {
        for (Map.Entry<String, JsonNode> entry : ContractTest.CONTRACT.at("/sql/chained").properties()) {
            List<Boolean> expected = new ArrayList<>();
            entry.getValue().forEach(chained -> expected.add(chained.asBoolean()));
            assertEquals(expected, Sql.read(entry.getKey()).stream().map(Sql.Statement::chained).toList());
        }
    }

    @Test
    void writes() {
        for (String text : ContractTest.texts("/sql/writesWithin")) {
            assertTrue(Sql.read(text).get(0).writes(), text);
        }
        for (String text : ContractTest.texts("/sql/readsWithin")) {
            assertFalse(Sql.read(text).get(0).writes(), text);
        }
    }

    @Test
    void refusals() {
        for (String text : ContractTest.texts("/sql/refused")) {
            assertNotNull(Sql.read(text).get(0).refusal(), text);
        }
        for (String text : ContractTest.texts("/sql/allowed")) {
            assertNull(Sql.read(text).get(0).refusal(), text);
        }
    }

    @Test
    void longTextsAreRead() {
        assertEquals(1, Sql.read("SELECT '" + "x".repeat(1_000_000) + "', \"" + "y".repeat(100) + "\"").size());
    }
}
