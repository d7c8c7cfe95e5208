package dev.shadowplane.guard;

import java.util.Locale;

/** Who decides that work is shadow work. */
public enum GuardMode {
    /** The whole process is a shadow ({@code SHADOW_MODE=true}). */
    ALWAYS,
    /** A request is, when a trusted proxy marked it. */
    MARKED,
    /** Nothing is, because there is no proxy whose marker would be believed. */
    OFF;

    /** As the probe and the proof header say it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
