"""The agent's line to the console: three questions over HTTP, the certificate checked first."""

from __future__ import annotations

import hashlib
import http.client
import json
import platform
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from netops.agent_settings import Settings
from netops.agent_stream import Stream

_WARNINGS = 20
_BUSY = (429, 502, 503, 504)  # worth another try


class Refused(Exception):
    """The console said no; its own words."""


class Unanswered(Exception):
    """The console did not answer, however often it was tried."""


@dataclass(frozen=True)
class Told:
    """What the console has of this source: the newest list of files (SHA-256), and the chunks of a
    delivery that was broken off, by number."""

    source: str
    last: str
    chunks: dict[int, str]
    chunk: int


class Console:
    """One console, asked in the name of a token."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        parts = urlsplit(settings.url)
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._path = f"{parts.path}/api/v1/backup-sources/{settings.source}/delivery"
        self._free_at = 0.0

    def told(self) -> Told:
        """Raises Refused, Unanswered."""
        found = self._asked("GET", "")
        chunks = {int(number): sha256 for number, sha256 in found["chunks"].items()}
        return Told(found["source"], found["last"], chunks, found["chunk"])

    def send(self, number: int, sha256: str, data: bytes) -> None:
        """One chunk, no faster than the limit. Raises Refused, Unanswered."""
        headers = {"Content-Type": "application/octet-stream", "X-SHA256": sha256}
        self._asked("PUT", f"/chunks/{number}", data, headers)
        if self._settings.limit:
            self._free_at = max(self._free_at, time.monotonic()) + len(data) / self._settings.limit
            time.sleep(max(self._free_at - time.monotonic(), 0))

    def finish(self, stream: Stream, manifest: str, base: str, warnings: list[str]) -> None:
        """All was sent: the console compares the whole. Raises Refused, Unanswered."""
        told = {
            "chunks": stream.chunks, "sha256": stream.sha256, "manifest": manifest, "base": base,
            "agent": f"代理程序（{platform.system()}，Python {platform.python_version()}）",
            "host": platform.node()[:80], "warnings": [each[:300] for each in warnings[:_WARNINGS]],
        }  # fmt: skip
        self._asked("POST", "", json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _asked(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Any:
        """The answer; tried again while nobody answers."""
        why = ""
        for pause in (0.0, *self._settings.pauses):
            time.sleep(pause)
            try:
                status, answer = self._once(method, path, body, headers or {})
            except ssl.SSLError as error:
                raise Refused(f"证书不能信任（{error.reason}），令牌没有发出") from None
            except (OSError, http.client.HTTPException) as error:
                why = str(error) or type(error).__name__
                continue
            if status < 300:
                return json.loads(answer) if answer else None
            why = _words(status, answer)
            if status not in _BUSY:
                raise Refused(why)
        raise Unanswered(f"值守台 {self._settings.url} 没有应答（{why}）")

    def _once(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        line = self._line()
        try:
            line.connect()
            self._check_certificate(line)
            bearer = {"Authorization": f"Bearer {self._settings.token}"}
            line.request(method, self._path + path, body or None, {**headers, **bearer})
            answer = line.getresponse()
            return answer.status, answer.read(1 << 24)
        finally:
            line.close()

    def _line(self) -> http.client.HTTPConnection:
        host, patience = self._host or "", self._settings.patience
        if not self._secure:
            return http.client.HTTPConnection(host, self._port, timeout=patience)
        context = ssl.create_default_context(cafile=self._settings.ca or None)
        if self._settings.fingerprint:  # known itself: who signed it is not asked
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(host, self._port, timeout=patience, context=context)

    def _check_certificate(self, line: http.client.HTTPConnection) -> None:
        wanted = self._settings.fingerprint
        if not (self._secure and wanted):
            return
        shown = line.sock.getpeercert(binary_form=True) or b""  # type: ignore[union-attr]
        if hashlib.sha256(shown).hexdigest() != wanted:
            raise Refused("证书的指纹与配置的不同，令牌没有发出：请核对是否换过证书，或有人冒充")


def _words(status: int, answer: bytes) -> str:
    try:
        return f"{json.loads(answer)['message']}（{status}）"
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}"
