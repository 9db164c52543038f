"""Requests no page of ours would send: without a token, malformed, with SQL in them.

Each is refused in words (4xx) or understood harmlessly; nothing is half written, nothing breaks.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from inventory.device import Device
from inventory.register import fields
from tests.web.county import Browser, County
from tests.web.siege import Fort, Sight, picture, plant, urls

WEB = Path(__file__).resolve().parents[2] / "web"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
QUIET = frozenset({"login_session", "login_try"})  # when somebody was last seen, or mistyped
NOTES = frozenset({"audit", "event", "notice", "notice_receipt"})  # a refusal may be noted
ARGUMENTS = re.compile(r'args(?:\.get|\.getlist)?[(\[]"(\w+)"')
FORM = re.compile(r'(?:form|values)(?:\.get|\.getlist)?[(\[]"(\w+)"')
JUNK = (
    "\0",
    "'\"%_\\",
    "' OR 1=1 --",
    "-1",
    "9" * 30,
    "\u202e\ufffe" * 40,
    "1e400",
    "[]{{7*7}}\n",
)
SCHEMA = [
    "centre",
    "search",
    "since",
    "until",
    "interface",
    "retired",
    "per_page",
    "tier",
    "kind",
    "centre_id",
    "parent_id",
]
WIDE = ("' OR '1'='1", "%", "_", "\\", "%%%", "x' UNION SELECT 1 --", "**", "?")


def words_of(pattern: re.Pattern[str]) -> set[str]:
    """The names our own pages ask a request for."""
    texts = (path.read_text("utf-8") for path in WEB.rglob("*.py"))
    return {name for text in texts for name in pattern.findall(text)}


@pytest.fixture
def both(both: County) -> County:
    both.sweep()
    return both


def test_nothing_is_done_without_the_pages_own_token(fort: Fort) -> None:
    """Every route that writes: without a token, with none in it, with another session's."""
    county = fort.county
    foreign, tried = county.login("chief").token, 0
    for who in ("boss", "sec"):
        browser = county.login(who)
        before = picture(county.database, but=QUIET)
        for method in WRITES:
            for _rule, url in urls(county, fort.rows, method):
                for token in ("", foreign):
                    answer = _open(browser, method, url, {"csrf_token": token} if token else {})
                    assert answer.status_code == 400, (who, method, url, token)
                    tried += 1
        assert picture(county.database, but=QUIET) == before
    assert tried > 200


def _open(browser: Browser, method: str, url: str, form: Mapping[str, Any]) -> TestResponse:
    if "/api/" in url:
        return browser.client.open(url, method=method, json={"name": "x"}, headers=_head(form))
    return browser.client.open(url, method=method, data=form)


def _head(form: Mapping[str, Any]) -> dict[str, str]:
    return {"X-CSRFToken": form["csrf_token"]} if form else {}


def test_quotes_in_a_question_find_no_more(fort: Fort) -> None:
    """Quotes, wildcards and SQL are looked for as they are written."""
    browser = fort.county.login("net")
    whole = _total(browser, "")
    with fort.county.database.transaction(fort.county.act()) as session:
        named = Device(centre_id=fort.county.centres["county"].id, name="100%_\\ ' \"",
                       address="10.66.3.1", kind="switch")  # fmt: skip
        session.add(named)
    for text in ("100%_\\", "%_", "\\", "' \""):
        assert _total(browser, text) == 1, text
    for text in WIDE[:1] + WIDE[5:]:
        for url in ("/api/v1/devices", "/api/v1/registers/devices"):
            assert _total(browser, text, url) == 0, (url, text)
        assert browser.get("/pick/Device", query_string={"q": text}).json == [], text
        assert "没有" in browser.get("/r/devices", query_string={"q": text}).text, text
    for text in WIDE:
        for name in ("centre_id", "parent_id", "kind"):
            assert browser.get("/pick/Device", query_string={name: text}).json == [], (name, text)
        sorted_ = browser.get("/api/v1/devices", query_string={"sort": f"name{text}"})
        assert sorted_.status_code == 422, text
        lines = browser.get("/r/devices/export.csv", query_string={"kind": text}).text
        rows = [line for line in lines.splitlines()[1:] if not line.startswith("# 审计链头")]
        assert rows == [], text
    assert _total(browser, "") == whole + 1


