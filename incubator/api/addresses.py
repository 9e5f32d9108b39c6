"""Where a request comes from, behind proxies or not."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from litestar import Request

from incubator.settings import Settings

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
SUBSCRIBER_BITS = 64


def client_address(request: Request[Any, Any, Any]) -> str:
    """The caller for counting attempts: the peer, or what the trusted proxies say of it.

    A proxy appends the address that it saw to X-Forwarded-For, so only the entries from the right are known
    to be true, as far as they are trusted proxies, and the first one that is not is the caller. An IPv6 caller
    is named by its /64, because one subscriber holds all of it.
    """
    settings: Settings = request.app.state.settings
    forwarded = request.headers.getall("x-forwarded-for", [])
    peer = request.client.host if request.client else ""
    return caller_of(peer, ",".join(forwarded).split(","), settings.trusted_proxies)


def caller_of(peer: str, forwarded: Iterable[str], trusted_proxies: tuple[str, ...]) -> str:
    networks = _networks(trusted_proxies)
    caller = _parsed(peer)
    for entry in reversed(list(forwarded)):
        if caller is None or not any(caller in network for network in networks):
            break
        before = _parsed(entry)
        if before is None:
            break
        caller = before
    return _named(caller)


@lru_cache(maxsize=8)
def _networks(trusted_proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(cidr, strict=False) for cidr in trusted_proxies)


def _parsed(text: str) -> Address | None:
    """An address as proxies write it: bare, with a port, or in brackets with a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _named(address: Address | None) -> str:
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((address, SUBSCRIBER_BITS), strict=False))
    return str(address)
