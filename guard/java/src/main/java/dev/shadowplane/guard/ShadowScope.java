package dev.shadowplane.guard;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One piece of shadow work, usually a request: what was opened for it is closed when it ends. Work that goes on after the
 * end stays shadow work; only what belonged to the scope is gone.
 */
public final class ShadowScope {
    // Not `synchronized`, which pins a virtual thread to its carrier (until Java 24).
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Object, AutoCloseable> resources = new IdentityHashMap<>();
    private boolean ended;

    public boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** The one resource that this scope has of {@code owner}; made when there is none yet. Null when the scope has ended. */
    public <T extends AutoCloseable> T resource(Object owner, Class<T> type, Supplier<T> make) {
        lock.lock();
        try {
            return ended ? null : type.cast(resources.computeIfAbsent(owner, key -> make.get()));
        } finally {
            lock.unlock();
        }
    }

    /** Closes everything; the second call does nothing. One that fails to close does not keep the others open. */
    public void end() {
        List<AutoCloseable> closing;
        lock.lock();
        try {
            ended = true;
            closing = new ArrayList<>(resources.values());
            resources.clear();
        } finally {
            lock.unlock();
        }
        for (AutoCloseable resource : closing) {
            try {
                resource.close();
            } catch (Exception error) {
                // Whoever closes throws away what it cannot close.
            }
        }
    }
}
