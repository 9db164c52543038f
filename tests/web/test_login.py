"""The login page and what follows it: two steps, cookies, time-outs, what comes first."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from inventory import factor, recovery
from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.grant import Grant
from inventory.person import Person
from inventory.policy import Policy
from inventory.secret import Key
from inventory.session import LoginSession
from inventory.shanghai import today
from tests.web.county import PASSWORD, County, csrf
from tests.web.reader import words

SECRET = pyotp.random_base32()


@pytest.fixture
def stranger(county: County) -> FlaskClient:
    return county.app.test_client()


def enter(client: FlaskClient, login: str, password: str = PASSWORD, **more: str) -> Any:
    token = csrf(client.get("/login").text)
    form = {"login": login, "password": password, "csrf_token": token} | more
    return client.post("/login", data=form)


def second(client: FlaskClient, code: str) -> Any:
    token = csrf(client.get("/login/code").text)
    return client.post("/login/code", data={"code": code, "csrf_token": token})


def enrol(county: County, login: str) -> tuple[str, ...]:
    """Bind a phone that shows the codes of SECRET; returns the recovery sheet."""
    key, past = Key.load(county.settings.key_file), datetime.now(UTC) - timedelta(minutes=5)
    with county.database.transaction(system("绑定")) as session:
        who = session.scalars(select(Person).where(Person.login == login)).one()
        assert factor.enrol(session, who, SECRET, pyotp.TOTP(SECRET).at(past), key, past) == ""
        return recovery.issue(session, who.id)


def ruled(county: County, **rules: Any) -> None:
    """A newer policy comes into force."""
    now = datetime.now(UTC)
    told = {"small_centre": True, "small_reason": "试验用", "totp_required": False} | rules
    with county.database.transaction(system("改策略")) as session:
        centre = county.centres["county"].id
        session.add(Policy(centre_id=centre, name=f"试验 {now}", in_force_at=now, **told))


def aged(county: County, **times: datetime) -> None:
    with county.database.observe() as session:
        session.execute(update(LoginSession).values(**times))


def logins(county: County) -> list[LoginSession]:
    return county.rows(select(LoginSession).order_by(LoginSession.id))


def person(county: County, login: str) -> Person:
    found: Person = county.rows(select(Person).where(Person.login == login))[0]
    return found


# One step


def test_the_cookie_holds_a_token_and_nothing_else_of_the_person(
    county: County, stranger: FlaskClient
) -> None:
    enter(stranger, "net")
    with stranger.session_transaction() as cookie:
        assert set(cookie) == {"token", "csrf_token"} or set(cookie) == {"token"}
        assert county.rows(select(LoginSession))[0].token_hash != cookie["token"]


def test_wrong_and_unknown_read_the_same(county: County, stranger: FlaskClient) -> None:
    answers = [enter(stranger, "net", "nonsense"), enter(stranger, "nobody", "nonsense")]
    assert [a.status_code for a in answers] == [422, 422]
    assert words(answers[0].text).replace("net", "X") == words(answers[1].text)
    assert len(answers[0].text) - len("net") == len(answers[1].text) - len("nobody")


def test_a_lock_reads_the_same_for_both_and_says_until_when(
    county: County, stranger: FlaskClient
) -> None:
    told = []
    for login in ("net", "nobody"):
        for _ in range(5):
            answer = enter(stranger, login, "nonsense")
        assert answer.status_code == 429
        told.append(re.sub(r"\d\d:\d\d", "TIME", words(answer.text)))
    assert told[0] == told[1]
    assert "失败次数过多，已暂时锁定，请在 TIME（北京时间）以后再试。" in told[0]
    assert enter(stranger, "net").status_code == 429


def test_a_new_login_gets_a_new_cookie_and_ends_the_one_before(
    county: County, stranger: FlaskClient
) -> None:
    with stranger.session_transaction() as cookie:
        cookie["token"], cookie["planted"] = "known-to-the-attacker", "x"
    enter(stranger, "net")
    with stranger.session_transaction() as cookie:
        first = cookie["token"]
        assert first != "known-to-the-attacker" and "planted" not in cookie
    token = csrf(stranger.get("/account/").text)
    stranger.post("/login", data={"login": "tech", "password": PASSWORD, "csrf_token": token})
    with stranger.session_transaction() as cookie:
        assert cookie["token"] != first
    assert [one.ended for one in logins(county)] == ["again", ""]


def test_a_stolen_cookie_is_worth_nothing_after_the_logout(
    county: County, stranger: FlaskClient
) -> None:
    net = county.login("net")
    with net.client.session_transaction() as cookie:
        stolen = cookie["token"]
    assert net.post("/logout").location == "/login"
    with stranger.session_transaction() as cookie:
        cookie["token"] = stolen
    assert stranger.get("/").location.startswith("/login")
    acts = [row.act for row in county.rows(select(AuditRow)) if row.change == "event"]
    assert acts == ["登录", "退出登录"]


def test_a_rights_change_brings_a_new_token(county: County) -> None:
    net = county.login("net")
    net.get("/")

    def token() -> str:
        with net.client.session_transaction() as cookie:
            return str(cookie["token"])

    before = token()
    net.get("/")
    assert token() == before
    with county.database.transaction(system("收回")) as session:
        who = person(county, "net").id
        for grant in session.scalars(select(Grant).where(Grant.person_id == who)):
            grant.turn(gone=True)
    assert net.get("/account/", headers={"HX-Request": "1"}).status_code == 200
    assert token() == before  # a fragment's answer may be overtaken
    assert "网络管理员" not in net.get("/account/").text
    assert token() != before
    assert net.get("/r/devices").status_code == 403  # narrowed at once


# Two steps


def test_the_password_alone_opens_no_page(county: County, stranger: FlaskClient) -> None:
    enrol(county, "net")
    answer = enter(stranger, "net", next="/r/devices")
    assert answer.location == "/login/code?next=%2Fr%2Fdevices"
    for url in ("/", "/account/", "/account/password", "/account/phone", "/api/v1/devices"):
        assert stranger.get(url).status_code in (302, 401), url
    assert "第二步：动态码" in stranger.get(answer.location).text


def test_the_code_opens_it(county: County, stranger: FlaskClient) -> None:
    enrol(county, "net")
    enter(stranger, "net")
    with stranger.session_transaction() as cookie:
        half = cookie["token"]
    assert second(stranger, pyotp.TOTP(SECRET).now()).location == "/today"
    with stranger.session_transaction() as cookie:
        assert cookie["token"] != half
    assert stranger.get("/").status_code == 200
    assert [(one.factor, one.ended) for one in logins(county)] == [("", "again"), ("totp", "")]


def test_a_wrong_code_a_used_code_and_a_wrong_clock(county: County, stranger: FlaskClient) -> None:
    enrol(county, "net")
    enter(stranger, "net")
    assert "动态码不对" in second(stranger, "000000").text
    soon = datetime.now(UTC) + timedelta(minutes=6)
    assert "手机时间比值守台快约 6 分钟" in second(stranger, pyotp.TOTP(SECRET).at(soon)).text
    code = pyotp.TOTP(SECRET).now()
    assert second(stranger, code).status_code == 302
    again = county.app.test_client()
    enter(again, "net")
    assert "这个动态码已经用过" in second(again, code).text


def test_a_recovery_code_opens_it_and_few_left_are_told(
    county: County, stranger: FlaskClient
) -> None:
    codes = enrol(county, "net")
    with county.database.transaction(system("用")) as session:
        for code in codes[:7]:
            recovery.use(session, person(county, "net").id, code, datetime.now(UTC))
    enter(stranger, "net")
    assert second(stranger, codes[9].lower()).location == "/today"
    assert "恢复码只剩 2 个" in stranger.get("/account/").text


def test_half_a_login_ends_after_five_minutes(county: County, stranger: FlaskClient) -> None:
    enrol(county, "net")
    enter(stranger, "net")
    aged(county, begun_at=datetime.now(UTC) - timedelta(minutes=6))
    answer = stranger.get("/login/code", follow_redirects=True)
    assert "两步登录没有在 5 分钟内完成" in answer.text


def test_the_second_page_without_the_first(stranger: FlaskClient) -> None:
    assert stranger.get("/login/code").location == "/login"
    token = csrf(stranger.get("/login").text)
    answer = stranger.post("/login/code", data={"code": "1", "csrf_token": token})
    assert answer.location == "/login"
    assert stranger.post("/login/key", headers={"X-CSRFToken": token}).status_code == 403


# What comes first

_PAGES = ("/", "/account/", "/r/devices", "/jobs/", "/account/logins", "/account/tokens")


def overdue(county: County, login: str) -> None:
    with county.database.transaction(system("放久")) as session:
        who = session.get_one(Person, person(county, login).id)
        who.password_set_at = datetime.now(UTC) - timedelta(days=91)


@pytest.mark.parametrize("how", ["expired", "first"])
def test_an_old_or_first_password_can_only_be_changed(county: County, how: str) -> None:
    token = county.token("net")
    if how == "expired":
        net = county.login("net")
        overdue(county, "net")
    else:
        net = county.login("net")
        with county.database.transaction(system("重设")) as session:
            session.get_one(Person, person(county, "net").id).must_change = True
    for url in _PAGES:
        assert net.get(url).location == "/account/password", url
    fragment = net.get("/status/live", headers={"HX-Request": "true"})
    assert (fragment.headers["HX-Redirect"], fragment.data) == ("/account/password", b"")
    assert net.post(f"/devices/{county.ids['core']}/poll").location == "/account/password"
    assert net.get("/api/v1/devices").status_code == 403
    program = county.app.test_client().get("/api/v1/devices", headers=token)
    assert (program.status_code, "口令" in program.text) == (403, True)
    assert net.get("/account/password").status_code == 200


def test_a_password_due_soon_is_told(county: County, stranger: FlaskClient) -> None:
    with county.database.transaction(system("放久")) as session:
        who = session.get_one(Person, person(county, "net").id)
        who.password_set_at = datetime.now(UTC) - timedelta(days=86)
    enter(stranger, "net")
    assert "口令还有 4 天到期" in stranger.get("/").text


def test_an_administrator_enrols_a_phone_before_anything_else(county: County) -> None:
    token = county.token("net")
    ruled(county, totp_required=True)
    net = county.login("net")
    for url in _PAGES:
        assert net.get(url).location == "/account/phone", url
    assert net.get("/api/v1/devices").status_code == 403
    program = county.app.test_client().get("/api/v1/devices", headers=token)
    assert (program.status_code, "动态码" in program.text) == (403, True)
    assert "先绑定手机上的动态码" in net.get("/account/phone").text
    assert county.login("tech").get("/").status_code == 200  # holds no such right


def test_small_centres_may_put_it_off_until_a_day(county: County) -> None:
    ruled(county, totp_required=True, totp_deferred_until=today() + timedelta(days=2))
    net = county.login("net")
    assert net.get("/").status_code == 200
    assert "管理人员须绑定动态码" in net.get("/account/").text
    ruled(county, totp_required=True, totp_deferred_until=today() - timedelta(days=2))
    assert net.get("/").location == "/account/phone"


def test_administrators_work_from_their_own_addresses(county: County) -> None:
    ruled(county, admin_addresses="10.41.0.0/24")
    boss = county.login("boss")
    assert boss.get("/r/people").status_code == 200  # to look at is not to administer
    assert boss.get("/account/logins/all").status_code == 403
    assert "您不在管理地址范围内" in boss.get("/account/").text
    here = {"environ_overrides": {"REMOTE_ADDR": "10.41.0.9"}}
    assert boss.get("/account/logins/all", **here).status_code == 200


def test_a_retired_person_is_out_at_once(county: County) -> None:
    net = county.login("net")
    with county.database.transaction(system("停用")) as session:
        who = session.get_one(Person, person(county, "net").id)
        for grant in session.scalars(select(Grant).where(Grant.person_id == who.id)):
            grant.turn(gone=True)
        who.turn(gone=True)
    assert net.get("/").location.startswith("/login")
    with county.database.view(EVERYTHING) as session:
        assert session.scalars(select(LoginSession.ended)).all() == ["retired"]
