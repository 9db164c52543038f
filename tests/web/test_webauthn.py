"""Security keys in Chromium, with the browser's own virtual authenticator (CDP WebAuthn domain).

On http://localhost, where browsers allow keys without HTTPS.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from inventory import factor, recovery
from inventory.act import system
from inventory.audit import AuditRow
from inventory.person import Person
from inventory.secret import Key
from inventory.securitykey import SecurityKey
from inventory.session import LoginSession
from tests.browser import Complaints, Visit, axe, overflow, serve
from tests.web.county import PASSWORD, County

SECRET = pyotp.random_base32()


@pytest.fixture
def site(county: County) -> Iterator[str]:
    """By name: a key answers to no bare address."""
    with serve(county.app) as url:
        yield url.replace("127.0.0.1", "localhost")


@pytest.fixture
def recovery_codes(county: County) -> tuple[str, ...]:
    """The network administrator has a phone already; the sheet's codes log in without waiting."""
    key, past = Key.load(county.settings.key_file), datetime.now(UTC) - timedelta(minutes=5)
    with county.database.transaction(system("绑定")) as session:
        who = session.scalars(select(Person).where(Person.login == "net")).one()
        assert factor.enrol(session, who, SECRET, pyotp.TOTP(SECRET).at(past), key, past) == ""
        return recovery.issue(session, who.id)


def authenticator(page: Page) -> None:
    """A key is plugged in, and touched whenever it is asked."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {
            "protocol": "ctap2", "transport": "usb", "hasResidentKey": False,
            "hasUserVerification": False, "automaticPresenceSimulation": True,
        }},
    )  # fmt: skip


def password(page: Page) -> None:
    page.fill("#login", "net")
    page.fill("#password", PASSWORD)
    page.click("form.login button[type=submit]")
    page.wait_for_url("**/login/code**")


def register(page: Page, site: str, code: str) -> None:
    password(page)
    page.fill("#code", code)
    page.click("form.login button[type=submit]")
    page.wait_for_url(site + "/today")
    page.goto(site + "/account/keys")
    page.fill("#name", "抽屉里的密钥")
    page.click("[data-create]")
    page.wait_for_selector(".note-ok")


def test_a_key_is_registered_shown_at_login_and_removed(
    county: County, site: str, visit: Visit, recovery_codes: tuple[str, ...]
) -> None:
    page = visit(site + "/login")
    authenticator(page)
    register(page, site, recovery_codes[0])
    assert "安全密钥“抽屉里的密钥”已登记。" in page.inner_text("main")
    assert (axe(page), overflow(page)) == ([], 0)
    [key] = county.rows(select(SecurityKey))
    page.click("summary.top-link")
    page.click("text=退出登录")
    page.wait_for_url("**/login")

    password(page)
    assert (axe(page), overflow(page)) == ([], 0)
    page.click("text=改用安全密钥")
    page.wait_for_url(site + "/today")
    newest = county.rows(select(LoginSession).order_by(LoginSession.id.desc()))[0]
    assert (newest.factor, newest.challenge) == ("webauthn", "")
    [used] = county.rows(select(SecurityKey))
    assert used.used_at is not None and used.sign_count > key.sign_count

    page.goto(site + "/account/keys")
    page.click("td button")
    page.click("dialog[open] [data-yes]")
    page.wait_for_selector(".empty-state")
    assert county.rows(select(SecurityKey)) == []
    acts = [row.act for row in county.rows(select(AuditRow)) if row.change == "event"]
    assert acts == ["登录", "登记安全密钥", "退出登录", "登录", "删除安全密钥"]


def test_a_key_proves_anew_before_a_token_is_made(
    county: County, site: str, visit: Visit, recovery_codes: tuple[str, ...]
) -> None:
    page = visit(site + "/login")
    authenticator(page)
    register(page, site, recovery_codes[0])
    page.goto(site + "/account/tokens")
    page.fill("#name", "大屏")
    page.fill("#proof_password", PASSWORD)
    page.click("text=改用安全密钥")
    page.wait_for_selector("#token")
    token = page.inner_text("#token")
    answer = county.app.test_client().get(
        "/api/v1/devices", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200


def test_an_unregistered_key_is_refused(
    county: County, site: str, visit: Visit, recovery_codes: tuple[str, ...]
) -> None:
    page = visit(site + "/login")
    authenticator(page)
    register(page, site, recovery_codes[0])
    other = visit(site + "/login")
    authenticator(other)
    password(other)
    other.click("text=改用安全密钥")
    other.wait_for_selector("[data-said]:not(:empty)")
    assert "没有读到安全密钥" in other.inner_text("main")


def test_an_answer_is_good_once(
    county: County, site: str, visit: Visit, recovery_codes: tuple[str, ...],
    complaints: Complaints,
) -> None:  # fmt: skip
    """What a key answered is signed over a challenge that is forgotten with the first use."""
    page = visit(site + "/login")
    authenticator(page)
    register(page, site, recovery_codes[0])
    page.goto(site + "/account/tokens")
    page.fill("#name", "大屏")
    page.fill("#proof_password", "wrong")
    with page.expect_request(lambda r: r.method == "POST" and r.url.endswith("/tokens")) as sent:
        page.click("text=改用安全密钥")
    page.wait_for_selector(".field-error:not(:empty)")
    complaints.expected.append("422")
    answer = sent.value.post_data or ""
    page.evaluate(
        """async (body) => { document.title = (await fetch("/account/tokens", {
            method: "POST", body, headers: {"Content-Type": "application/x-www-form-urlencoded"}
        })).status }""",
        answer.replace("proof_password=wrong", "proof_password=County%232026"),
    )
    assert page.title() == "422"


def test_keys_are_not_offered_at_a_bare_address(
    county: County, visit: Visit, recovery_codes: tuple[str, ...]
) -> None:
    with serve(county.app) as url:
        page = visit(url + "/login")
        password(page)
        page.fill("#code", recovery_codes[0])
        page.click("form.login button[type=submit]")
        page.wait_for_url(url + "/today")
        page.goto(url + "/account/keys")
        assert "浏览器只在 HTTPS 和主机名下允许使用安全密钥" in page.inner_text("main")
        assert page.query_selector("[data-create]") is None
        page.context.close()
