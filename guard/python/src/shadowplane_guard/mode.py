"""Who decides that work is shadow work: `SHADOW_MODE`, or the marker of a proxy that is trusted."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping

from .errors import usage

MARKER = "x-shadow"
"""Marks a copy, when a trusted proxy sent it."""
PROOF_HEADER = "x-shadow-guard"
"""On the answer to every request that was served as shadow work; its value is the guard's mode."""
PROBE_PATH = "/.well-known/shadow-guard"
"""Where the control plane asks for the proof before it sends copies of unsafe requests."""


def read_shadow_mode(environment: Mapping[str, str]) -> bool:
    """A value that is neither true nor false is an error: a typing mistake must not switch the guard off."""
    given = environment.get("SHADOW_MODE", "")
    value = given.strip().lower()
    if value in ("true", "1"):
        return True
    if value in ("", "false", "0"):
        return False
    raise usage(f'SHADOW_MODE is "{given}"; it must be "true" or "false"')


def is_marked(marker: str | None) -> bool:
    """Anything but a plain "true" is somebody else's header; a marker that came twice is still a marker."""
    return any(value.strip().lower() == "true" for value in (marker or "").split(","))


def trusted_addresses(entries: Iterable[str]) -> Callable[[str | None], bool]:
    """Addresses (`10.0.0.7`, `::1`) and networks (`10.1.0.0/16`) whose connections may carry the marker."""
    networks = [_network(entry) for entry in entries]

    def is_trusted(address: str | None) -> bool:
        try:
            peer = ipaddress.ip_address((address or "").split("%", 1)[0])
        except ValueError:
            return False
        # A dual-stack socket shows IPv4 peers as ::ffff:10.0.0.7.
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer.version == network.version and peer in network for network in networks)

    return is_trusted


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        # ipaddress would also take a netmask behind the slash.
        if not re.fullmatch(r"[^/]+(/\d+)?", entry):
            raise ValueError(entry)
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        raise usage(f'"{entry}" is neither an IP address nor a network such as 10.1.0.0/16') from None
