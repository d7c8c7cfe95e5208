"""The same service behind each way in: it says whether it thinks that it does shadow work, early and late."""

import asyncio
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from conftest import CONTRACT, MARKED
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from flask import Flask, Response

from shadowplane_guard import PROBE_PATH, PROOF_HEADER, AsgiGuard, ShadowGuard, WsgiGuard, guard_threads

FROM_LOOPBACK = {"trusted_proxies": ["127.0.0.1"], "environment": {}}
FROM_AFAR = {"trusted_proxies": ["10.0.0.0/8"], "environment": {}}
ALWAYS = {"environment": {"SHADOW_MODE": "true"}}


def flask_service(guard):
    app = Flask("orders")

    @app.post("/orders")
    def order():
        early = guard.is_shadow

        def body():
            # Made when the call has returned.
            yield f"{early} {guard.is_shadow}"

        return Response(body())

    app.wsgi_app = WsgiGuard(app.wsgi_app, guard)
    return app


def fastapi_service(guard):
    app = FastAPI()

    @app.post("/orders")
    async def order():
        early = guard.is_shadow
        await asyncio.sleep(0)
        in_thread = await asyncio.to_thread(lambda: guard.is_shadow)
        assert in_thread == early

        async def body():
            yield f"{early} {guard.is_shadow}"

        return StreamingResponse(body())

    app.add_middleware(AsgiGuard, guard=guard)
    return app


def fastapi_sync_service(guard):
    app = FastAPI()

    @app.post("/orders")
    def order():
        return PlainTextResponse(f"{guard.is_shadow} {guard.is_shadow}")

    app.add_middleware(AsgiGuard, guard=guard)
    return app


@pytest.fixture(params=[flask_service, fastapi_service, fastapi_sync_service], ids=lambda make: make.__name__)
def serve(request, serve_wsgi, serve_asgi):
    def start(options):
        guard = ShadowGuard(**options)
        return (serve_wsgi if request.param is flask_service else serve_asgi)(request.param(guard))

    return start


def test_a_marked_request_of_a_trusted_proxy_is_shadow_work_and_says_so(serve):
    base = serve(FROM_LOOPBACK)
    marked = requests.post(f"{base}/orders", headers=MARKED)
    assert (marked.text, marked.headers.get(PROOF_HEADER)) == ("True True", "marked")
    plain = requests.post(f"{base}/orders")
    assert (plain.text, plain.headers.get(PROOF_HEADER)) == ("False False", None)


def test_a_request_that_a_stranger_marked_is_refused_or_ignored(serve):
    refused = requests.post(f"{serve(FROM_AFAR)}/orders", headers=MARKED)
    assert (refused.status_code, refused.headers.get(PROOF_HEADER)) == (CONTRACT["refusal"]["status"], None)
    assert refused.json()["code"] == CONTRACT["refusal"]["code"]
    assert "127.0.0.1" in refused.json()["detail"]
    ignoring = serve({**FROM_AFAR, "untrusted_marker": "ignore"})
    assert requests.post(f"{ignoring}/orders", headers=MARKED).text == "False False"


def test_everything_is_shadow_work_with_shadow_mode(serve):
    answer = requests.post(f"{serve(ALWAYS)}/orders")
    assert (answer.text, answer.headers.get(PROOF_HEADER)) == ("True True", "always")


def test_the_probe_says_mode_and_whether_a_request_like_itself_is_guarded(serve):
    def probe(options, headers=None):
        answer = requests.get(f"{serve(options)}{PROBE_PATH}?now", headers=headers)
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")
        body = answer.json()
        assert re.fullmatch(r"\d+\.\d+\.\d+", body.pop("version"))
        assert answer.headers.get(PROOF_HEADER) == (body["mode"] if body["guarded"] else None)
        return body

    assert probe(FROM_LOOPBACK, MARKED) == CONTRACT["probe"]
    assert probe(FROM_LOOPBACK) == {**CONTRACT["probe"], "guarded": False}
    assert probe(FROM_AFAR, MARKED) == {**CONTRACT["probe"], "guarded": False}
    assert probe(ALWAYS) == {**CONTRACT["probe"], "mode": "always"}
    assert probe({"environment": {}}, MARKED) == {**CONTRACT["probe"], "mode": "off", "guarded": False}


