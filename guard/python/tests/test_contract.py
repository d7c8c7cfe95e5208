"""What every guard promises, in whatever language: guard/contract.json."""

import pytest
from conftest import CONTRACT

from shadowplane_guard import MARKER, PROBE_PATH, PROOF_HEADER, Rule, ShadowGuard, ShadowGuardError, Stub, __version__
from shadowplane_guard.mode import read_shadow_mode, trusted_addresses
from shadowplane_guard.outgoing.rules import Outgoing
from shadowplane_guard.sql import read_statements
from shadowplane_guard.telemetry import METRIC

ENVIRONMENTS = {"always": {"SHADOW_MODE": "true"}}


def test_names():
    assert {"marker": MARKER, "proof": PROOF_HEADER} == CONTRACT["headers"]
    assert PROBE_PATH == CONTRACT["probePath"]
    assert METRIC == CONTRACT["metric"]
    guard = ShadowGuard(trusted_proxies=["127.0.0.1"], environment={})
    assert guard.probe(True) == {**CONTRACT["probe"], "version": __version__}


def test_shadow_mode():
    modes = CONTRACT["shadowMode"]
    assert [read_shadow_mode({"SHADOW_MODE": value}) for value in modes["true"]] == [True] * len(modes["true"])
    assert [read_shadow_mode({"SHADOW_MODE": value}) for value in modes["false"]] == [False] * len(modes["false"])
    assert read_shadow_mode({}) is False
    for value in modes["error"]:
        with pytest.raises(ShadowGuardError, match=f'"{value}"'):
            ShadowGuard(environment={"SHADOW_MODE": value})


def test_trusted_proxies():
    trusted = CONTRACT["trustedProxies"]
    is_trusted = trusted_addresses(trusted["entries"])
    assert [address for address in trusted["trusted"] if not is_trusted(address)] == []
    assert [address for address in [*trusted["strangers"], None] if is_trusted(address)] == []
    for entry in trusted["error"]:
        with pytest.raises(ShadowGuardError, match="neither an IP address nor a network"):
            ShadowGuard(trusted_proxies=[entry], environment={})


@pytest.mark.parametrize("request_", CONTRACT["requests"], ids=str)
def test_requests(request_):
    guard = ShadowGuard(
        trusted_proxies=["10.1.0.0/16"] if request_["mode"] == "marked" else [],
        untrusted_marker=request_.get("untrustedMarker", "refuse"),
        environment=ENVIRONMENTS.get(request_["mode"], {}),
    )
    assert guard.mode == request_["mode"]
    assert guard.decide(request_["marker"], request_["peer"]) == request_["becomes"]


@pytest.mark.parametrize("call", CONTRACT["outgoing"]["calls"], ids=str)
def test_outgoing(call):
    given = CONTRACT["outgoing"]
    rules = Outgoing(tuple(Stub(**stub) for stub in given["stubs"]), tuple(Rule(**rule) for rule in given["allow"]))
    decision = rules.decide(call["method"], call["url"])
    assert ("stub" if isinstance(decision, Stub) else decision) == call["becomes"]


@pytest.mark.parametrize(("text", "kinds"), CONTRACT["sql"]["kinds"].items())
def test_sql_kinds(text, kinds):
    assert [statement.kind for statement in read_statements(text)] == kinds


@pytest.mark.parametrize(("text", "chained"), CONTRACT["sql"]["chained"].items())
def test_sql_chains(text, chained):
    assert [statement.chained for statement in read_statements(text)] == chained


def test_sql_writes():
    assert [text for text in CONTRACT["sql"]["writesWithin"] if not read_statements(text)[0].writes] == []
    assert [text for text in CONTRACT["sql"]["readsWithin"] if read_statements(text)[0].writes] == []


def test_sql_refusals():
    assert [text for text in CONTRACT["sql"]["refused"] if not read_statements(text)[0].refusal] == []
    assert [text for text in CONTRACT["sql"]["allowed"] if read_statements(text)[0].refusal] == []


def test_wrong_use():
    for wrong in ({"trusted_proxies": "10.0.0.1"}, {"untrusted_marker": "drop"}):
        with pytest.raises(ShadowGuardError) as error:
            ShadowGuard(environment={}, **wrong)
        assert error.value.code == "USAGE"
