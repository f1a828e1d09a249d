"""What an address says, and which numbers may be called."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from classifier.sources.submission import BadSubmission

MAX_LENGTH = 2_000
PORTS = {"http": 80, "https": 443}
HOST_NAME = re.compile(r"[a-z0-9_.-]{1,253}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
BAD_URL = f"This is not the address of a picture. Send one that begins with http:// or https://, {MAX_LENGTH} characters at most."

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # leaves out all of mapped, compatible, NAT64, site-local and multicast
NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24",  # the third: Azure's own service
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",  # Teredo and its like, documentation, 6to4, documentation
    )
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """An address in its parts, with the host as it goes to the resolver, into TLS and into the request alike."""

    url: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        return self.place.removesuffix(f":{PORTS[self.scheme]}")


def parse(text: str) -> Address:
    """Raises BadSubmission where no request could be made of it."""
    try:
        return _parts(text)
    except ValueError as error:  # of urllib, ipaddress and the idna codec too
        raise BadSubmission("bad_url", BAD_URL) from error


def _parts(text: str) -> Address:
    if len(text) > MAX_LENGTH or UNPRINTABLE.search(text):
        raise ValueError("too long, or with control characters")
    split = urlsplit(text)
    if split.scheme not in PORTS or "@" in split.netloc:
        raise ValueError("another scheme, or with a user's name")
    host = _host(split.hostname or "")
    port = PORTS[split.scheme] if split.port is None else split.port
    target = quote(split.path or "/", safe="/%:@!$&'()*+,;=~")
    if split.query:
        target += "?" + quote(split.query, safe="/%:@!$&'()*+,;=~?[]|")
    return Address(text, split.scheme, host, port, target)


def _host(name: str) -> str:
    """As ASCII, so that nobody after us reads it in another way."""
    if ":" in name:
        if "%" in name:
            raise ValueError("with a zone")
        return str(ipaddress.IPv6Address(name))
    ascii_name = name.encode("idna").decode().lower()
    if not HOST_NAME.fullmatch(ascii_name):
        raise ValueError("no host")
    return ascii_name


def is_public(text: str) -> bool:
    """Whether anybody on the internet could reach this number. `is_global` lets tunnels to private ones by."""
    ip = ipaddress.ip_address(text)
    if ip.version == 6 and ip not in GLOBAL_UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in block for block in NEVER if block.version == ip.version)
