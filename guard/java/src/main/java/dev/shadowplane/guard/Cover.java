package dev.shadowplane.guard;

/** What the guard can keep from happening. A service's probe names those that it has switched on. */
public enum Cover {
    KAFKA("kafka"),
    OUTGOING_HTTP("outgoing-http"),
    POSTGRES("postgres");

    private final String wireName;

    Cover(String wireName) {
        this.wireName = wireName;
    }

    /** As the probe and the metric say it. */
    public String wireName() {
        return wireName;
    }
}