class Resource:
    def __init__(self):
        self.closed = threading.Event()

    def close(self):
        self.closed.set()


def test_a_scope_is_closed_when_the_answer_is_out_and_background_tasks_are_done(serve_wsgi, serve_asgi):
    guard = ShadowGuard(**FROM_LOOPBACK)
    resources = []
    in_background = []

    def open_one():
        resource = Resource()
        resources.append(resource)
        guard.scope.resource(resource, lambda: resource)
        return resource

    flask = Flask("orders")
    flask.get("/")(lambda: (open_one(), "ok")[1])
    flask.wsgi_app = WsgiGuard(flask.wsgi_app, guard)
    fastapi = FastAPI()

    @fastapi.get("/")
    async def order(tasks: BackgroundTasks):
        resource = open_one()
        tasks.add_task(lambda: in_background.append((guard.is_shadow, resource.closed.is_set())))

    fastapi.add_middleware(AsgiGuard, guard=guard)
    for base in (serve_wsgi(flask), serve_asgi(fastapi)):
        requests.get(base, headers=MARKED)
        assert resources[-1].closed.wait(5)
    assert in_background == [(True, False)]


def test_a_scope_is_closed_where_there_is_no_asyncio():
    guard = ShadowGuard(environment={})
    resource = Resource()

    async def work():
        async with guard.shadow() as scope:
            scope.resource(resource, lambda: resource)

    with pytest.raises(StopIteration):
        work().send(None)
    assert resource.closed.is_set()


def test_websockets_are_refused_or_served_as_requests_are():
    async def talk(options):
        seen, sent = [], []
        guard = ShadowGuard(**options)

        async def app(_scope, _receive, send):
            seen.append(guard.is_shadow)
            await send({"type": "websocket.accept", "headers": []})

        async def send(message):
            sent.append(message)

        scope = {"type": "websocket", "path": "/", "client": ("127.0.0.1", 1), "headers": [(b"X-Shadow", b"true")]}
        await AsgiGuard(app, guard)(scope, None, send)
        return seen, sent

    seen, sent = asyncio.run(talk(FROM_LOOPBACK))
    assert (seen, sent) == ([True], [{"type": "websocket.accept", "headers": [(b"x-shadow-guard", b"marked")]}])
    assert asyncio.run(talk(FROM_AFAR)) == ([], [{"type": "websocket.close", "code": 1008}])


def test_threads_of_a_pool_do_the_work_of_who_gave_it_to_them():
    guard = ShadowGuard(environment={})
    undo = guard_threads(guard)
    try:
        with ThreadPoolExecutor(1) as pool:
            with guard.shadow():
                # This one also starts the worker, which must not remember.
                assert pool.submit(lambda: guard.is_shadow).result() is True
            assert pool.submit(lambda: guard.is_shadow).result() is False
            with guard.shadow():
                assert list(pool.map(lambda _: guard.is_shadow, range(2))) == [True, True]
    finally:
        undo()
    seen = []
    with guard.shadow():
        bare = threading.Thread(target=lambda: seen.append(guard.is_shadow))
        bound = threading.Thread(target=guard.bind(lambda: seen.append(guard.is_shadow)))
    for thread in (bare, bound):
        thread.start()
        thread.join()
    # A bare thread forgets: the README says so.
    assert seen == [False, True]


def test_a_job_is_shadow_work_from_its_beginning_to_its_end():
    guard = ShadowGuard(environment={})
    assert guard.run_shadow(lambda: guard.metric_labels) == {"shadow": "true"}

    async def job():
        return guard.metric_labels

    assert asyncio.run(guard.run_shadow_async(job)) == {"shadow": "true"}
    assert (guard.is_shadow, guard.metric_labels) == (False, {"shadow": "false"})
