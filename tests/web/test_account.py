"""我的账号: password, phone, recovery sheet, open logins, tokens; and what account keepers see."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from inventory import recovery
from inventory.act import system
from inventory.attempt import LoginTry
from inventory.audit import AuditRow
from inventory.person import Person
from inventory.session import LoginSession
from inventory.shanghai import today
from inventory.token import ApiToken
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, Browser, County, csrf
from tests.web.reader import words
from tests.web.test_login import enrol, enter, person, ruled

NEW = "Kiln7#orbit-vat"


def change(browser: Browser, old: str, new: str, again: str = "") -> str:
    browser.token = csrf(browser.get("/account/password").text)  # a new one with each login
    form = {"old": old, "new": new, "again": again or new}
    answer = browser.post("/account/password", form)
    assert answer.status_code in (302, 422)
    return words(answer.text) if answer.status_code == 422 else ""


# Password


def test_a_new_password_ends_the_other_logins(county: County) -> None:
    here, there = county.login("net"), county.login("net")
    with here.client.session_transaction() as cookie:
        before = cookie["token"]
    assert change(here, PASSWORD, NEW) == ""
    with here.client.session_transaction() as cookie:
        assert cookie["token"] != before
    assert here.get("/account/").status_code == 200
    answer = there.get("/account/", follow_redirects=True)
    assert "口令已更改，请用新口令登录。" in answer.text
    stranger = county.app.test_client()
    assert enter(stranger, "net").status_code == 422
    assert enter(stranger, "net", NEW).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "cause"),
    [
        ("wrong", NEW, NEW, "口令不对"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新口令不一样"),
        (PASSWORD, "Kx7#m", "Kx7#m", "太短：至少 12 位"),
        (PASSWORD, "Liwang#2026-x", "Liwang#2026-x", "含有本人姓名或其拼音"),
        (PASSWORD, "Lankao#8-tovk", "Lankao#8-tovk", "含有单位名称、其拼音或首字母"),
        (PASSWORD, "Kaifeng#8-tov", "Kaifeng#8-tov", "含有单位名称、其拼音或首字母"),
    ],
)
def test_what_is_wrong_stands_below_the_field(
    county: County, old: str, new: str, again: str, cause: str
) -> None:
    assert cause in change(county.login("net"), old, new, again)
    assert person(county, "net").password_is(PASSWORD)


def test_former_passwords_do_not_come_back(county: County) -> None:
    net = county.login("net")
    chosen = [f"Kiln7#orbit-{word}" for word in ("vat", "owl", "yak", "emu", "gnu", "hen")]
    for old, new in zip([PASSWORD, *chosen], chosen, strict=False):
        assert change(net, old, new) == ""
    told = "不能与现用或最近 5 次用过的口令相同"
    assert told in change(net, chosen[5], chosen[5])
    assert told in change(net, chosen[5], chosen[0])
    assert person(county, "net").password_past.count("$argon2id$") == 6
    ruled(county, password_history=0)
    assert change(net, chosen[5], chosen[0]) == ""


def test_guessing_the_old_password_locks(county: County) -> None:
    """Whoever finds an unlocked screen must not be able to guess on."""
    net = county.login("net")
    for _ in range(4):
        assert "口令不对" in change(net, "guess", NEW)
    assert "失败次数过多，已暂时锁定" in change(net, "guess", NEW)
    assert "失败次数过多，已暂时锁定" in change(net, PASSWORD, NEW)


def test_somebody_without_a_role_can_change_the_password(county: County) -> None:
    with county.database.transaction(system("建人")) as session:
        guest = Person(centre_id=county.centres["county"].id, login="guest", name="新人")
        guest.set_password(PASSWORD, must_change=True)
        session.add(guest)
    browser = county.login("guest")
    assert browser.get("/account/").location == "/account/password"
    assert change(browser, PASSWORD, NEW) == ""
    assert browser.get("/account/").status_code == 200


# Phone


def secret_on(page: str) -> str:
    found = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")


def test_a_phone_counts_once_its_code_has_been_shown(county: County) -> None:
    net, other = county.login("net"), county.login("net")
    secret = secret_on(net.get("/account/phone").text)
    assert secret_on(net.get("/account/phone").text) == secret  # looking again changes nothing
    wrong = net.post("/account/phone", {"code": "000000"})
    assert (wrong.status_code, "动态码不对" in wrong.text) == (422, True)
    assert person(county, "net").totp_secret is None
    sheet = net.post("/account/phone", {"code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<code>([A-Z2-9-]{19})</code>", sheet.text)
    assert len(set(codes)) == 10
    assert sheet.headers["Cache-Control"] == "no-store"
    assert person(county, "net").totp_secret is not None
    assert net.get("/account/").status_code == 200
    assert other.get("/account/").location.startswith("/login")
    assert not any(code in net.get("/account/phone").text for code in codes)
    assert net.get("/account/phone/qr.svg").status_code == 404


def test_the_picture_is_an_svg_nobody_keeps(county: County) -> None:
    net = county.login("net")
    net.get("/account/phone")
    picture = net.get("/account/phone/qr.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert "<svg" in picture.text and "<script" not in picture.text


def test_another_phone_needs_proof_and_the_old_one_counts_until_then(county: County) -> None:
    net = county.login("net")
    codes = enrol(county, "net")
    before = person(county, "net").totp_secret
    refused = net.post("/account/phone/replace", {"proof_password": PASSWORD, "proof_code": "1"})
    assert (refused.status_code, "动态码不对" in refused.text) == (422, True)
    form = {"proof_password": PASSWORD, "proof_code": codes[0]}
    assert net.post("/account/phone/replace", form).location == "/account/phone"
    assert person(county, "net").totp_secret.token == before.token  # type: ignore[union-attr]
    secret = secret_on(net.get("/account/phone").text)
    net.post("/account/phone", {"code": pyotp.TOTP(secret).now()})
    assert person(county, "net").totp_secret.token != before.token  # type: ignore[union-attr]


def test_a_new_sheet_needs_proof_and_voids_the_old(county: County) -> None:
    net = county.login("net")
    codes = enrol(county, "net")
    bare = net.post("/account/phone/recovery", {"proof_password": PASSWORD})
    assert bare.status_code == 422
    form = {"proof_password": PASSWORD, "proof_code": codes[0]}
    sheet = net.post("/account/phone/recovery", form)
    assert len(re.findall(r"<code>([A-Z2-9-]{19})</code>", sheet.text)) == 10
    with county.database.transaction(system("试")) as session:
        who = person(county, "net").id
        assert not recovery.use(session, who, codes[1], datetime.now(UTC))


# Open logins


def test_one_ends_ones_own_other_logins(county: County) -> None:
    here, there, far = (county.login("net") for _ in range(3))
    ids = [one.id for one in county.rows(select(LoginSession).order_by(LoginSession.id))]
    assert words(here.get("/account/logins").text).count("在线") == 2
    assert here.post(f"/account/logins/{ids[1]}/end").status_code == 302
    assert "您在这里的登录已被终止" in there.get("/", follow_redirects=True).text
    here.post("/account/logins/others/end")
    assert far.get("/").location.startswith("/login")
    assert here.get("/account/logins").status_code == 200


def test_nobody_ends_anothers_login_as_ones_own(county: County) -> None:
    net, tech = county.login("net"), county.login("tech")
    [theirs] = county.rows(
        select(LoginSession).where(LoginSession.person_id == person(county, "tech").id)
    )
    assert net.post(f"/account/logins/{theirs.id}/end").status_code == 404
    assert net.post(f"/account/logins/all/{theirs.id}/end").status_code == 403
    assert tech.get("/account/").status_code == 200


def test_account_keepers_see_and_end_the_logins_in_their_reach(county: County) -> None:
    boss, net, far = county.login("boss"), county.login("net"), county.login("far")
    page = boss.get("/account/logins/all").text
    assert "李网" in page and "赵远" not in page  # 洛阳 is not theirs
    assert "李网" not in words(boss.get("/account/logins/all?q=sunguan").text)
    logins = {one.person_id: one.id for one in county.rows(select(LoginSession))}
    theirs, beyond = logins[person(county, "net").id], logins[person(county, "far").id]
    assert boss.post(f"/account/logins/all/{beyond}/end").status_code == 404
    boss.post(f"/account/logins/all/{theirs}/end")
    assert net.get("/").location.startswith("/login")
    assert far.get("/").status_code == 200
    sheet = boss.get("/account/logins/all.csv?show=all").text
    assert "李网" in sheet and "被终止" in sheet and "赵远" not in sheet
    acts = [row.act for row in county.rows(select(AuditRow)) if row.change == "event"]
    assert acts[-2:] == ["终止他人的登录", "导出登录记录"]


def test_account_keepers_unlock_people_and_addresses(county: County) -> None:
    boss, stranger = county.login("boss"), county.app.test_client()
    for n in range(20):
        enter(stranger, "net" if n < 5 else f"nobody{n}", "nonsense")
    assert enter(stranger, "net").status_code == 429
    assert "127.0.0.1" in boss.get("/account/logins/all").text
    boss.post("/account/logins/unlock", {"key": "address:127.0.0.1"})
    boss.post("/r/people/acts", {"act": "unlock", "id": person(county, "net").id})
    assert enter(stranger, "net").status_code == 302
    assert not county.rows(select(LoginTry).where(LoginTry.key.not_like("unknown:%")))
    acts = [row.act for row in county.rows(select(AuditRow))]
    assert {"解除地址锁定", "解除登录锁定"} <= set(acts)
    assert boss.post("/account/logins/unlock", {"key": "person:x"}).status_code == 400


# Tokens


def token_form(county: County, **more: object) -> dict[str, object]:
    soon = (today() + timedelta(days=30)).isoformat()
    centre = county.centres["county"].id
    return {
        "name": "大屏", "centre_id": centre, "expires": soon, "right": ["view"],
        "proof_password": PASSWORD,
    } | more  # fmt: skip


def test_a_token_is_shown_once_and_works_until_revoked(county: County) -> None:
    net = county.login("net")
    made = net.post("/account/tokens", token_form(county))
    assert made.headers["Cache-Control"] == "no-store"
    [text] = re.findall(r'id="token">(netops_[\w-]{43})<', made.text)
    program, header = county.app.test_client(), {"Authorization": f"Bearer {text}"}
    assert '"total":4' in program.get("/api/v1/devices", headers=header).text
    assert program.get("/", headers=header).location.startswith("/login")  # programs only
    asked = program.post(f"/api/v1/devices/{county.ids['core']}/poll", headers=header)
    assert asked.status_code == 403  # not lent
    page = net.get("/account/tokens").text
    assert text not in page and "127.0.0.1" in page
    [row] = county.rows(select(ApiToken))
    net.post(f"/account/tokens/{row.id}/revoke")
    assert program.get("/api/v1/devices", headers=header).status_code == 401
    assert "令牌在新地址使用" in [one.act for one in county.rows(select(AuditRow))]


def test_a_token_needs_the_password(county: County) -> None:
    net = county.login("net")
    answer = net.post("/account/tokens", token_form(county, proof_password="wrong"))
    assert (answer.status_code, "口令不对" in answer.text) == (422, True)
    assert county.rows(select(ApiToken)) == []
    assert 'value="大屏"' in answer.text  # what was typed stays


def test_a_token_asks_for_no_more_than_its_owner_has(county: County) -> None:
    tech = county.login("tech")
    more = tech.post("/account/tokens", token_form(county, right=["operate"]))
    assert (more.status_code, "操作设备" in more.text) == (422, True)
    far = token_form(county, centre_id=county.centres["other"].id)
    assert tech.post("/account/tokens", far).status_code == 422


def test_a_token_loses_what_its_owner_loses(county: County) -> None:
    token = county.token("net")
    client = county.app.test_client()
    assert client.get("/api/v1/devices", headers=token).status_code == 200
    boss = county.login("boss")
    assert "试验程序" in boss.get("/r/tokens").text
    [row] = county.rows(select(ApiToken))
    boss.post(f"/r/tokens/{row.id}/retire")
    assert client.get("/api/v1/devices", headers=token).status_code == 401


def test_nobody_revokes_anothers_token_as_ones_own(county: County) -> None:
    county.token("net")
    [row] = county.rows(select(ApiToken))
    assert county.login("tech").post(f"/account/tokens/{row.id}/revoke").status_code == 404


# For eyes


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_the_pages_are_readable(county: County, visit: Visit, width: int, height: int) -> None:
    county.token("boss")
    with serve(county.app) as url:
        page = visit(url + "/login", width=width, height=height)
        page.fill("#login", "boss")
        page.fill("#password", PASSWORD)
        page.click("form.login button[type=submit]")
        page.wait_for_url(url + "/today")
        for name in ("", "password", "phone", "keys", "logins", "logins/all", "tokens"):
            page.goto(f"{url}/account/{name}")
            assert (name, axe(page), overflow(page)) == (name, [], 0)
            shot(page, f"account-{name.replace('/', '-') or 'index'}-{width}")
        page.goto(url + "/account/phone")
        page.fill("#code", pyotp.TOTP(page.inner_text("#secret").replace(" ", "")).now())
        page.click("form.enrol-code button")
        page.wait_for_selector(".codes")
        assert (axe(page), overflow(page)) == ([], 0)
        page.context.close()
