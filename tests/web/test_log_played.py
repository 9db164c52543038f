"""A month of a county's duty log, played in a browser: two people write and sign every working day,
one day is returned, one entry corrected, the leader reads and signs; the book is the database."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from inventory import log_seals
from inventory.act import EVERYTHING
from inventory.drafted import Drafted
from inventory.error_record import ErrorRecord
from inventory.log_day import LogDay
from inventory.log_draft import draft
from inventory.log_entry import LogEntry
from inventory.log_sections import SECTIONS
from inventory.shanghai import SHANGHAI, today
from inventory.signature import Signature
from inventory.workdays import workdays
from tests.browser import Visit, serve
from tests.lab import need_programs
from tests.web.county import PASSWORD, Browser, County
from tests.web.test_log_months import fetched

TEXTS = {
    "tech": "开机，检查服务器指示灯正常", "net": "备份路由器配置并核对",
}  # fmt: skip


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def month_days(county: County) -> list[date]:
    """The working days of the last whole month."""
    last = today().replace(day=1) - timedelta(days=1)
    with county.database.view(EVERYTHING) as session:
        return workdays(session, last.replace(day=1), last)


def enter(visit: Visit, site: str, login: str, path: str) -> Page:
    page = visit(f"{site}/login?next={path}")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page


def write(page: Page, site: str, day: date, text: str, section: str) -> None:
    """One entry of nine o'clock that day, by the form and Ctrl+Enter."""
    page.goto(f"{site}/log/?day={day}&new=1")
    page.fill("#log-text", text)
    page.locator(f"[name=section][value={section}]").check(force=True)
    page.fill("#log-occurred_at", f"{day}T09:00")
    page.locator("#log-text").press("Control+Enter")
    expect(page.locator(".log-line", has_text=text)).to_be_visible()


def sign(page: Page, submit: bool = False) -> None:
    """One's own part; with `submit` the whole sheet goes up."""
    page.reload()
    rest = page.locator("form.log-rest button")
    if rest.count():
        rest.click()
        page.wait_for_load_state()
    page.fill("#log-sign [name=proof_password]", PASSWORD)
    if submit:
        page.locator("#log-sign [name=submit]").check()
    page.locator("#log-sign button.btn-primary").click()
    expect(page.locator("#log-sign")).to_have_count(0)


def told(day: date, login: str) -> str:
    return f"{TEXTS[login]}（{day.day} 日）"


def by_form(who: Browser, day: date, text: str, section: str, **sign: str) -> None:
    """A person's whole day: one entry, 无 where nothing was, the signature."""
    at = {"day": day.isoformat(), "occurred_at": f"{day}T09:00"}
    accept = {"Accept": "application/json"}
    form = {"text": text, "section": section, **at, "csrf_token": who.token}
    done = who.client.post("/log/entries", data=form, headers=accept)
    assert done.status_code == 200, done.text
    who.post("/log/nothing", at | {"section": list(SECTIONS)})
    side = who.get(f"/log/?part=side&day={day}").text
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', side)[0]
    given = who.post("/log/sign", at | {"seen": seen, "proof_password": PASSWORD, **sign})
    assert given.status_code == 302, given.text


def put_forward(county: County, day: date) -> None:
    """What the console saw that day."""
    at = datetime.combine(day, time(14), SHANGHAI).astimezone(UTC)
    told = Drafted("down", "problem", "城关镇接入路由器中断：14:00 至 14:20", at)
    with county.database.observe() as session:
        assert draft(session, "Event:1", county.centres["county"].id, told, link="/") is not None


def sheets(county: County) -> list[LogDay]:
    return county.rows(select(LogDay).order_by(LogDay.day))


def test_a_month_of_a_county(visit: Visit, site: str, county: County, tmp_path: Path) -> None:
    need_programs("pdftotext")
    days = month_days(county)
    put_forward(county, days[-1])
    tech, net = (enter(visit, site, login, "/log/") for login in ("tech", "net"))
    hands = {login: county.login(login) for login in TEXTS}
    for day in days[:3] + days[-1:]:
        write(tech, site, day, told(day, "tech"), "power")
        sign(tech)
        write(net, site, day, told(day, "net"), "backup")
        if day == days[-1]:  # the draft of that afternoon
            net.locator(".log-draft button", has_text="确认").first.click()
            expect(net.locator(".log-section .log-line", has_text="城关镇")).to_be_visible()
        sign(net, submit=True)
    for day in days[3:-1]:  # the same forms, sent without a window
        by_form(hands["tech"], day, told(day, "tech"), "power")
        by_form(hands["net"], day, told(day, "net"), "backup", submit="1")
    assert [one.state for one in sheets(county)] == ["submitted"] * len(days)
    the_leader_reads(enter(visit, site, "leader", "/log/review"), site, county)
    returned_is_mended((tech, net), site, county)
    corrected(county)
    the_book_is_the_database(county, tmp_path)


