"""Day one of a county: the founder separates the three, names the people, and is nobody then."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from inventory import setup as day_one
from inventory.act import EVERYTHING, system
from inventory.approval import Approval
from inventory.audit import verify
from inventory.centre import Centre
from inventory.db import Database
from inventory.founding import found
from inventory.grant import standing
from inventory.home import home_fact
from inventory.person import Person
from inventory.policy import Policy, policy
from inventory.register import Rejected
from inventory.secret import Key
from inventory.setup import Member, Setup
from inventory.shanghai import SHANGHAI
from inventory.undertaking import Undertaking
from tests.browser import Visit, axe, overflow, serve, shot
from web import create_app
from web.settings import Settings

UNTIL = (datetime.now(SHANGHAI) + timedelta(days=200)).date().isoformat()
WANG = ("wang", "王网", "", ("network_admin", "technician", "system_admin"))
LI = ("li", "李局", "", ("leader",))
ZHOU = ("zhou", "周安", "开封市信息中心", ("security_admin",))
WU = ("wu", "吴审", "开封市信息中心", ("audit_admin",))
COUNTY = tuple(Member(*one) for one in (WANG, LI, ZHOU, WU))
SMALL = Setup(True, "在编两人", UNTIL, UNTIL, COUNTY)
OWN = "Ljq&7mVx-20Rt"  # what each person chooses
FIRST = "Xk-93rTq#wZ"


def settled(database: Database, setup: Setup) -> list[day_one.Told]:
    with database.transaction(system("启用设置", "test")) as session:
        centre = session.get_one(Centre, home_fact(session, "centre"))
        return day_one.finish(session, setup, centre)


def roles(database: Database, login: str) -> tuple[str, ...]:
    with database.view(EVERYTHING) as session:
        person = session.scalars(select(Person).where(Person.login == login)).one()
        return standing(session, person).roles


@pytest.fixture
def home(database: Database) -> Database:
    found(database, "410225", "founder", "启用人")
    return database


# ── the data ─────────────────────────────────────────────────────────────────────────────────


def test_two_people_and_two_of_the_city(home: Database) -> None:
    told = settled(home, SMALL)
    assert [(one.login, bool(one.password)) for one in told] == [
        ("wang", True), ("li", True), ("zhou", True), ("wu", True),
    ]  # fmt: skip
    assert roles(home, "wang") == ("network_admin", "system_admin", "technician")
    assert roles(home, "zhou") == ("security_admin",)
    assert roles(home, "founder") == ()
    with home.view(EVERYTHING) as session:
        now = policy(session)
        assert (now.small_centre, now.small_reason, str(now.small_until)) == (
            True,
            "在编两人",
            UNTIL,
        )
        assert session.scalar(select(func.count()).select_from(Undertaking)) == 2
        assert verify(session) is None


def test_the_founder_may_be_one_of_them(home: Database) -> None:
    mine = Member("founder", "王主任", "", ("leader",))
    told = settled(home, Setup(people=(mine, *(m for m in three_more()))))
    assert [one.password for one in told if one.login == "founder"] == [""]
    assert roles(home, "founder") == ("leader",)


def three_more() -> Iterator[Member]:
    for login, held in (
        ("a", ("system_admin",)), ("b", ("security_admin",)), ("c", ("audit_admin",)),
        ("d", ("network_admin", "technician")),
    ):  # fmt: skip
        yield Member(login, login, "", held)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"people": COUNTY[:3]}, "还没有审计管理员"),
        ({"small": False}, "只有小中心模式下才能兼任"),
        ({"reason": " "}, "为什么人员不够"),
        ({"until": "2020-01-01"}, "以后的一天"),
        ({"until": "明年"}, "以后的一天"),
        ({"deferred": "2199-01-01"}, "不能晚于"),
        ({"people": (*COUNTY, Member("li", "又一李", "", ("technician",)))}, "用了两次"),
        ({"people": (*COUNTY, Member("zhao", "", "", ("technician",)))}, "都要填写"),
        ({"people": (*COUNTY, Member("zhao", "赵", "", ()))}, "还没有角色"),
        ({"people": (*COUNTY, Member("z", "赵", "", ("audit_admin", "security_admin")))}, "三员"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_half_written(
    home: Database, changed: dict[str, Any], said: str
) -> None:
    setup = Setup(**{"small": True, "reason": "少", "until": UNTIL, "people": COUNTY} | changed)
    with pytest.raises(Rejected, match=said):
        settled(home, setup)
    with home.view(EVERYTHING) as session:
        assert list(session.scalars(select(Person.login))) == ["founder"]
        assert list(session.scalars(select(Policy.id))) == []
    assert roles(home, "founder") == ("founder",)


def test_what_was_typed_is_kept(home: Database) -> None:
    with home.view(EVERYTHING) as session:
        assert day_one.draft(session).people == (Member("founder", "启用人"),)
    with home.observe() as session:
        day_one.keep(session, SMALL)
    with home.view(EVERYTHING) as session:
        assert day_one.draft(session) == SMALL


# ── the pages ────────────────────────────────────────────────────────────────────────────────


@dataclass
class Home:
    """A founded home behind its console; the founder's password is FIRST and their own."""

    app: APIFlask
    database: Database

    def client(self, login: str, password: str) -> "Guest":
        return Guest(self.app.test_client(), login, password)


