package dev.shadowplane.guard;

/** What becomes of one request. */
public enum RequestMode {
    SHADOW,
    REAL,
    /** Marked by somebody who is not trusted, so neither way of serving it is right. */
    REFUSED
}
