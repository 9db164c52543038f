"""A morning at the demo county's machine room: its people write the visitors' book themselves."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory import approval as approving
from inventory import visiting
from inventory.act import EVERYTHING
from inventory.attachment import attach
from inventory.db import Database
from inventory.grant import standing
from inventory.login import prove
from inventory.person import Person
from inventory.role import Standing
from inventory.store import Store
from inventory.visit import Visit

_FAR = timedelta(hours=3)
_BOOK: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("left", {
        "kind": "work", "visitor": "刘工", "employer": "郑州恒通网络工程公司", "people": 2,
        "purpose": "UPS 电池巡检", "phone": "0371-5550101", "carried_in": "万用表、内阻仪",
    }),
    ("inside", {
        "kind": "operate", "visitor": "陈工", "employer": "华为河南服务中心",
        "purpose": "核心交换机更换风扇", "equipment": "核心交换机", "carried_in": "风扇模块 1 个",
    }),
    ("asked", {
        "kind": "visit", "visitor": "周处长", "employer": "市信息中心", "people": 5,
        "purpose": "检查机房建设", "letter_no": "演示函〔2026〕1 号",
    }),
    ("draft", {
        "kind": "work", "visitor": "何师傅", "employer": "兰考县供电公司", "purpose": "配电柜检修",
    }),
)  # fmt: skip


@dataclass(frozen=True)
class _Desk:
    """Where they write: the database, the folder of letters, and their passwords."""

    database: Database
    store: Store
    passwords: Mapping[str, str]

    def who(self, login: str) -> Standing:
        with self.database.view(EVERYTHING) as session:
            found = session.scalars(select(Person).where(Person.login == login)).one()
            return standing(session, found)

    def write(self, visit: Visit) -> str:
        tech = self.who("tech")
        with self.database.transaction(tech.act("新增机房来访", "demo")) as session:
            session.add(visit)
            if visit.kind == "visit":
                sheet = io.BytesIO(letter(b"DEMO LETTER No. 1 (2026)"))
                attach(session, visit, self.store.keep(sheet, "公函（演示）.pdf"), "letter")
        return visit.id

    def step(self, login: str, name: str, visit_id: str, *given: Any) -> None:
        who = self.who(login)
        with self.database.transaction(who.act("办理机房来访", "demo")) as session:
            getattr(visiting, name)(session, session.get_one(Visit, visit_id), who, *given)

    def consent(self, visit_id: str) -> None:
        lead = self.who("leader")
        with self.database.transaction(lead.act("审批", "demo")) as session:
            (asked,) = approving.approvals(session, session.get_one(Visit, visit_id))
            proof = prove(session, lead.id, self.passwords["leader"])
            approving.decide(session, asked, lead, proof, asked.digest, True, remark="同意")


def write_book(database: Database, store: Store, passwords: Mapping[str, str]) -> None:
    """Four visits in four states, by the same steps that a real county takes."""
    desk = _Desk(database, store, passwords)
    net, centre = desk.who("net"), desk.who("tech").centre_id
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for state, facts in _BOOK:
        escort = net.id if facts["kind"] == "operate" else None
        visit_id = desk.write(
            Visit(
                centre_id=centre, planned_from=now, planned_to=now + _FAR, escort_id=escort, **facts
            )
        )
        _go_on(desk, visit_id, state)


def _go_on(desk: _Desk, visit_id: str, state: str) -> None:
    if state != "draft":
        desk.step("tech", "ask", visit_id)
    if state in ("inside", "left"):
        desk.consent(visit_id)
        desk.step("tech", "enter", visit_id)
    if state == "left":
        desk.step("tech", "leave", visit_id, "测了 16 节电池内阻，均正常", "")


def letter(text: bytes) -> bytes:
    """A page of PDF 1.4 with one line on it (ISO 32000-1 §7.5)."""
    drawn = (
        b"BT /F1 18 Tf 72 760 Td (" + text.replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj ET"
    )
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(out))
    return out + head + table + tail
