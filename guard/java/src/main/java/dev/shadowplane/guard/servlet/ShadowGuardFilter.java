package dev.shadowplane.guard.servlet;

import dev.shadowplane.guard.RequestMode;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.ShadowRefusedException;
import dev.shadowplane.guard.ShadowScope;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;

/**
 * Answers the probe, refuses what is marked by a stranger, and otherwise goes on: as shadow work or as real work. It is the
 * first filter of the chain, for every path, for the dispatcher types REQUEST, ASYNC and ERROR, with asynchronous support.
 */
public final class ShadowGuardFilter implements Filter {
    private static final String ATTRIBUTE = ShadowGuardFilter.class.getName() + ".scope";

    private final ShadowGuard guard;

    public ShadowGuardFilter(ShadowGuard guard) {
        this.guard = guard;
    }

    @Override
    public void doFilter(ServletRequest incoming, ServletResponse outgoing, FilterChain chain)
            throws IOException, ServletException {
        if (!(incoming instanceof HttpServletRequest request) || !(outgoing instanceof HttpServletResponse response)) {
            chain.doFilter(incoming, outgoing);
            return;
        }
        if (request.getAttribute(ATTRIBUTE) instanceof ShadowScope known) {
            // The request goes on in another thread, or its error is answered.
            serve(known, request, response, chain);
            return;
        }
        RequestMode mode = guard.decide(marker(request), request.getRemoteAddr());
        boolean isShadow = mode == RequestMode.SHADOW;
        if (isShadow) {
            response.setHeader(ShadowGuard.PROOF_HEADER, guard.mode().wireName());
        }
        if (request.getMethod().equals("GET") && isProbe(request)) {
            answer(response, 200, guard.probe(isShadow));
        } else if (mode == RequestMode.REFUSED) {
            String detail = "marked as shadow traffic by " + request.getRemoteAddr()
                    + ", which is not one of the trusted proxies";
            answer(response, 403, "{\"code\":\"" + ShadowRefusedException.CODE + "\",\"detail\":\"" + detail + "\"}");
        } else if (isShadow) {
            ShadowScope scope = new ShadowScope();
            request.setAttribute(ATTRIBUTE, scope);
            try {
                serve(scope, request, response, chain);
            } finally {
                if (request.isAsyncStarted()) {
                    request.getAsyncContext().addListener(new EndOf(scope));
                } else {
                    scope.end();
                }
            }
        } else {
            chain.doFilter(request, response);
        }
    }

    private void serve(ShadowScope scope, ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            guard.enter(scope, () -> {
                chain.doFilter(request, response);
                return null;
            });
        } catch (IOException | ServletException | RuntimeException error) {
            throw error;
        } catch (Exception error) {
            throw new ServletException(error);
        }
    }

    private static boolean isProbe(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.equals(ShadowGuard.PROBE_PATH) || path.equals(request.getContextPath() + ShadowGuard.PROBE_PATH);
    }

    private static String marker(HttpServletRequest request) {
        Enumeration<String> values = request.getHeaders(ShadowGuard.MARKER);
        return values == null ? null : String.join(",", Collections.list(values));
    }

    private static void answer(HttpServletResponse response, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setHeader("cache-control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** An asynchronous request ends when it is completed, in whatever way. */
    private record EndOf(ShadowScope scope) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            scope.end();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Started anew: the listeners of the former time are not asked again.
            event.getAsyncContext().addListener(this);
        }
    }
}
