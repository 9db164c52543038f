"""Who takes notices outside: a mail server, a web address, and programs, all real and local."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "ops", "Mail#2026-secret"


class Post:
    """Takes mail; `answer` says what it does with a recipient ("250 OK" takes it)."""

    def __init__(self) -> None:
        self.taken: list[tuple[Envelope, EmailMessage]] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope, message))
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        return [message for _envelope, message in self.taken]


class _OnFreePort(Controller):
    """Learns its port from the socket: two tests never meet on one."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office(
    tls: ssl.SSLContext | None = None, *, login: bool = False
) -> Iterator[tuple[Post, int]]:
    """A mail server on loopback; with `tls` it offers STARTTLS, and demands it."""
    post = Post()
    facts: dict[str, Any] = {}
    if tls is not None:
        facts = {"tls_context": tls, "require_starttls": True}
    if login:
        facts |= {"authenticator": _known, "auth_required": True}
    server = _OnFreePort(post, hostname="127.0.0.1", port=0, server_hostname="test", **facts)
    server.start()
    try:
        yield post, server.port
    finally:
        server.stop()


def _known(_server: SMTP, _session: Any, _envelope: Any, _kind: str, given: Any) -> AuthResult:
    good = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Inbox(ThreadingHTTPServer):
    """Takes POSTs; `answer` is the status it gives, 0 = never answers."""

    daemon_threads = True
    answer = 200
    taken: ClassVar[list[tuple[str, dict[str, str], bytes]]]


class _Handler(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), body))
        if self.server.answer == 0:
            threading.Event().wait(3)
            return
        self.send_response(self.server.answer)
        if 300 <= self.server.answer < 400:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@contextmanager
def web_address(tls: ssl.SSLContext | None = None) -> Iterator[tuple[Inbox, str]]:
    """A web server on loopback and its address."""
    server = Inbox(("127.0.0.1", 0), _Handler)
    server.taken = []  # type: ignore[misc]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server, f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}/notice"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def program(folder: Path, name: str, text: str) -> Path:
    """An executable script in the allow-listed folder."""
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(what the server shows, what trusts it): a fresh self-signed one for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(file)
    return shows, ssl.create_default_context(cafile=file)
