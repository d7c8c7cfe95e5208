package dev.shadowplane.guard;

/** Shadow work was kept from doing something. By way of JDBC it is an SQLException with the SQL state {@link #SQL_STATE}. */
public class ShadowRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The same word in the answers of every guard. */
    public static final String CODE = "SHADOW_REFUSED";

    /** Of a class that PostgreSQL does not use. */
    public static final String SQL_STATE = "SP403";

    public ShadowRefusedException(String message) {
        super(message);
    }
}
