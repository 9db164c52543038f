"""Many addresses at once: a sheet in, asked for together, agreed to together, on paper; what one of
them lacks names that one and leaves the others."""

import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.approval import Approval
from inventory.audit import AuditRow
from inventory.binding import Binding
from inventory.prefix import Prefix
from tests.lab import need_programs
from tests.web.county import PASSWORD, Browser, County
from tests.web.reader import words
from tests.web.test_imports import agree, counts, send

HEADS = "所属单位,网段,IP 地址,MAC 地址,使用人,接入交换机,端口"
SHEET = f"""{HEADS}
410225,,10．41．25．11,00E0-FC12-3401,张三,兰考核心交换机,GE0/0/1
410225,办公网,,00e0.fc12.3402,李四,,
410225,10.41.25.0/24,10.41.25.13,00E0FC123403,,,
"""
WRONG = f"""{HEADS}
410225,,10.41.25.11,00E0-FC12-3499,王五,,
410225,,10.99.1.1,00E0-FC12-3498,王五,,
"""


@pytest.fixture
def ranged(county: County) -> County:
    facts: dict[str, Any] = {"cidr": "10.41.25.0/24", "gateway": "10.41.25.1", "mode": "enforce"}
    with county.database.transaction(county.act()) as session:
        home = county.centres["county"].id
        session.add(Prefix(centre_id=home, name="办公网", reserved="10.41.25.2-10", **facts))
    return county


def rows(county: County) -> dict[str, Binding]:
    with county.database.view(EVERYTHING) as session:
        return {row.ip: row for row in session.scalars(select(Binding))}


def brought(who: Browser, text: str) -> tuple[list[str], str]:
    """What the sheet would do, and the page after it is agreed to."""
    looked = send(who, text.encode("gb18030"), "绑定.csv", "bindings")
    told = counts(looked.text)
    return told, unescape(agree(who, looked).text if told[3] == "0" else looked.text)


def act(who: Browser, name: str, ids: list[str]) -> str:
    who.post("/r/bindings/acts", {"act": name, "id": ",".join(ids)})
    return words(unescape(who.get("/r/bindings").text), "<body")


def decide(who: Browser, county: County) -> None:
    """Read on one page, line by line; only then can they be decided together."""
    waiting = county.rows(select(Approval.id).where(Approval.state == "asked"))
    data = {"id": waiting, "decision": "yes", "proof_password": PASSWORD}
    assert who.post("/approvals/decide", data).status_code == 422
    assert "/approvals/lines/binding" in who.get("/approvals/").text
    page = words(unescape(who.get("/approvals/lines/binding").text))
    assert all(word in page for word in ("10.41.25.12", "00:e0:fc:12:34:02", "李四", "GE0/0/1"))
    done = who.post("/approvals/decide", data)
    assert done.status_code == 302, words(unescape(done.text))


def test_from_a_sheet_to_a_release(ranged: County) -> None:
    net, leader = ranged.login("net"), ranged.login("leader")
    assert brought(net, SHEET)[0] == ["3", "0", "0", "0"]
    made = rows(ranged)
    assert {ip: (row.mac, row.state) for ip, row in made.items()} == {
        "10.41.25.11": ("00:e0:fc:12:34:01", "draft"),
        "10.41.25.12": ("00:e0:fc:12:34:02", "draft"),  # the next free one, not one of the sheet
        "10.41.25.13": ("00:e0:fc:12:34:03", "draft"),
    }
    ids = [row.id for row in made.values()]
    assert "没有执行：10.41.25.13 00:e0:fc:12:34:03 使用人：必须填写" in act(net, "ask", ids)
    assert {row.state for row in rows(ranged).values()} == {"draft"}
    ready = [made["10.41.25.11"].id, made["10.41.25.12"].id]
    assert "已完成“申请审批”" in act(net, "ask", ready)
    decide(leader, ranged)
    assert [rows(ranged)[ip].state for ip in made].count("active") == 2
    again = SHEET.replace(",办公网,,", ",办公网,10.41.25.12,").replace("410225,,", "410225,办公网,")
    assert brought(net, again)[0] == ["0", "0", "3", "0"]  # the same once more changes nothing
    told, page = brought(net, WRONG)
    assert told[3] == "2"
    assert "已由 张三（00:e0:fc:12:34:01）使用" in page
    assert "请先登记网段" in page
    assert "已完成“释放”" in act(net, "release", ready)
    assert {row.state for row in rows(ranged).values()} == {"released", "draft"}


def printed(who: Browser, place: Path) -> str:
    need_programs("pdftotext")
    book = who.get("/bindings/book.pdf")
    assert (book.status_code, book.mimetype) == (200, "application/pdf")
    (place / "book.pdf").write_bytes(book.data)
    told = ["pdftotext", "-layout", str(place / "book.pdf"), "-"]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout


def test_the_book_tells_what_is_in_force_range_by_range(ranged: County, tmp_path: Path) -> None:
    net = ranged.login("net")
    brought(net, SHEET)
    act(net, "ask", [row.id for row in rows(ranged).values() if row.holder])
    decide(ranged.login("leader"), ranged)
    ranged.let_out()
    text = printed(net, tmp_path)
    for word in ("10.41.25.0/24 办公网", "10.41.25.12", "李四", "中心主任"):
        assert word in text
    assert "10.41.25.13" not in text  # nobody has agreed to it
    noted = ranged.rows(select(AuditRow.act).where(AuditRow.thing == "Binding"))
    assert any("登记册" in one for one in noted)
    assert "10.41.25" not in printed(ranged.login("far"), tmp_path)
