package dev.shadowplane.guard.http;

import dev.shadowplane.guard.Cover;
import dev.shadowplane.guard.ShadowGuard;
import dev.shadowplane.guard.http.OutgoingRules.Decision;
import dev.shadowplane.guard.http.OutgoingRules.StubAnswer;
import dev.shadowplane.guard.http.OutgoingRules.StubRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * An {@code HttpClient} that keeps shadow work from changing anything elsewhere: calls with side effects are answered by a stub
 * or refused ({@code ShadowRefusedException}), safe ones pass with the marker. Use it in place of {@code client}.
 */
public final class GuardedHttpClient extends HttpClient {
    private final ShadowGuard guard;
    private final HttpClient client;
    private final OutgoingRules rules;

    public GuardedHttpClient(ShadowGuard guard, HttpClient client, OutgoingRules rules) {
        this.guard = guard;
        this.client = client;
        this.rules = rules;
        guard.cover(Cover.OUTGOING_HTTP);
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) throws IOException, InterruptedException {
        if (!guard.isShadow()) {
            return client.send(request, handler);
        }
        Decision decision = judge(request);
        if (decision.stub() == null) {
            return client.send(marked(request), handler);
        }
        try {
            return answer(decision, request, handler).join();
        } catch (CompletionException error) {
            if (error.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (error.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw error;
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return sendAsync(request, handler, null);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushes) {
        if (!guard.isShadow()) {
            return client.sendAsync(request, handler, pushes);
        }
        try {
            Decision decision = judge(request);
            return decision.stub() == null
                    ? client.sendAsync(marked(request), handler, pushes)
                    : answer(decision, request, handler);
        } catch (RuntimeException error) {
            return CompletableFuture.failedFuture(error);
        }
    }

    private Decision judge(HttpRequest request) {
        Decision decision = rules.decide(request.method(), request.uri());
        if (decision.stub() == null && !decision.passes()) {
            throw OutgoingRules.refusal(guard, request.method(), request.uri());
        }
        return decision;
    }

    private static HttpRequest marked(HttpRequest request) {
        return HttpRequest.newBuilder(request, (name, value) -> true).setHeader(ShadowGuard.MARKER, "true").build();
    }

    private <T> CompletableFuture<HttpResponse<T>> answer(Decision decision, HttpRequest request, BodyHandler<T> handler) {
        guard.suppressed(Cover.OUTGOING_HTTP, 1);
        return bodyOf(request).thenCompose(body -> {
            StubAnswer answer = decision.stub().apply(new StubRequest(request.method(), request.uri(), body));
            Map<String, List<String>> headers = new TreeMap<>();
            answer.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), List.of(value)));
            Info info = new Info(answer.status(), HttpHeaders.of(headers, (name, value) -> true));
            BodySubscriber<T> subscriber = handler.apply(info);
            boolean isBodiless = request.method().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
            give(subscriber, isBodiless ? new byte[0] : answer.body());
            return subscriber.getBody().thenApply(made -> new Answer<>(request, info, made));
        });
    }

    private static <T> void give(BodySubscriber<T> subscriber, byte[] body) {
        subscriber.onSubscribe(new Flow.Subscription() {
            private boolean isGiven;

            @Override
            public void request(long count) {
                if (isGiven) {
                    return;
                }
                isGiven = true;
                if (body.length > 0) {
                    subscriber.onNext(List.of(ByteBuffer.wrap(body)));
                }
                subscriber.onComplete();
            }

            @Override
            public void cancel() {
                isGiven = true;
            }
        });
    }

    /** What would have been sent. */
    private static CompletableFuture<byte[]> bodyOf(HttpRequest request) {
        CompletableFuture<byte[]> whole = new CompletableFuture<>();
        if (request.bodyPublisher().isEmpty()) {
            whole.complete(new byte[0]);
            return whole;
        }
        request.bodyPublisher().get().subscribe(new Flow.Subscriber<>() {
            private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer part) {
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                bytes.writeBytes(copy);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }

            @Override
            public void onComplete() {
                whole.complete(bytes.toByteArray());
            }
        });
        return whole;
    }

    private record Info(int statusCode, HttpHeaders headers) implements HttpResponse.ResponseInfo {
        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }

    private record Answer<T>(HttpRequest request, Info info, T body) implements HttpResponse<T> {
        @Override
        public int statusCode() {
            return info.statusCode();
        }

        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return info.headers();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public Version version() {
            return info.version();
        }
    }

    // -- As the client has it -------------------------------------------------------------------------------------------

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return client.newWebSocketBuilder();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }
}
