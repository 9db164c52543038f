"""Every route says what it takes, and takes it: the table of role × route is made from the routes
themselves, so that a new page without a policy fails here."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from inventory.act import system
from inventory.grant import Grant
from inventory.person import Person
from inventory.register import registers
from inventory.role import MAY, RIGHTS
from tests.web.county import PASSWORD, County
from web import create_app

OPEN = ("own", "anybody")  # for every person logged in; what they show is narrowed by themselves
SKIPPED = ("session.logout",)  # would end the login that asks; tests/web/test_console.py has it
VALUES = {"slug": "devices", "kind": "xlsx", "seq": 1, "page": 1, "code": "410225"}
SCRIPTED = ("/api/", "/metrics")


def taken(county: County, rule: Rule) -> str:
    """What a route takes: a right, "register", "own", "anybody", "public"; "" for any role."""
    view: Any = county.app.view_functions[rule.endpoint]
    if getattr(view, "anonymous", False) or getattr(view, "public", False):
        return "public"
    return str(getattr(view, "right", "nothing"))


def routes(county: County) -> Iterator[tuple[Rule, str, str]]:
    """(rule, method, what it takes) of everything that answers."""
    for rule in county.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in SKIPPED:
                yield rule, method, taken(county, rule)


def address(rule: Rule, **known: Any) -> str:
    """The rule with something in every gap."""
    plain = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)  # the first of what may stand there
    made = re.sub(
        r"<(?:[a-z]+(?:\([^)]*\))?:)?(\w+)>",
        lambda gap: str((VALUES | known).get(gap[1], "nothing")), plain,
    )  # fmt: skip
    return str(made)


class Seat:
    """One person with one role (or a founder, or one whose password has expired) at a browser."""

    def __init__(self, county: County, role: str, must_change: bool = False) -> None:
        login = f"{role}_{must_change}"
        with county.database.transaction(system("试验")) as session:
            like = session.scalars(select(Person).where(Person.login == "net")).one()
            centre = county.centres["county"].id
            who = Person(centre_id=centre, login=login, name=login, must_change=must_change)
            who.password_hash, who.password_set_at = like.password_hash, datetime.now(UTC)
            session.add(who)
            now = datetime.now(UTC)
            session.add(Grant(centre_id=centre, person_id=who.id, role=role, agreed_at=now))
        self.client: FlaskClient = county.app.test_client()
        self.token = token_of(self.client)
        done = self.ask("POST", "/login", {"login": login, "password": PASSWORD})
        assert done.status_code == 302
        page = self.client.get("/account/password")
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found, page.text[:300]
        self.token = found[1]

    def ask(self, method: str, url: str, form: dict[str, str] | None = None) -> TestResponse:
        return ask(self.client, method, url, self.token, form)


def ask(
    client: FlaskClient, method: str, url: str, token: str, form: dict[str, str] | None = None
) -> TestResponse:
    headers = {"X-CSRFToken": token}
    if url.startswith("/api/") and method != "GET":
        return client.open(url, method=method, headers=headers, json={})
    data = form or ({} if method != "GET" else None)
    return client.open(url, method=method, headers=headers, data=data)


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/login").text)
    assert found
    return found[1]


def test_every_route_says_what_it_takes(county: County) -> None:
    known = {*RIGHTS, *OPEN, "register", "public", ""}
    silent = {rule.endpoint for rule, _m, right in routes(county) if right not in known}
    assert silent == set()


def test_a_view_that_says_nothing_is_open_to_nobody(county: County) -> None:
    app = create_app(county.settings, county.database)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to the world")
    assert replace(county, app=app).login("boss").get("/forgotten").status_code == 403
    assert app.test_client().get("/forgotten").status_code == 302


@pytest.mark.parametrize("role", [role for role in MAY if role != "founder"])
def test_each_role_meets_what_each_route_takes(county: County, role: str) -> None:
    seat = Seat(county, role)
    wrong = []
    for rule, method, right in routes(county):
        if right in ("public", "register"):
            continue
        may = right == "" or right in MAY[role]
        code = seat.ask(method, address(rule)).status_code
        shut = right not in OPEN and may is (code == 403)  # one's own affairs judge by themselves
        if code >= 500 or code == 401 or shut:
            wrong.append((rule.rule, method, right, code))
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in MAY if role != "founder"])
def test_each_role_meets_what_each_register_takes(county: County, role: str) -> None:
    """Whoever may not look at a register gets nothing of it, and changes nothing; who may not
    change it meets 403 at its form."""
    seat = Seat(county, role)
    wrong = []
    found = [(rule, m) for rule, m, right in routes(county) if right == "register"]
    one_of_each = {cls.see_act: slug for slug, cls in registers().items() if cls.shown}
    for slug in one_of_each.values():
        cls = registers()[slug]
        sees = not cls.see_act or cls.see_act in MAY[role]
        for rule, method in found:
            code = seat.ask(method, address(rule, slug=slug)).status_code
            hidden = "<slug>" in rule.rule and cls.shown and not sees
            if code >= 500 or (hidden and code not in (403, 404, 422)):
                wrong.append((slug, rule.rule, method, code))
        writes = sees and cls.shown and cls.by_hand and cls.edit_act in MAY[role]
        code = seat.ask("GET", f"/r/{slug}/new").status_code
        if (code == 200) is not writes:
            wrong.append((slug, "new", "GET", code))
    assert wrong == []


def test_nobody_is_asked_to_log_in(county: County) -> None:
    client = county.app.test_client()
    token, wrong = token_of(client), []
    for rule, method, right in routes(county):
        answer = ask(client, method, address(rule), token)
        scripted = rule.rule.startswith(SCRIPTED) and rule.rule != "/api/docs"
        wanted = 401 if scripted else 302
        if right != "public" and answer.status_code != wanted:
            wrong.append((rule.rule, method, answer.status_code))
    assert wrong == []


def test_an_expired_password_can_do_nothing_but_be_changed(county: County) -> None:
    seat, wrong = Seat(county, "network_admin", must_change=True), []
    for rule, method, right in routes(county):
        view: Any = county.app.view_functions[rule.endpoint]
        if right == "public" or getattr(view, "settling", False):
            continue
        answer = seat.ask(method, address(rule))
        led = (answer.status_code, answer.location) == (302, "/account/password")
        if not led and answer.status_code != 403:
            wrong.append((rule.rule, method, answer.status_code))
    assert wrong == []


def test_a_founder_can_do_nothing_but_set_up(county: County) -> None:
    seat, wrong = Seat(county, "founder"), []
    for rule, method, right in routes(county):
        if right in ("public", "own", "setup"):
            continue
        answer = seat.ask(method, address(rule))
        led = (answer.status_code, answer.location) == (302, "/setup/")
        if not led and answer.status_code != 403:
            wrong.append((rule.rule, method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("net", "/log/"),
        ("leader", "/r/"),
        ("tech", "/r/"),
        ("boss", "/console/"),
        ("net", "/jobs/"),
    ],
)
def test_no_page_offers_what_it_then_refuses(county: County, who: str, path: str) -> None:
    client = county.login(who)
    offered = set(re.findall(r'<a [^>]*href="(/[^"#]*)"', client.get(path).text))
    answers = {url: client.get(unescape(url)).status_code for url in offered}
    assert {url: code for url, code in answers.items() if code >= 400} == {}
    assert len(answers) > 5
