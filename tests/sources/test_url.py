"""Pictures from addresses: what is fetched, and what is not because the host is slow, lies, or leads elsewhere."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from classifier.ml.pixels import MAX_BYTES
from classifier.sources.submission import BadSubmission
from classifier.sources.url import bring
from classifier.sources.url.client import Rules, fetch
from tests.factories import picture
from tests.hosts import Behaviour, answering, dripping, host, late, read_request, redirecting, saying
from tests.sources.fetching import PUBLIC, Elsewhere, allowing, refused


def test_a_picture_is_fetched_like_an_upload() -> None:
    with host(answering(picture())) as pictures:
        submission = bring(pictures.url("/cat.png"), allowing(pictures))
    assert submission.source == "url"
    assert (submission.width, submission.height) == (400, 400)


def test_the_request_says_who_asks_and_for_what() -> None:
    requests: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        requests.append(read_request(connection))
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\npicture")

    with host(behave) as pictures:
        assert fetch(pictures.url("/ä b.png?size=1&q=ü#part"), allowing(pictures)) == b"picture"
        place = pictures.place.encode()
    line, *headers = requests[0].split(b"\r\n")
    assert line == b"GET /%C3%A4%20b.png?size=1&q=%C3%BC HTTP/1.1"
    assert b"Host: " + place in headers
    assert b"Accept-Encoding: identity" in headers
    assert any(header.startswith(b"User-Agent: DoodleSite/") for header in headers)
    assert not any(header.lower().startswith((b"cookie", b"authorization")) for header in headers)


def test_chunks_are_put_together() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n"
    with host(saying(chunked)) as pictures:
        assert fetch(pictures.url(), allowing(pictures)) == b"abcdef"


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with host(answering(b"picture")) as pictures, host(answering(b"proxy")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url())
        assert fetch(pictures.url(), allowing(pictures)) == b"picture"
        assert proxy.connections == 0


# ---- names that change their mind, and redirects ------------------------------------------------------------------------


def test_the_connection_goes_to_the_number_that_was_checked() -> None:
    with host(answering(b"picture")) as pictures:
        world = Elsewhere(PUBLIC, "127.0.0.1", port=pictures.port)
        assert fetch("http://rebinding.example/", world.rules) == b"picture"
        assert (world.asked, world.called) == (["rebinding.example"], [PUBLIC])
        refused("http://rebinding.example/", world.rules)
        assert world.called == [PUBLIC]


def test_each_hop_is_looked_up_and_checked_anew() -> None:
    with host(redirecting(lambda: "/again")) as redirector:
        world = Elsewhere(PUBLIC, "127.0.0.1", port=redirector.port)
        refused("http://rebinding.example/", world.rules)
        assert world.called == [PUBLIC]
        assert redirector.connections == 1


TARGETS = [
    "http://127.0.0.1:{}/",
    "http://localhost:{}/",
    "//127.1:{}/",
    "http://[::ffff:127.0.0.1]:{}/",
    "http://u@127.0.0.1:{}/",
]


@pytest.mark.parametrize("target", [*TARGETS, "ftp://127.0.0.1:{}/", "file:///etc/passwd", "gopher://127.0.0.1:{}/", "http://"])
def test_a_redirect_to_a_private_place_is_not_followed(target: str) -> None:
    with host(answering(b"secret")) as canary, host(redirecting(lambda: target.format(canary.port))) as redirector:
        refused(redirector.url(), allowing(redirector))
        assert canary.connections == 0


def test_three_redirects_are_followed_and_no_more() -> None:
    hops: Iterator[int] = iter(range(100))
    stop = 3

    def behave(connection: socket.socket) -> None:
        hop = next(hops)
        answering(b"picture")(connection) if hop == stop else redirecting(lambda: f"hop{hop}")(connection)

    with host(behave) as pictures:
        assert fetch(pictures.url(), allowing(pictures)) == b"picture"
        assert pictures.connections == 4
    with host(redirecting(lambda: "/")) as loop:
        refused(loop.url(), allowing(loop))
        assert loop.connections == 4


# ---- slow, endless, lying -------------------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"
SLOW = {
    "says nothing": late(1, answering(b"late")),
    "drips its status": dripping(b""),
    "drips a header": dripping(OK + b"X-Long: "),
    "drips its body": dripping(OK + b"\r\n"),
    "drips a chunk's size": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n"),
    "continues for ever": dripping(b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW)
def test_the_deadline_holds_for_everything_together(behaviour: Behaviour) -> None:
    with host(behaviour) as slow:
        began = time.monotonic()
        refused(slow.url(), allowing(slow, seconds=0.4))
        assert time.monotonic() - began < 1.5


def test_the_deadline_holds_over_redirects_and_the_handshake() -> None:
    began = time.monotonic()
    with host(late(0.3, redirecting(lambda: "/"))) as redirector, host(dripping(b"")) as silent:
        refused(redirector.url(), allowing(redirector, seconds=0.4))
        refused(silent.url().replace("http:", "https:"), allowing(silent, seconds=0.4))
    assert time.monotonic() - began < 2


def test_the_deadline_holds_over_the_look_up() -> None:
    def look_up(name: str, port: int) -> list[str]:
        time.sleep(2)
        return [PUBLIC]

    began = time.monotonic()
    refused("http://slow.example/", Rules(resolve=look_up, seconds=0.4))
    assert time.monotonic() - began < 1.5


ENDLESS = {
    "body": (OK + b"\r\n", b"x" * 262_144),
    "trailer": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", (b"X: " + b"x" * 60_000 + b"\r\n") * 4),
}


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_cut_at_the_limit(start: bytes, more: bytes) -> None:
    sent = 0

    def behave(connection: socket.socket) -> None:
        nonlocal sent
        read_request(connection)
        connection.sendall(start)
        while True:
            connection.sendall(more)
            sent += len(more)

    with host(behave) as endless:
        refused(endless.url(), allowing(endless, seconds=10))
    assert MAX_BYTES * 0.9 <= sent < 2 * MAX_BYTES


REFUSED_ANSWERS = {
    "is a byte too large": answering(b"x" * (MAX_BYTES + 1)),
    "says less than it sends, of a limit": saying(OK + b"Content-Length: 99999999999\r\n\r\nabc"),
    "breaks off": answering(b"half", content_length="8"),
    "breaks off in a chunk": saying(OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\nhalf"),
    "has a chunk of no size": saying(OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhalf"),
    "is packed": answering(gzip.compress(b"x" * 1000), content_encoding="gzip"),
    "is packed in capitals": answering(b"x", content_encoding=" GZIP"),
    "is packed twice": answering(b"x", content_encoding="identity, br"),
    "is missing": answering(b"no such picture", status="404 Not Found"),
    "is a part": answering(b"part", status="206 Partial Content"),
    "failed": answering(b"sorry", status="500 Internal Server Error"),
    "redirects nowhere": answering(status="302 Found"),
    "is nothing": saying(b""),
    "is no HTTP": saying(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "is HTTP/0.9": saying(b"<html>"),
    "has a status of letters": saying(b"HTTP/1.1 OK 200\r\n\r\n"),
    "has a header without end": saying(OK + b"X: " + b"x" * 70_000),
    "has headers without number": saying(OK + b"X: x\r\n" * 200 + b"\r\n"),
    "is of zeros": saying(b"\0" * 1000),
}


@pytest.mark.parametrize("behaviour", REFUSED_ANSWERS.values(), ids=REFUSED_ANSWERS)
def test_an_answer_that_cannot_be_relied_on_is_refused(behaviour: Behaviour) -> None:
    with host(behaviour) as odd:
        refused(odd.url(), allowing(odd, seconds=2))
        assert odd.connections == 1


def test_a_closed_port_looks_like_everything_else() -> None:
    with host(answering()) as gone:
        rules, address = allowing(gone), gone.url()
    refused(address, rules)


def test_a_length_that_is_too_small_cuts_the_picture_off() -> None:
    with host(answering(picture(), content_length="100")) as lying, pytest.raises(BadSubmission) as caught:
        bring(lying.url(), allowing(lying))
    assert caught.value.code == "bad_image"


@pytest.mark.parametrize(
    ("content", "code"), [(b"I am a text", "unsupported_image"), (b"", "bad_image"), (picture()[:300], "bad_image")]
)
def test_what_is_no_picture_says_so(content: bytes, code: str) -> None:
    with host(answering(content, content_type="image/png")) as pictures, pytest.raises(BadSubmission) as caught:
        bring(pictures.url(), allowing(pictures))
    assert caught.value.code == code


def test_the_log_names_the_host_but_not_the_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), host(answering(status="403 Forbidden")) as pictures:
        refused(pictures.url("/private/cat.png?token=secret"), allowing(pictures))
    assert pictures.place in caplog.text
    assert "403" in caplog.text
    assert "secret" not in caplog.text
    assert "private" not in caplog.text


# ---- certificates ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For pictures.example, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-keyout", str(key), "-out", str(cert), "-subj", "/CN=x", "-addext", "subjectAltName=DNS:pictures.example"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl was not found")
    return key, cert


def secure(certificate: tuple[Path, Path], names: list[str | None]) -> Behaviour:
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.sni_callback = lambda _, name, __: names.append(name)

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            answering(b"picture")(secured)

    return behave


def test_the_certificate_is_checked_against_the_name_though_the_number_is_pinned(certificate: tuple[Path, Path]) -> None:
    names: list[str | None] = []
    with host(secure(certificate, names)) as pictures:
        world = Elsewhere(PUBLIC, port=pictures.port)
        trusting: Callable[[], ssl.SSLContext] = partial(ssl.create_default_context, cafile=str(certificate[1]))
        rules = Rules(resolve=world.resolve, dial=world.dial, tls=trusting, seconds=5)
        assert fetch("https://pictures.example/cat.png", rules) == b"picture"
        refused("https://other.example/cat.png", rules)
        refused("https://pictures.example/cat.png", world.rules)  # which trusts the system's authorities alone
    assert names[:2] == ["pictures.example", "other.example"]
