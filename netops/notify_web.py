"""A notice as JSON to a web address. Redirects are not followed, proxies not used.

Body (UTF-8): {"id", "to": {"name", "email", "mobile"}, "subject", "text", and the facts "kind",
"level", "link" (a path), "made_at", and "url" where it is known. With a signing key,
`X-NetOps-Signature: sha256=<hex>` is the HMAC-SHA256 (RFC 2104) of the body. Any 2xx answer is
taken for "received".
"""

import hashlib
import hmac
import json
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from netops.letter import Failure, Letter, Web

_AGAIN = (408, 425, 429)  # of the 4xx: too slow, too early, too often


def post(way: Web, letter: Letter, tls: ssl.SSLContext, timeout: float) -> Failure | None:
    """Send it; None when the other side answered 2xx."""
    to = urlsplit(way.url)
    place = f"{to.scheme}://{to.netloc}"
    if to.scheme not in ("http", "https") or not to.hostname:
        return Failure("网址不是 http:// 或 https:// 开头", lasting=True)
    if not way.query.isascii() or not way.query.isprintable() or " " in way.query:
        return Failure("网址参数里有空格或中文，请按网址的写法转码后再填", lasting=True)
    try:
        status = _ask(to, way, letter, tls, timeout)
    except ssl.SSLCertVerificationError as error:
        return Failure(f"{place} 的证书不可信：{error.verify_message}", lasting=True)
    except TimeoutError:
        return Failure(f"{place} 没有应答（超时）")
    except (OSError, HTTPException, ValueError):
        return Failure(f"连不上 {place}，或它的应答不是 HTTP")
    return _judged(place, status)


def _ask(to: SplitResult, way: Web, letter: Letter, tls: ssl.SSLContext, timeout: float) -> int:
    connection = (
        HTTPSConnection(to.hostname or "", to.port, timeout=timeout, context=tls)
        if to.scheme == "https"
        else HTTPConnection(to.hostname or "", to.port, timeout=timeout)
    )
    body = _body(letter)
    head = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "netops-console"}
    if way.key:
        signature = hmac.new(way.key.encode(), body, hashlib.sha256).hexdigest()
        head["X-NetOps-Signature"] = f"sha256={signature}"
    path = (to.path or "/") + (f"?{way.query.lstrip('?')}" if way.query else "")
    try:
        connection.request("POST", path, body, head)
        return connection.getresponse().status
    finally:
        connection.close()


def _body(letter: Letter) -> bytes:
    told = {
        **letter.facts,
        "id": letter.id,
        "to": {"name": letter.name, "email": letter.email, "mobile": letter.mobile},
        "subject": letter.subject,
        "text": letter.text,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _judged(place: str, status: int) -> Failure | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        cause = f"{place} 要求跳转（{status}）：不跟随，请填写最终的网址"
        return Failure(cause, lasting=True)
    return Failure(f"{place} 没有接收（{status}）", lasting=status < 500 and status not in _AGAIN)
