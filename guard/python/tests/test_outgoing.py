"""The other side is a real server; it says what reached it, and with which marker."""

import asyncio
import http.client
import json
import re
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import urllib3

from shadowplane_guard import Rule, ShadowGuard, ShadowGuardError, Stub, StubAnswer, guard_outgoing_http


@pytest.fixture
def other_side(serve_wsgi):
    reached = []

    def app(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        marker = environ.get("HTTP_X_SHADOW", "-")
        reached.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {marker} {body}".strip())
        start_response("200 OK", [("content-type", "text/plain")])
        return [b"real"]

    return serve_wsgi(app), reached


@pytest.fixture
def guarded():
    undo = []

    def make(**options):
        guard = ShadowGuard(environment={})
        undo.append(guard_outgoing_http(guard, **options))
        return guard

    yield make
    for one in undo:
        one()


def by_http_client(url, method, body=None):
    parts = urllib3.util.parse_url(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.host, parts.port, timeout=5)
    try:
        connection.request(method, parts.request_uri, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def by_urllib(url, method, body=None):
    request = urllib.request.Request(url, method=method, data=body.encode() if body else None)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.status, answer.read().decode()


def by_requests(url, method, body=None):
    answer = requests.request(method, url, data=body, timeout=5)
    return answer.status_code, answer.text


def by_urllib3(url, method, body=None):
    answer = urllib3.PoolManager(timeout=5, retries=False).request(method, url, body=body)
    return answer.status, answer.data.decode()


def by_httpx(url, method, body=None):
    answer = httpx.request(method, url, content=body, timeout=5)
    return answer.status_code, answer.text


def by_httpx_async(url, method, body=None):
    async def call():
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.request(method, url, content=body)
            return answer.status_code, answer.text

    return asyncio.run(call())


def by_aiohttp(url, method, body=None):
    async def call():
        async with aiohttp.ClientSession() as session, session.request(method, url, data=body) as answer:
            return answer.status, await answer.text()

    return asyncio.run(call())


WITH_STUBS = [by_http_client, by_urllib, by_requests, by_urllib3, by_httpx, by_httpx_async]
ALL = [*WITH_STUBS, by_aiohttp]


@pytest.mark.parametrize("call", ALL)
def test_side_effects_are_refused_and_safe_and_allowed_calls_pass_with_the_marker(call, other_side, guarded):
    base, reached = other_side
    guard = guarded(allow=[Rule(f"{base}/search", ["post"])])
    with guard.shadow():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(ShadowGuardError, match=f"{method} {base}/pay was not sent") as error:
                call(f"{base}/pay?card=1", method)
            assert error.value.code == "SHADOW_REFUSED"
        with pytest.raises(ShadowGuardError):
            call(f"{base}/searches", "POST")
        assert call(f"{base}/price", "GET") == (200, "real")
        assert call(f"{base}/search/all", "POST", "lamp") == (200, "real")
    assert reached == ["GET /price true", "POST /search/all true lamp"]
    assert guard.suppressed_counts == {"outgoing-http": 5}
    assert guard.probe(True)["covers"] == ["outgoing-http"]


@pytest.mark.parametrize("call", ALL)
def test_real_work_goes_out_as_it_is(call, other_side, guarded):
    base, reached = other_side
    guarded(stubs=[Stub(base)])
    assert call(f"{base}/pay", "POST", "money") == (200, "real")
    assert reached == ["POST /pay - money"]


@pytest.mark.parametrize("call", WITH_STUBS)
def test_a_stub_answers_in_place_of_the_other_side(call, other_side, guarded):
    base, reached = other_side

    def pay(request):
        return StubAnswer(201, {"x-paid": "yes"}, {"paid": request.body.decode(), "by": request.method})

    def broken(_request):
        raise ValueError("the stub fails")

    guard = guarded(
        stubs=[
            Stub(f"{base}/pay", ["POST"], pay),
            Stub(re.compile(r"/mail\?"), answer=StubAnswer(202)),
            # Nobody is there: it must not even be looked up.
            Stub("https://pay.invalid", answer=StubAnswer(body="stubbed")),
            Stub(f"{base}/broken", answer=broken),
        ]
    )
    with guard.shadow():
        status, text = call(f"{base}/pay/now", "POST", "12")
        assert (status, json.loads(text)) == (201, {"paid": "12", "by": "POST"})
        assert call(f"{base}/mail?to=a", "GET") == (202, "")
        assert call("https://pay.invalid/x", "PUT", "y") == (200, "stubbed")
        with pytest.raises(ValueError, match="the stub fails"):
            call(f"{base}/broken", "POST")
    assert reached == []
    assert guard.suppressed_counts == {"outgoing-http": 4}


def test_aiohttp_refuses_a_call_with_a_stub(other_side, guarded):
    base, reached = other_side
    guard = guarded(stubs=[Stub(base)])
    with guard.shadow(), pytest.raises(ShadowGuardError):
        by_aiohttp(f"{base}/pay", "GET")
    assert reached == []


def test_one_connection_and_session_for_stubs_and_real_calls_by_turns(other_side, guarded):
    base, reached = other_side
    guard = guarded(stubs=[Stub(f"{base}/pay", answer=StubAnswer(body="stubbed"))])
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=5)

    def call(path):
        connection.request("POST", path, iter([b"in ", b"chunks"]))
        return connection.getresponse().read().decode()

    with guard.shadow():
        assert call("/pay") == "stubbed"
        with pytest.raises(ShadowGuardError):
            call("/other")
    connection.close()
    connection.request("POST", "/other", b"real")
    assert connection.getresponse().read() == b"real"
    connection.close()
    with requests.Session() as session:
        with guard.shadow():
            assert session.post(f"{base}/pay", json={"a": 1}).text == "stubbed"
            assert session.get(f"{base}/price").text == "real"
        assert session.get(f"{base}/price").text == "real"
    assert reached == ["POST /other - real", "GET /price true", "GET /price -"]


def test_redirects_are_judged_anew_by_what_follows_them(serve_wsgi, guarded):
    def app(environ, start_response):
        start_response("307 Temporary Redirect", [("location", "/elsewhere")])
        return [b""]

    base = serve_wsgi(app)
    guard = guarded(allow=[Rule(f"{base}/search")])
    for call in (by_requests, by_urllib3, lambda url, method: httpx.request(method, url, follow_redirects=True)):
        with guard.shadow(), pytest.raises(ShadowGuardError, match="/elsewhere"):
            if call is by_urllib3:
                urllib3.PoolManager().request("POST", f"{base}/search")
            else:
                call(f"{base}/search", "POST")


def test_taking_it_away_leaves_the_libraries_as_they_were(other_side):
    before = (http.client.HTTPConnection.putrequest, urllib3.HTTPConnectionPool.urlopen, httpx.HTTPTransport.handle_request)
    undo = guard_outgoing_http(ShadowGuard(environment={"SHADOW_MODE": "true"}))
    base, _ = other_side
    with pytest.raises(ShadowGuardError):
        by_requests(base, "POST")
    undo()
    assert by_requests(base, "POST") == (200, "real")
    after = (http.client.HTTPConnection.putrequest, urllib3.HTTPConnectionPool.urlopen, httpx.HTTPTransport.handle_request)
    assert before == after


def test_wrong_rules_are_told():
    for wrong in ({"url": "pay.example"}, {"url": "https://pay.example", "methods": "POST"}):
        with pytest.raises(ShadowGuardError) as error:
            Rule(**wrong)
        assert error.value.code == "USAGE"
