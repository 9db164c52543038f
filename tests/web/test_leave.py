"""Leaving the demo county: a real home is founded, told once, and has nothing of the demo in it."""

import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from inventory.act import EVERYTHING
from inventory.audit import AuditRow, verify
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database, open_database
from inventory.device import Device
from inventory.founding import founded
from inventory.grant import Grant
from inventory.home import HomeFact, home_fact
from inventory.person import Person
from inventory.secret import Key
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County, found_county
from web import create_app
from web.settings import Settings
from web.up import LEFT

GIVEN = {"centre": "410225", "login": "admin", "name": "王主任"}


@dataclass
class Demo:
    """A demo county and the real home beside it, which nobody has founded yet."""

    county: County
    real: Settings
    database: Database

    @property
    def mark(self) -> Path:
        return self.county.settings.home / LEFT

    def rows(self, query: Any) -> list[Any]:
        with self.database.view(EVERYTHING) as session:
            return list(session.scalars(query))


@pytest.fixture
def demo(
    tmp_path: Path, sqlite_database: Database, database: Database, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Demo:  # fmt: skip
    """The demo on SQLite, as always; the real home on either database, named by the environment."""
    url = database.engine.url.render_as_string(hide_password=False)
    if database is sqlite_database:
        url = f"sqlite:///{tmp_path / 'real' / 'netops.db'}"
    env = {"NETOPS_HOME": str(tmp_path / "real"), "DATABASE_URL": url}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    real = Settings.from_env()
    there = Settings(home=real.home / "demo", demo=True, status_seconds=15)
    county = found_county(create_app(there, sqlite_database), sqlite_database, there)
    with sqlite_database.observe() as session:
        session.add(HomeFact(name="kind", value="demo"))
    with sqlite_database.transaction(county.act("city")) as session:
        session.get_one(Device, county.ids["core"]).simulated = True
    return Demo(county, real, _open(request, real, database, sqlite_database))


def _open(
    request: pytest.FixtureRequest, real: Settings, database: Database, demo: Database
) -> Database:
    """The real database as a test reads it; on SQLite its file does not exist yet."""
    if database is not demo:
        return database
    opened = open_database(real.database_url)
    request.addfinalizer(opened.close)
    return opened


def password_of(page: str) -> str:
    found = re.search(r'id="first-password">([^<]+)<', page)
    assert found, page[-2000:]
    return found[1].replace("&#43;", "+").replace("&#39;", "'").replace("&amp;", "&")


def test_the_banner_leads_there_and_the_page_offers_every_centre(demo: Demo) -> None:
    boss = demo.county.login("boss")
    page = boss.get("/demo/leave")
    assert 'href="/demo/leave"' in page.text
    assert (page.status_code, "几秒钟内就转到您的中心" in page.text) == (200, True)
    options = re.findall(r'<option value="(\d{6})" data-find="([^"]+)">([^<]+)<', page.text)
    assert len(options) == len({code for code, _find, _name in options}) == 1 + 18 + 156
    assert ("410225", "410225 lkxxxzx", "兰考县信息中心") in options
    assert page.text.count("<optgroup") == 19


def test_a_real_centre_is_founded_and_told_once(
    demo: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    boss = demo.county.login("boss")
    with caplog.at_level(logging.DEBUG):
        answer = boss.post("/demo/leave", GIVEN)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    password = password_of(answer.text)
    assert 'data-comeback="/healthz"' in answer.text
    person = demo.rows(select(Person))[0]
    assert (person.login, person.name, person.must_change) == ("admin", "王主任", True)
    assert person.password_is(password)
    assert [grant.role for grant in demo.rows(select(Grant))] == ["founder"]
    audited = "".join(row.after + row.before for row in demo.rows(select(AuditRow)))
    assert [place for place in (caplog.text, audited) if password in place] == []
    again = boss.get("/demo/leave")
    assert (again.status_code, password in again.text) == (409, False)


def test_nothing_of_the_demo_goes_along(demo: Demo) -> None:
    assert demo.county.login("boss").post("/demo/leave", GIVEN).status_code == 200
    assert founded(demo.database) == "real"
    assert demo.rows(select(Device)) == demo.rows(select(Credential)) == []
    assert [row.login for row in demo.rows(select(Person))] == ["admin"]
    assert demo.rows(select(func.count()).select_from(Centre)) == [1 + 18 + 156]
    with demo.database.view(EVERYTHING) as session:
        centre = session.get_one(Centre, home_fact(session, "centre"))
        assert (centre.code, verify(session)) == ("410225", None)
    keys = [settings.key_file for settings in (demo.real, demo.county.settings)]
    assert keys[0].stat().st_mode & 0o777 == 0o600
    assert keys[0].read_bytes() != keys[1].read_bytes()
    Key.load(keys[0])


def test_the_password_opens_the_real_console_and_must_be_changed(demo: Demo) -> None:
    password = password_of(demo.county.login("boss").post("/demo/leave", GIVEN).text)
    client = create_app(demo.real, demo.database).test_client()
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/login").text)
    assert token
    form = {"login": "admin", "password": password, "csrf_token": token[1]}
    assert client.post("/login", data=form).headers["Location"] == "/today"
    assert client.get("/").headers["Location"] == "/account/password"


def test_the_mark_is_set_when_the_answer_is_out(demo: Demo) -> None:
    boss = demo.county.login("boss")
    form = {**GIVEN, "csrf_token": boss.token}
    answer = boss.client.post("/demo/leave", data=form, buffered=False)
    assert (answer.status_code, demo.mark.exists()) == (200, False)
    answer.get_data()
    answer.close()
    assert demo.mark.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"centre": ""}, "请从列表中选择您的中心"),
        ({"centre": "999999"}, "请从列表中选择您的中心"),
        ({"login": " "}, "必须填写"),
        ({"name": ""}, "必须填写"),
        ({"name": "长" * 41}, "最多 40 个字"),
    ],
)
def test_wrong_input_is_said_beside_its_field(
    demo: Demo, changed: dict[str, str], said: str
) -> None:
    answer = demo.county.login("boss").post("/demo/leave", GIVEN | changed)
    assert (answer.status_code, answer.text.count("field-error")) == (422, 1)
    assert said in answer.text
    assert (
        'value="410225" data-find="410225 lkxxxzx" selected' in answer.text or "centre" in changed
    )
    assert (founded(demo.database), demo.mark.exists()) == ("", False)