class Guest:
    """Somebody with a browser."""

    def __init__(self, client: FlaskClient, login: str, password: str) -> None:
        self.client = client
        self.answer = self.post("/login", login=login, password=password)

    def get(self, url: str) -> TestResponse:
        return self.client.get(url)

    def post(self, url: str, **form: Any) -> TestResponse:
        found = re.search(
            r'name="csrf-token" content="([^"]+)"',
            self.client.get("/login", follow_redirects=True).text,
        )
        assert found
        return self.client.post(url, data=form | {"csrf_token": found[1]})


@pytest.fixture
def console(settings: Settings, sqlite_database: Database) -> Home:
    found(sqlite_database, "410225", "founder", "启用人")
    Key.load(settings.key_file)
    with sqlite_database.transaction(system("口令")) as session:
        who = session.scalars(select(Person)).one()
        who.set_password(FIRST)
    return Home(create_app(settings, sqlite_database), sqlite_database)


def typed(people: tuple[Member, ...]) -> dict[str, Any]:
    form: dict[str, Any] = {"rows": len(people)}
    for n, one in enumerate(people):
        form |= {f"login-{n}": one.login, f"name-{n}": one.name, f"employer-{n}": one.employer}
        form[f"role-{n}"] = list(one.roles)
    return form


def test_the_founder_is_led_there_and_to_nothing_else(console: Home) -> None:
    founder = console.client("founder", FIRST)
    for path in ("/", "/r/devices", "/r/people", "/console/", "/search/?q=a"):
        answer = founder.get(path)
        assert (answer.status_code, answer.location) == (302, "/setup/"), path
    assert founder.get("/api/v1/devices").status_code == 403
    assert founder.get("/setup/").status_code == founder.get("/account/").status_code == 200


def test_step_by_step_and_told_once(console: Home) -> None:
    founder = console.client("founder", FIRST)
    assert founder.get("/setup/check").location == "/setup/people"
    wrong = founder.post("/setup/", mode="small", reason="", until="")
    assert (wrong.status_code, wrong.text.count("field-error")) == (422, 2)
    mode = {"mode": "small", "reason": "在编两人", "until": UNTIL, "deferred": UNTIL}
    assert founder.post("/setup/", **mode).location == "/setup/people"
    refused = founder.post("/setup/people", **typed(COUNTY[:3]))
    assert (refused.status_code, "还没有审计管理员" in refused.text) == (422, True)
    assert 'value="周安"' in founder.get("/setup/people").text  # kept, though refused
    assert founder.post("/setup/people", **typed(COUNTY)).location == "/setup/check"
    page = founder.get("/setup/check").text
    assert "不再有任何权限" in page
    done = founder.post("/setup/finish")
    assert (done.status_code, done.headers["Cache-Control"]) == (200, "no-store")
    passwords = re.findall(r'class="told-once">([^<]+)<', done.text)
    assert len(set(passwords)) == 4
    assert founder.post("/setup/finish").status_code == 403
    assert founder.get("/setup/").status_code == 403
    with console.database.view(EVERYTHING) as session:
        assert session.scalars(select(Approval)).all() == []
        assert home_fact(session, "setup") == ""


