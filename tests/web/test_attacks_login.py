"""Around the login: redirects out, headers that lie, sessions given away, twenty at once, and the
password that is only good to be changed."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory.act import system
from inventory.attempt import LoginTry
from inventory.person import Person
from inventory.policy import policy
from inventory.session import LoginSession
from tests.browser import serve
from tests.patience import PATIENCE
from tests.web.county import PASSWORD, Browser, County
from tests.web.siege import Fort, picture, urls

OUTSIDE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "https:evil.example", "javascript:alert(1)", "/\r\nSet-Cookie: e=1",
    " //evil.example", "///evil.example", "data:text/html,x", "http:///evil.example",
)  # fmt: skip
MAY = ("account.", "session.", "phone.", "built.", "securitykeys.", "healthz.", "metrics.")
QUIET = frozenset({"login_session", "login_try", "audit"})


@pytest.mark.parametrize("wanted", OUTSIDE)
def test_the_page_after_the_login_is_ours(fort: Fort, wanted: str) -> None:
    """Before, during and after the login, `next` leads to a page of this console or home."""
    client = fort.county.app.test_client()
    token = _token(client.get("/login", query_string={"next": wanted}).text)
    form = {"login": "net", "password": PASSWORD, "next": wanted, "csrf_token": token}
    first = client.post("/login", data=form, query_string={"next": wanted})
    again = client.get("/login", query_string={"next": wanted})
    for answer in (first, again):
        place = answer.headers["Location"]
        assert (answer.status_code, urlsplit(place).netloc) == (302, ""), place
        assert re.match(r"/(?![/\\])", place) and not re.search(r"[\r\n\t]", place), place
        assert "e=1" not in str(answer.headers.getlist("Set-Cookie"))


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found[1]


def test_lying_headers_change_nothing(fort: Fort) -> None:
    """Without a trusted proxy nobody is believed: host, address and path stay the real ones."""
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "10.9.9.9", "X-Forwarded-Prefix": "/evil", "X-Real-IP": "10.9.9.9",
            "X-Original-URL": "/r/people", "X-HTTP-Method-Override": "DELETE",
            "Forwarded": "for=10.9.9.9;host=evil.example"}  # fmt: skip
    browser = fort.county.login("net")
    for url in ("/", "/r/devices", "/r/devices/new", "/account/", "/none"):
        answer = browser.get(url, headers=lies)
        assert "evil" not in answer.text + str(answer.headers), url
        assert "10.9.9.9" not in answer.text, url
    away = fort.county.app.test_client().get("/r/devices", headers=lies | {"Host": "evil.example"})
    assert away.headers["Location"].startswith("/login?")


def test_the_cookie_is_out_of_reach(fort: Fort) -> None:
    """HttpOnly, SameSite; a token planted before the login is not the one after it."""
    client = fort.county.app.test_client()
    client.set_cookie("netops", "planted-by-somebody-else")
    token = _token(client.get("/login").text)
    before = client.get_cookie("netops")
    done = client.post("/login", data={"login": "net", "password": PASSWORD, "csrf_token": token})
    told = [c for c in done.headers.getlist("Set-Cookie") if "Max-Age=0" not in c]
    assert told and all("HttpOnly" in c and "SameSite=" in c for c in told), told
    after = client.get_cookie("netops")
    assert before is not None and after is not None and before.value != after.value
    client.set_cookie("netops", before.value)
    assert client.get("/r/devices").status_code == 302, "the cookie of before opens the login"


@pytest.mark.parametrize("how", ["first", "expired"])
def test_a_dead_password_opens_no_route(fort: Fort, how: str) -> None:
    """Every route, read or write: to the page that changes it, or 403 for programs."""
    county = fort.county
    browsers = [county.login(who) for who in ("chief", "audit")]
    with county.database.transaction(system("口令过期")) as session:
        for who in ("chief", "audit"):
            person = session.scalars(select(Person).where(Person.login == who)).one()
            person.must_change = how == "first"
            days = policy(session).password_days + 1 if how == "expired" else 0
            person.password_set_at = datetime.now(UTC) - timedelta(days=days)
    browsers = [Browser(county.app.test_client(), who) for who in ("chief", "audit")]
    before = picture(county.database, but=QUIET)
    for browser in browsers:
        for method in ("GET", "POST", "PATCH"):
            for rule, url in urls(county, fort.rows, method):
                if not rule.endpoint.startswith(MAY):
                    answer = _asked(browser, method, url)
                    kept = _leads(answer) == (302, "/account/password") or answer.status_code == 403
                    assert kept, (method, url, answer.status_code)
    assert picture(county.database, but=QUIET) == before


def _asked(browser: Browser, method: str, url: str) -> TestResponse:
    head = {"X-CSRFToken": browser.token}
    if "/api/" in url and method != "GET":
        return browser.client.open(url, method=method, json={}, headers=head)
    return browser.client.open(url, method=method, headers=head)


def _leads(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, urlsplit(answer.headers.get("Location", "")).path


def test_twenty_at_once_all_come_in(county: County) -> None:
    """Through the real server: each has an answer and a login of its own, none is lost."""
    people = ["net", "tech", "leader", "chief"] * 5
    with serve(county.app) as site, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda who: _enter(site, who, PASSWORD), people))
    assert Counter(status for status, _cookie in answers) == {302: 20}
    assert len({cookie for _status, cookie in answers}) == 20
    assert len(county.rows(select(LoginSession).where(LoginSession.ended_at.is_(None)))) == 20


def test_twenty_wrong_guesses_at_once_are_counted_exactly(county: County) -> None:
    """As many are judged as the policy allows, known or unknown; the rest meets the lock."""
    allowed = county.rows(select(Person))  # the policy's defaults: five, then the lock
    for login in ("net", "nobody"):
        with serve(county.app) as site, ThreadPoolExecutor(20) as pool:
            told = list(pool.map(lambda who: _enter(site, who, "wrong")[0], [login] * 9))
        assert Counter(told) == {422: 4, 429: 5}, login
    assert len(allowed) > 0
    locked = county.rows(select(LoginTry).where(LoginTry.until.is_not(None)))
    assert sorted(one.key.partition(":")[0] for one in locked) == ["person", "unknown"]


def _enter(site: str, who: str, password: str) -> tuple[int, str]:
    """(status, session cookie) of a login by hand over HTTP."""
    place = urlsplit(site)
    line = HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
    line.request("GET", "/login")
    page = line.getresponse()
    token, cookie = _token(page.read().decode()), _cookie(page.getheader("Set-Cookie"))
    body = f"login={who}&password={password.replace('#', '%23')}&csrf_token={token}"
    head = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/login", body, head)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, ";".join(answer.headers.get_all("Set-Cookie") or [])


def _cookie(told: str | None) -> str:
    return (told or "").partition(";")[0]
