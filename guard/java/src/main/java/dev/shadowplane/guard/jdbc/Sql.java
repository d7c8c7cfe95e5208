package dev.shadowplane.guard.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a SQL text asks for, as far as the guard needs to know: where one statement ends, which statements begin and end
 * transactions, and which reach beyond the transaction. It reads words, not grammar; comments, strings and quoted bodies
 * are no words. The last word on committing has the database itself (ShadowTransaction), not this class.
 */
final class Sql {
    enum Kind {
        BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SET_TRANSACTION, CHECK_CONSTRAINTS, PLAIN
    }

    /**
     * @param chained COMMIT AND CHAIN, ROLLBACK AND CHAIN
     * @param refusal why shadow work may not do this; null when it may
     * @param writes changes data, by its first word or within a WITH
     */
    record Statement(String text, Kind kind, List<String> words, boolean chained, String refusal, boolean writes) {
        /** Says by a count of rows whether it changed something. */
        boolean changesRows() {
            return CHANGES.contains(words.get(0)) || words.get(0).equals("WITH") || words.get(0).equals("COPY");
        }
    }

    private static final Pattern TOKEN = Pattern.compile(
            "--[^\\n]*|/\\*|'|\"(?:[^\"]++|\"\")*+\"|\\$(?:[A-Za-z_\\x{80}-\\x{10ffff}][0-9A-Za-z_\\x{80}-\\x{10ffff}]*)?\\$"
                    + "|[A-Za-z_\\x{80}-\\x{10ffff}][0-9A-Za-z_$\\x{80}-\\x{10ffff}]*|\\$?[0-9][0-9A-Za-z_.]*|[(),;]");
    private static final Pattern COMMENT_EDGE = Pattern.compile("/\\*|\\*/");

    /** Functions whose effect stays when the transaction is rolled back, or that reach out of the database. */
    private static final Pattern BEYOND_ROLLBACK = Pattern.compile(
            "SETVAL|DBLINK[0-9A-Z_]*|LO_EXPORT|PG_(TERMINATE|CANCEL)_BACKEND|PG_FILE_[0-9A-Z_]+|PG_RELOAD_CONF"
                    + "|PG_ROTATE_LOGFILE|PG_LOGICAL_EMIT_MESSAGE|PG_STAT_RESET[0-9A-Z_]*"
                    + "|PG_(CREATE|DROP|COPY)_[0-9A-Z_]*REPLICATION_SLOT|PG_SWITCH_WAL|PG_PROMOTE");
    private static final Set<String> READS = Set.of("SELECT", "SHOW", "SET", "RESET", "EXPLAIN", "FETCH", "MOVE", "DECLARE",
            "CLOSE", "PREPARE", "DEALLOCATE", "LOCK", "DO", "CALL", "UNLISTEN", "DISCARD", "VALUES", "TABLE", "WITH");
    private static final Set<String> CHANGES = Set.of("INSERT", "UPDATE", "DELETE", "MERGE");

    private Sql() {}

    static List<Statement> read(String text) {
        List<Statement> statements = new ArrayList<>();
        List<String> words = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int start = 0;
        int position = 0;
        int parentheses = 0;
        int bodies = 0;
        while (position <= text.length() && matcher.find(position)) {
            String token = matcher.group();
            position = matcher.end();
            if (token.startsWith("--")) {
                continue;
            }
            if (token.equals("/*")) {
                position = endOfComment(text, position);
            } else if (token.equals("'")) {
                boolean escapes = last(words).equals("E") && Character.toUpperCase(text.charAt(matcher.start() - 1)) == 'E';
                position = endOfString(text, position, escapes);
                words.add("'");
            } else if (token.length() > 1 && token.startsWith("$") && token.endsWith("$")) {
                int end = text.indexOf(token, position);
                position = end < 0 ? text.length() : end + token.length();
                words.add("'");
            } else if (token.equals(";") && parentheses == 0 && bodies == 0) {
                finish(statements, text.substring(start, matcher.start()), words);
                words = new ArrayList<>();
                start = position;
            } else {
                String word = token.startsWith("\"") ? token : token.toUpperCase(Locale.ROOT);
                if (word.equals("(")) {
                    parentheses++;
                } else if (word.equals(")")) {
                    parentheses = Math.max(0, parentheses - 1);
                } else if (word.equals("ATOMIC") && last(words).equals("BEGIN") && words.get(0).equals("CREATE")) {
                    // The body of a function in standard SQL: BEGIN ATOMIC ...; ...; END
                    bodies++;
                } else if (bodies > 0 && word.equals("CASE")) {
                    bodies++;
                } else if (bodies > 0 && word.equals("END")) {
                    bodies--;
                }
                words.add(word);
            }
        }
        finish(statements, text.substring(start), words);
        return statements;
    }