def _total(browser: Browser, text: str, url: str = "/api/v1/devices") -> int:
    answer = browser.get(url, query_string={"search": text}).json
    assert answer is not None
    return int(answer["total"])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # the stricter of the two
def test_every_argument_takes_junk(both: County) -> None:
    """Every argument of every address at once: no answer breaks."""
    browser, row = both.login("boss"), plant(both, Device)
    names = words_of(ARGUMENTS) | set(SCHEMA)
    broken = []
    places = {url for _rule, url in urls(both, {"devices": row}, "GET") if _telling(url)}
    for url in sorted(places):
        for junk in JUNK:
            answer = browser.get(url, query_string=dict.fromkeys(names, junk))
            if answer.status_code >= 500:
                broken.append((url, junk[:20]))
    assert broken == []


def _telling(url: str) -> bool:
    """Of all the registers one is asked: one code serves them all."""
    slug = re.match(r"/(?:api/v1/registers|r|pick)/(\w+)", url)
    return "/dist/" not in url and (slug is None or slug[1] in ("devices", "Device"))


def test_every_field_takes_junk(both: County) -> None:
    """Every field of every form, with a good token: refused in words, and nothing half written."""
    words = dict.fromkeys(words_of(FORM) | {field.name for field in fields(Device)})
    rows = {"devices": plant(both, Device)}
    sight = Sight(both.database, QUIET | NOTES)
    before = sight.now()
    for who in ("boss", "sec"):
        browser = both.login(who)
        for rule, url in urls(both, rows, "POST"):
            if not _telling(url) or rule.endpoint.startswith(("session.", "account.password")):
                continue
            empty = _posted(browser, url, dict.fromkeys(words, "\0")).status_code
            assert empty < 500, (who, url, empty)
            for junk in ("-" + "9" * 30, "'\"\\%\n<>"):
                answer = _posted(browser, url, dict.fromkeys(words, junk))
                after = sight.now()
                assert answer.status_code < 500, (who, url, junk)
                assert answer.status_code < 400 or after == before, (who, url, junk)
                before = after


def _posted(browser: Browser, url: str, form: dict[str, Any]) -> TestResponse:
    if "/api/" in url:
        return browser.client.post(url, json=form, headers={"X-CSRFToken": browser.token})
    return browser.post(url, form)


ODD: Sequence[tuple[str, bytes]] = (
    ("application/json", b"[" * 100_000), ("application/json", b'{"name": "\xff\xfe"}'),
    ("application/json", b'{"name": "\\ud800"}'), ("application/json", b'{"name": "a\\u0000"}'),
    ("application/json", b"null"), ("application/json", b'{"name": {"a": []}, "address": 1e999}'),
    ("application/json", b'{"name": 1' + b"0" * 5000 + b"}"),
    ("application/json", b'{"revision": 99999999999999999999999, "name": "x"}'),
    ("text/xml", b"<a/>"), ("", b"\xff\xfe\x00"),
    ("application/x-www-form-urlencoded", b"%ff=%00&a"),
    ("multipart/form-data", b"--"), ("multipart/form-data; boundary=b", b"--b\r\n\r\n\r\n--b--"),
    ("multipart/form-data; boundary=b",
     b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xff\x00"\r\n\r\nx\r\n--b--'),
)  # fmt: skip


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_bodies_that_are_none(both: County) -> None:
    """Wrong types, deep JSON, half surrogates, invalid UTF-8, broken multipart: 4xx, no more."""
    browser = both.login("boss")
    sight = Sight(both.database, QUIET | NOTES)
    before = sight.now()
    head = {"X-CSRFToken": browser.token}
    for method in ("POST", "PATCH"):
        for rule, url in urls(both, {}, method):
            if not _telling(url) or rule.endpoint in ("session.logout", "console.verify"):
                continue
            for kind, body in ODD if "/api/" in url else ODD[8:]:
                answer = browser.client.open(
                    url, method=method, data=body, content_type=kind, headers=head
                )
                after = sight.now()
                assert answer.status_code < 500, (url, kind, body[:30])
                assert answer.status_code < 400 or after == before, (url, kind, body[:30])
                before = after
