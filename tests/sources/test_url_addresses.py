"""Which addresses are none, and which lead to places that nobody outside may reach."""

# ruff: noqa: RUF001, S104  the point of some spellings is that they are ambiguous, or name every interface

from __future__ import annotations

import socket

import pytest

from classifier.sources.submission import BadSubmission
from classifier.sources.url import from_address
from classifier.sources.url.address import is_public, parse
from classifier.sources.url.client import Rules, fetch
from tests.factories import picture
from tests.hosts import answering, host
from tests.sources.fetching import PUBLIC, Elsewhere, allowing, refused

# ---- private addresses ------------------------------------------------------------------------------------------------

SPELLINGS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1",
    "0177.1", "017700000001", "00000177.0.0.1", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1",
    "localhost", "LOCALHOST", "localhost.", "ｌｏｃａｌｈｏｓｔ", "127.0.0.1.", "0", "0.0.0.0", "0x0", "[::]", "[::1]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::ffff:0:127.0.0.1]", "[fec0::1]",
    "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "169.254.169.254", "0xa9fea9fe", "2852039166", "100.64.0.1", "100.100.100.200", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    "192.0.0.192", "198.18.0.1", "192.88.99.1", "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255",
]  # fmt: skip


def test_no_spelling_of_a_private_address_reaches_anything() -> None:
    """Neither on the canary's own port nor, with a dialler that would lead there, on the usual ones."""
    assert len(SPELLINGS) >= 40
    with host(answering(picture())) as canary:
        here = Elsewhere(port=canary.port)
        dialling = Rules(dial=here.dial, seconds=5)
        for spelling in SPELLINGS:
            refused(f"http://{spelling}:{canary.port}/", Rules(seconds=5))
            for scheme in ("http", "https"):
                refused(f"{scheme}://{spelling}/", dialling)
        assert here.called == []
        assert canary.connections == 0


def test_the_machines_own_addresses_are_private_too() -> None:
    with host(answering(picture())) as canary, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing, but tells which address would
        except OSError:
            pytest.skip("this machine has the loopback only")
        refused(f"http://{probe.getsockname()[0]}:{canary.port}/", Rules(seconds=2))
        assert canary.connections == 0


@pytest.mark.parametrize("number", ["93.184.215.14", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])
def test_public_numbers_are_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize("number", [spelling.strip("[]") for spelling in SPELLINGS if spelling[0] == "["] + ["fe80::1%1"])
def test_no_other_number_is(number: str) -> None:
    assert not is_public(number)


def test_one_private_number_among_public_ones_is_enough() -> None:
    called = Elsewhere(port=1)
    refused("http://mixed.example/", Rules(resolve=lambda *_: [PUBLIC, "10.0.0.1"], dial=called.dial))
    assert called.called == []


def test_a_name_without_numbers_is_refused() -> None:
    refused("http://empty.example/", Rules(resolve=lambda *_: []))


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_are_refused_without_a_look_up(port: int) -> None:
    world = Elsewhere(PUBLIC, port=port)
    refused(f"http://public.example:{port}/", world.rules)
    assert world.asked == world.called == []


def test_what_is_allowed_is_taken_as_written() -> None:
    with host(answering(b"picture")) as pictures:
        rules = allowing(pictures)
        assert fetch(pictures.url(), rules) == b"picture"
        for spelling in ("localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"):
            refused(f"http://{spelling}:{pictures.port}/", rules)
        assert pictures.connections == 1


# ---- addresses that are none ----------------------------------------------------------------------------------------------

IMPOSSIBLE = [
    "", "cat", "cat.png", "//example.com/cat.png", "example.com/cat.png", "ftp://example.com/", "file:///etc/passwd", "data:,x",
    "javascript:alert(1)", "http:", "http://", "http:///cat.png", "https://?q", "http://:80/", "http://user@example.com/",
    "http://user:word@example.com/", "http://@example.com/", "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/",
    "http://exa mple.com/", "http://example.com:port/", "http://example.com:99999/", "http://example.com:-1/", "http://[::1/",
    "http://[::1%25lo]/", "http://[1.2.3.4]/", "http://a..b/", "http://%31%32%37.0.0.1/", "http://example.com/\r\nX: y", "http://exa\nmple.com/",
    "http://example.com/\x00", "\thttp://example.com/", "http://example.com/\x85", "http://example.com/" + "x" * 2000,
    "http://" + "x" * 300 + ".com/", "http://℀.com/", "http://exam＠ple.com/",
]  # fmt: skip


@pytest.mark.parametrize("address", IMPOSSIBLE)
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(BadSubmission) as caught:
        from_address(address)
    assert caught.value.code == "bad_url"


POSSIBLE = {
    "HTTP://Example.COM": ("example.com:80", "/"),
    "https://example.com/a?b#c": ("example.com:443", "/a?b"),
    "https://bücher.example/": ("xn--bcher-kva.example:443", "/"),
    "http://[2606:4700::1111]/x": ("[2606:4700::1111]:80", "/x"),
    "http://example.com:8080/%7Ex/../y": ("example.com:8080", "/%7Ex/../y"),
}


@pytest.mark.parametrize("address", POSSIBLE)
def test_an_address_comes_apart(address: str) -> None:
    parts = parse(address)
    assert (parts.place, parts.target) == POSSIBLE[address]
    assert from_address(address).url == address