    private static String last(List<String> words) {
        return words.isEmpty() ? "" : words.get(words.size() - 1);
    }

    private static int endOfComment(String text, int from) {
        Matcher edge = COMMENT_EDGE.matcher(text);
        int position = from;
        int depth = 1;
        while (edge.find(position)) {
            position = edge.end();
            depth += edge.group().equals("/*") ? 1 : -1;
            if (depth == 0) {
                return position;
            }
        }
        return text.length();
    }

    /** A loop, because a pattern for this takes a stack as deep as the string is long. */
    private static int endOfString(String text, int from, boolean escapes) {
        int position = from;
        while (position < text.length()) {
            char one = text.charAt(position);
            if (escapes && one == '\\') {
                position += 2;
            } else if (one != '\'') {
                position++;
            } else if (position + 1 < text.length() && text.charAt(position + 1) == '\'') {
                position += 2;
            } else {
                return position + 1;
            }
        }
        return text.length();
    }

    private static void finish(List<Statement> statements, String text, List<String> words) {
        if (words.isEmpty()) {
            return;
        }
        String first = words.get(0);
        boolean within = (first.equals("WITH") || first.equals("EXPLAIN")) && CHANGES.stream().anyMatch(word -> pair(words, "(", word));
        Kind kind = kindOf(words);
        statements.add(new Statement(text, kind, List.copyOf(words), pair(words, "AND", "CHAIN"), refusalOf(words),
                within || (kind == Kind.PLAIN && !READS.contains(first))));
    }

    private static boolean pair(List<String> words, String one, String two) {
        for (int index = 1; index < words.size(); index++) {
            if (words.get(index).equals(two) && words.get(index - 1).equals(one)) {
                return true;
            }
        }
        return false;
    }

    private static String word(List<String> words, int index) {
        return index < words.size() ? words.get(index) : "";
    }

    private static Kind kindOf(List<String> words) {
        String second = word(words, 1);
        switch (words.get(0)) {
            case "BEGIN":
                return Kind.BEGIN;
            case "START":
                return second.equals("TRANSACTION") ? Kind.BEGIN : Kind.PLAIN;
            case "COMMIT", "END":
                return Kind.COMMIT;
            case "ROLLBACK", "ABORT":
                return words.contains("TO") ? Kind.SAVEPOINT : Kind.ROLLBACK;
            case "SAVEPOINT", "RELEASE":
                return Kind.SAVEPOINT;
            case "SET":
                if (second.equals("TRANSACTION") || (second.equals("SESSION") && word(words, 2).equals("CHARACTERISTICS"))) {
                    return Kind.SET_TRANSACTION;
                }
                boolean checks = second.equals("CONSTRAINTS") && word(words, 2).equals("ALL") && word(words, 3).equals("IMMEDIATE");
                return checks ? Kind.CHECK_CONSTRAINTS : Kind.PLAIN;
            default:
                return Kind.PLAIN;
        }
    }

    private static String refusalOf(List<String> words) {
        String first = words.get(0);
        String second = word(words, 1);
        if (second.equals("PREPARED") && (first.equals("COMMIT") || first.equals("ROLLBACK"))) {
            return first + " PREPARED outlives a rollback";
        }
        if (first.equals("PREPARE") && second.equals("TRANSACTION")) {
            return "PREPARE TRANSACTION outlives a rollback";
        }
        if (first.equals("LISTEN")) {
            return "LISTEN takes effect at a commit, which never comes; use a connection without guard";
        }
        if (first.equals("COPY") && (words.contains("PROGRAM") || pair(words, "TO", "'"))) {
            return "COPY to a file or program outlives a rollback";
        }
        for (int index = 1; index < words.size(); index++) {
            String called = words.get(index - 1);
            boolean isCall = words.get(index).equals("(");
            if (isCall && BEYOND_ROLLBACK.matcher(called.replace("\"", "").toUpperCase(Locale.ROOT)).matches()) {
                return called.toLowerCase(Locale.ROOT) + "() outlives a rollback";
            }
        }
        return null;
    }
}