def test_the_explanation_follows_what_is_typed(console: Home) -> None:
    founder = console.client("founder", FIRST)
    founder.post("/setup/", mode="standard")
    said = founder.post("/setup/people/said", **typed(COUNTY)).text
    assert "王网兼任系统管理员、网络管理员、信息技术员：只有小中心模式允许" in said
    assert "开封市信息中心" in said
    assert "没有别人能复核" not in said
    both = Member(*LI[:3], ("leader", "security_admin"))
    said = founder.post("/setup/people/said", **typed((COUNTY[0], both, COUNTY[3]))).text
    assert "以后给王网的授权没有别人能复核" in said
    said = founder.post("/setup/people/said", **typed(COUNTY[:2])).text
    assert "还没有：安全管理员、审计管理员" in said
    assert "请把安全管理员和审计管理员交给市中心的人" in said
    assert founder.get("/setup/people").text.count('value="wang"') == 0  # only looked at


def test_every_role_finds_its_first_page(console: Home) -> None:
    told = settled(console.database, SMALL)
    for one in told:
        guest = console.client(one.login, one.password)
        assert guest.get("/").location == "/account/password"
        changed = guest.post("/account/password", old=one.password, new=OWN, again=OWN)
        assert changed.status_code == 302, changed.text
        answer = guest.client.get("/", follow_redirects=True)
        assert answer.status_code == 200, (one.login, answer.request.path)
        links = re.findall(r'<li><a href="([^"]+)"', answer.text.partition("</nav>")[0])
        assert [link for link in links if guest.get(link).status_code != 200] == []


def test_day_one_in_the_browser(console: Home, visit: Visit) -> None:
    with serve(console.app) as address:
        page = visit(f"{address}/login")
        enter(page, "founder", FIRST)
        page.wait_for_url(re.compile(r"/setup/$"))
        set_up(page)
        passwords = page.locator(".told-once").all_inner_texts()
        for one, password in zip(COUNTY, passwords, strict=True):
            page.context.clear_cookies()
            page.goto(f"{address}/login")
            begin(page, one.login, password)


def set_up(page: Any, people: tuple[Member, ...] = COUNTY) -> None:
    """Through the three steps to the slips with the first passwords."""
    page.check("input[value=small]")
    for name, text in (("reason", "在编两人，安全和审计由市中心代管"), ("until", UNTIL)):
        page.fill(f"#{name}", text)
    page.fill("#deferred", UNTIL)
    go_on(page, "setup", r"/setup/people$")
    for n, one in enumerate(people):
        for key in ("login", "name", "employer"):
            page.fill(f"#{key}-{n}", getattr(one, key))
        for role in one.roles:
            page.check(f"input[name=role-{n}][value={role}]")
    page.locator("#said").get_by_text("必需的六种角色都有人").wait_for()
    go_on(page, "setup_people", r"/setup/check$")
    look(page, "setup_check")
    page.click("main .btn-primary")
    page.click("dialog[open] [data-yes]")
    page.wait_for_selector(".told-once")
    look(page, "setup_done")


def begin(page: Any, login: str, password: str) -> None:
    """The first login: change the password, reach the first page of one's role."""
    enter(page, login, password)
    page.wait_for_url(re.compile(r"/account/password"))
    for key, text in (("old", password), ("new", OWN), ("again", OWN)):
        page.fill(f"#{key}", text)
    page.click("main .btn-primary")
    page.wait_for_url(lambda url: "/account/password" not in url)
    assert page.locator("main h1").first.is_visible()
    look(page, f"start_{login}")


def look(page: Any, name: str) -> None:
    for width, height in ((390, 844), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        shot(page, f"{name}-{width}")
        assert (axe(page), overflow(page)) == ([], 0)


def go_on(page: Any, name: str, there: str) -> None:
    look(page, name)
    page.click("main .btn-primary")
    page.wait_for_url(re.compile(there))


def enter(page: Any, login: str, password: str) -> None:
    page.fill("#login", login)
    page.fill("#password", password)
    page.press("#password", "Enter")