def the_leader_reads(page: Page, site: str, county: County) -> None:
    """All opened one after the other; the first is returned, the rest signed by one password."""
    first = sheets(county)[0]
    page.goto(f"{site}/log/review/{first.id}")
    page.fill("#remark", "请写明备份了哪台路由器")
    page.locator("form[action$='/return'] button").last.click()
    confirm = page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger")
    if confirm.count():
        confirm.first.click()
    page.wait_for_url("**/log/review")
    for one in sheets(county)[1:]:
        page.goto(f"{site}/log/review/{one.id}")
    page.goto(f"{site}/log/review")
    page.fill("[name=proof_password]", PASSWORD)
    page.locator("#sign button.btn-primary, form button.btn-primary").last.click()
    expect(page.locator("main")).to_contain_text("已审阅签字")
    states = [one.state for one in sheets(county)]
    assert states == ["returned"] + ["signed"] * (len(states) - 1)


def returned_is_mended(pages: tuple[Page, Page], site: str, county: County) -> None:
    tech, net = pages
    first = sheets(county)[0]
    write(net, site, first.day, "备份的是县局出口路由器 R1", "backup")
    sign(net)
    tech.goto(f"{site}/log/?day={first.day}")
    sign(tech, submit=True)
    leader = county.login("leader")
    leader.get(f"/log/review/{first.id}")
    done = leader.post("/log/review", {"id": [first.id], "proof_password": PASSWORD})
    assert done.status_code == 302
    assert {one.state for one in sheets(county)} == {"signed"}


def corrected(county: County) -> None:
    """Found wrong afterwards: told in the book of errors, checked by another, the entry stays."""
    wrong = county.rows(select(LogEntry).where(LogEntry.text.startswith(TEXTS["net"])))[3]
    net, leader = county.login("net"), county.login("leader")
    form = {
        "centre_id": county.centres["county"].id, "object": "工作日志", "what": "备份路由器",
        "right": "备份的是核心交换机", "found_at": "", "log_entry_id": wrong.id, "kind": "wrong",
    }  # fmt: skip
    form["found_at"] = datetime.now(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    made = net.post("/r/errors/new", form)
    assert made.status_code == 302, made.text
    [row] = county.rows(select(ErrorRecord))
    for who, step in ((net, "sign"), (leader, "check")):
        page = who.get(f"/r/errors/{row.id}").text
        seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', page)
        steps = re.findall(rf"/r/errors/{row.id}/do/(\w+)", page)
        name = step if step in steps else steps[0]
        asked = {"proof_password": PASSWORD, "seen": seen[0]}
        done = who.post(f"/r/errors/{row.id}/do/{name}", asked)
        assert done.status_code == 302, done.text
    assert county.one(ErrorRecord, row.id).state == "closed"
    assert county.one(LogEntry, wrong.id).text == wrong.text


def the_book_is_the_database(county: County, folder: Path) -> None:
    """Every entry of the month stands on paper in its order, with every signature; nothing was
    touched on the way."""
    first = today().replace(day=1) - timedelta(days=1)
    address = f"/log/months/book.pdf?month={first:%Y-%m}&centre_id={county.centres['county'].id}"
    (folder / "book.pdf").write_bytes(fetched(county, county.login("chief"), address))
    raw = subprocess.run(
        ["pdftotext", "-raw", folder / "book.pdf", "-"], check=True, capture_output=True, text=True
    )
    told, at = re.sub(r"\s+", "", raw.stdout), 0
    order = list(SECTIONS)
    for sheet in sheets(county):
        at = told.index(f"{sheet.day}星期", at)
        query = select(LogEntry).where(LogEntry.day_id == sheet.id, LogEntry.retired_at.is_(None))
        rows = sorted(
            county.rows(query), key=lambda one: (order.index(one.section), one.occurred_at, one.id)
        )
        for row in rows:
            when = f"{row.occurred_at.astimezone(SHANGHAI):%H:%M}"
            noted = f"[补记{row.recorded_at.astimezone(SHANGHAI):%Y-%m-%d%H:%M}]"
            line = f"{row.number}{SECTIONS[row.section]}{when}{row.text}{noted}{row.author}"
            at = told.index(re.sub(r"\s+", "", line), at)
    for one in county.rows(select(Signature).where(Signature.thing.in_(("LogDay", "LogShare")))):
        assert one.digest[:16] in told
    assert "备份的是核心交换机" in told and "请写明备份了哪台路由器" in told
    with county.database.view(EVERYTHING) as session:
        assert list(log_seals.verify(session)) == []
