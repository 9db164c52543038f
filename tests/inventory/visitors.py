"""A county's people and a machine room to visit, for the tests of visits."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory import visiting
from inventory.act import EVERYTHING, Act, system
from inventory.approval import approvals
from inventory.attachment import attach
from inventory.centre import Centre
from inventory.db import Database
from inventory.grant import Grant, standing
from inventory.person import Person
from inventory.proof import Proof
from inventory.role import Standing
from inventory.store import Store
from inventory.visit import Visit

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
ROLES = {"net": "network_admin", "tech": "technician", "lead": "leader", "far": "network_admin"}


@dataclass(frozen=True)
class Room:
    """The machine room of 兰考 and the people around it, by the names of ROLES."""

    database: Database
    store: Store
    centre: Centre
    people: Mapping[str, Standing]

    def act(self, who: str, what: str = "办理") -> Act:
        return self.people[who].act(what, "test")

    def proof(self, who: str) -> Proof:
        return Proof(self.people[who].id, "password", datetime.now(UTC))

    def visit(self, kind: str = "work", **facts: Any) -> str:
        """A draft as a technician writes it, with everything its kind asks for; its id."""
        now = datetime.now(UTC)
        plain = {
            "visitor": "张三", "employer": "郑州某某科技公司", "purpose": "更换硬盘",
            "planned_from": now - timedelta(hours=1), "planned_to": now + timedelta(hours=3),
            "escort_id": self.people["net" if kind == "operate" else "lead"].id,
        }  # fmt: skip
        plain |= {"letter_no": "豫卫函〔2026〕12 号"} if kind == "visit" else {}
        plain |= {"equipment": "核心交换机"} if kind == "operate" else {}
        row = Visit(centre_id=self.centre.id, kind=kind, **(plain | facts))
        with self.database.transaction(self.act("tech", "新增机房来访")) as session:
            session.add(row)
            if kind == "visit":
                self.letter(session, row)
        return row.id

    def letter(self, session: Session, row: Visit, data: bytes = PDF) -> None:
        attach(session, row, self.store.keep(io.BytesIO(data), "公函.pdf"), "letter")

    def do(self, who: str, step: str, visit_id: str, *given: Any, **told: Any) -> Any:
        """One step of `inventory.visiting` in an act of that person."""
        with self.database.transaction(self.act(who)) as session:
            visit = session.get_one(Visit, visit_id)
            proof = (self.proof(who),) if step == "urgent" else ()
            return getattr(visiting, step)(session, visit, self.people[who], *proof, *given, **told)

    def decide(self, visit_id: str, yes: bool = True, who: str = "lead") -> None:
        with self.database.transaction(self.act(who)) as session:
            (one, *_) = approvals(session, session.get_one(Visit, visit_id))
            approving.decide(
                session, one, self.people[who], self.proof(who), one.digest, yes, remark="阅"
            )

    def approved(self, kind: str = "work", **facts: Any) -> str:
        key = self.visit(kind, **facts)
        self.do("tech", "ask", key)
        self.decide(key)
        return key

    def inside(self, kind: str = "work", **facts: Any) -> str:
        key = self.approved(kind, **facts)
        self.do("tech", "enter", key)
        return key

    def one(self, visit_id: str) -> Visit:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(Visit, visit_id)


def room(database: Database, folder: Path, centre: Centre, far: Centre) -> Room:
    people = {}
    with database.transaction(system("建人")) as session:
        for login, role in ROLES.items():
            place = far if login == "far" else centre
            person = Person(centre_id=place.id, login=login, name=f"{login}某")
            session.add(person)
            session.flush()
            session.add(Grant(centre_id=place.id, person_id=person.id, role=role,
                              agreed_at=datetime.now(UTC) - timedelta(days=9)))  # fmt: skip
            session.flush()
            people[login] = standing(session, person)
    return Room(database, Store(folder / "attachments", 100_000), centre, people)