def test_only_an_administrator_may(demo: Demo) -> None:
    net = demo.county.login("net")
    page = net.get("/demo/leave")
    assert (page.status_code, "用演示账号 admin 登录" in page.text) == (200, True)
    assert 'name="centre"' not in page.text
    assert net.post("/demo/leave", GIVEN).status_code == 403
    stranger = demo.county.app.test_client().get("/demo/leave")
    assert (stranger.status_code, stranger.headers["Location"][:6]) == (302, "/login")
    assert founded(demo.database) == ""


def test_a_form_of_another_site_does_nothing(demo: Demo) -> None:
    boss = demo.county.login("boss")
    assert boss.client.post("/demo/leave", data=GIVEN).status_code == 400


def test_a_founded_centre_is_left_alone(demo: Demo) -> None:
    boss = demo.county.login("boss")
    boss.post("/demo/leave", GIVEN).close()
    demo.mark.unlink()
    people = [row.password_hash for row in demo.rows(select(Person))]
    answer = boss.post("/demo/leave", GIVEN | {"login": "second"})
    assert (answer.status_code, demo.mark.exists()) == (409, False)
    assert [row.password_hash for row in demo.rows(select(Person))] == people


def test_a_real_centre_has_no_such_page(demo: Demo) -> None:
    county = demo.county
    app = create_app(replace(county.settings, demo=False), county.database)
    browser = County(
        app, county.database, county.settings, county.history, county.centres, county.ids
    ).login("boss")
    answers = (browser.get("/demo/leave"), browser.post("/demo/leave", GIVEN))
    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_page_follows_the_console_into_the_real_centre(
    demo: Demo, visit: Visit, complaints: Any
) -> None:
    complaints.expected += ["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "failed: "]
    with serve(demo.county.app) as address:
        page = visit(f"{address}/login")
        page.fill("#login", "boss")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/today")
        page.goto(f"{address}/demo/leave")
        assert (axe(page), overflow(page)) == ([], 0)
        page.click(".ts-control")
        page.keyboard.type("lkx")
        page.click(".ts-dropdown >> text=兰考县信息中心")
        page.fill("#name", "王主任")
        shot(page, "leave")
        page.click("form.login button.btn-primary")
        page.click("dialog[open] [data-yes]")
        page.wait_for_selector("#first-password")
        assert (axe(page), overflow(page)) == ([], 0)
        assert page.locator("main").get_by_text("兰考县信息中心").is_visible()
        shot(page, "leave_done")
    page.wait_for_event("requestfailed")
    assert page.locator("[data-waiting]").is_visible()
    with serve(create_app(demo.real, demo.database), urlsplit(address).port or 0):
        page.locator("[data-back]").wait_for(state="visible")
        page.click("[data-back] a")
        page.wait_for_url(re.compile(r"/login$"))
        assert "演示县" not in page.content()
