"""Day one of a county of three people, none of another unit, walked in the browser."""

import re
from typing import Any

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.audit import verify
from inventory.seals import verify as seals
from inventory.setup import Member
from inventory.visit import Visit as RoomVisit
from tests.browser import Visit, serve
from tests.web.test_setup import FIRST, OWN, Home, begin, console, enter, look, set_up

__all__ = ["console"]

WANG = Member("wang", "王网", "", ("network_admin", "system_admin"))
ZHAO = Member("zhao", "赵技", "", ("technician", "audit_admin"))
LI = Member("li", "李局", "", ("leader", "security_admin"))
THREE = (WANG, ZHAO, LI)


def test_three_people_have_no_dead_end(console: Home, visit: Visit) -> None:
    with serve(console.app) as address:
        page = visit(f"{address}/login")
        enter(page, "founder", FIRST)
        page.wait_for_url(re.compile(r"/setup/$"))
        set_up(page, THREE)
        told = page.locator(".told-once").all_inner_texts()
        for one, password in zip(THREE, told, strict=True):
            leave(page, address)
            begin(page, one.login, password)
            promise(page, address)
        come_in(page, address)
    with console.database.view(EVERYTHING) as session:
        assert session.scalars(select(RoomVisit.state)).all() == ["inside"]
        assert (verify(session), seals(session)) == (None, [])


def leave(page: Any, address: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/login")


def promise(page: Any, address: str) -> None:
    """Read both undertakings, sign them with one password."""
    page.goto(f"{address}/undertakings/")
    for link in page.locator("a[data-open]").all():
        url = link.get_attribute("href")
        page.context.request.get(f"{address}{url}")
    page.fill("#proof_password", OWN)
    page.click("main .btn-primary")
    page.get_by_text("已签署").nth(1).wait_for()
    assert page.get_by_text("待签署").count() == 0


def come_in(page: Any, address: str) -> None:
    """Asked by the technician, approved by the leader, entered by the technician."""
    leave(page, address)
    enter(page, "zhao", OWN)
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{address}/r/visits/new")
    for name, text in (("visitor", "刘工"), ("employer", "郑州恒通"), ("purpose", "UPS 电池巡检")):
        page.fill(f"[name={name}]", text)
    page.select_option("[name=kind]", "work")
    page.click("main .btn-primary")
    page.get_by_role("button", name="提出申请").click()
    page.get_by_role("link", name="打开审批").wait_for()
    row = page.url
    leave(page, address)
    enter(page, "li", OWN)
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{address}/approvals/")
    page.get_by_role("link", name="刘工（郑州恒通）").click()
    page.fill("#proof_password", OWN)
    look(page, "approval")
    page.get_by_role("button", name="批准并签字").click()
    page.get_by_text("已批准").first.wait_for()
    leave(page, address)
    enter(page, "zhao", OWN)
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(row)
    page.get_by_role("button", name="进入", exact=True).click()
    page.get_by_role("button", name="离开", exact=True).wait_for()
    look(page, "inside")
