"""A county's people, its staff and its things, for the tests of repairs, scrappings and losses."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.act import EVERYTHING, system
from inventory.attachment import attach
from inventory.centre import Centre
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.grant import Grant, standing
from inventory.paper_line import PaperLine
from inventory.part import Part
from inventory.person import Person
from inventory.proof import Proof
from inventory.register import Register
from inventory.repair import Repair
from inventory.revision import digest
from inventory.role import Standing
from inventory.room import Room
from inventory.sanitisation import Sanitisation
from inventory.scrapping import Scrapping, add_line, put_on
from inventory.signature import sign
from inventory.staff import Staff
from inventory.stepping import Taken, steps_of, take
from inventory.stock import receive
from inventory.store import Store

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
ROLES = {
    "tech": "technician", "net": "network_admin", "lead": "leader", "chief": "manager",
    "far": "technician",
}  # fmt: skip


@dataclass(frozen=True)
class House:
    """One county centre, a far one, and the people of ROLES with their places in the staff."""

    database: Database
    store: Store
    centre: Centre
    far: Centre
    people: Mapping[str, Standing]
    staff: Mapping[str, str]
    room: Room

    def act(self, who: str) -> Any:
        return self.people[who].act("办理", "test")

    def proof(self, who: str) -> Proof:
        return Proof(self.people[who].id, "password", datetime.now(UTC))

    def add(self, row: Any, who: str = "tech") -> str:
        with self.database.transaction(self.act(who)) as session:
            session.add(row)
        return str(row.id)

    def thing(self, **facts: Any) -> str:
        plain = {"name": "交换机", "category": "switch", "opening": "in_use", "cost": 1000.0}
        return self.add(Equipment(centre_id=self.centre.id, **{**plain, **facts}))

    def one(self, cls: type[Any], key: str) -> Any:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(cls, key)

    def rows(self, query: Any) -> list[Any]:
        with self.database.view(EVERYTHING) as session:
            return list(session.scalars(query))

    def repair(self, thing: str | None, who: str = "tech", **facts: Any) -> str:
        plain = {"fault": "不加电", "reporter_id": self.staff["net"]}
        row = Repair(
            equipment_id=thing,
            **{"centre_id": self.centre.id, **plain, "reported_at": datetime.now(UTC), **facts},
        )  # fmt: skip
        return self.add(row, who)

    def scrapping(
        self, *things: str, photo: bool = True, parts: tuple[tuple[str, int], ...] = ()
    ) -> str:
        """A draft with these things (and lots of parts: id, how many), with its photo."""
        paper = Scrapping(centre_id=self.centre.id, reason="老化，无法使用", age="约九年")
        with self.database.transaction(self.act("tech")) as session:
            session.add(paper)
            session.flush()
            for key in things:
                put_on(session, paper, session.get_one(Equipment, key))
            for part, number in parts:
                add_line(session, paper, PaperLine(part_id=part, batch="", quantity=number,
                                                   room_id=self.room.id))  # fmt: skip
        if photo:
            self.hang(paper, "photo")
        return paper.id

    def hang(self, row: Register, part: str, data: bytes = PDF) -> None:
        with self.database.transaction(self.act("tech")) as session:
            fresh = session.get_one(type(row), row.id)
            attach(session, fresh, self.store.keep(io.BytesIO(data), f"{part}.pdf"), part)

    def part(self, number: int) -> str:
        """So many of a part in the store room."""
        part = Part(centre_id=self.centre.id, name="风扇")
        with self.database.transaction(self.act("tech")) as session:
            session.add(part)
            session.flush()
            room = session.get_one(Room, self.room.id)
            receive(session, part, room, number, "", self.people["tech"])
        return part.id

    def wipe(self, paper: Any, thing: str | None, who: str = "tech", **facts: Any) -> str:
        """The record that data were dealt with for a repair or a scrapping."""
        name = f"{type(paper).__name__.lower()}_id"
        row = Sanitisation(
            centre_id=self.centre.id, equipment_id=thing,
            **{name: paper.id, "by_id": self.staff["tech"], "at": datetime.now(UTC),
               "method": "wiped", **facts},
        )  # fmt: skip
        return self.add(row, who)

    def do(self, who: str, cls: type[Any], key: str, name: str, **given: Any) -> None:
        """One step by one person, the content as it is now before the eyes."""
        with self.database.transaction(self.act(who)) as session:
            row = session.get_one(cls, key)
            step = next(one for one in steps_of(cls) if one.name == name)
            proof = self.proof(who) if step.proof else None
            take(session, row, name, Taken(self.people[who], given, proof, digest(row)))

    def decide(self, who: str, cls: type[Any], key: str, yes: bool = True) -> None:
        with self.database.transaction(self.act(who)) as session:
            asked = _asked(session, cls, key)
            approving.decide(
                session, asked, self.people[who], self.proof(who), asked.digest, yes, remark="阅"
            )

    def withdraw(self, who: str, cls: type[Any], key: str) -> None:
        with self.database.transaction(self.act(who)) as session:
            approving.withdraw(session, _asked(session, cls, key), self.people[who])

    def witness(self, who: str, key: str) -> None:
        with self.database.transaction(self.act(who)) as session:
            row = session.get_one(Sanitisation, key)
            sign(session, row, "accept", self.people[who], self.proof(who), digest(row))


def _asked(session: Session, cls: type[Any], key: str) -> Any:
    return approving.approvals(session, session.get_one(cls, key))[0]


def house(database: Database, folder: Path) -> House:
    with database.transaction(system("建中心")) as session:
        centre = Centre(code="410225", name="兰考县", tier="county")
        far = Centre(code="410300", name="洛阳市", tier="city")
        session.add_all([centre, far])
        session.flush()
        room = Room(centre_id=centre.id, name="库房", kind="store")
        session.add(room)
        people, staff = {}, {}
        for login, role in ROLES.items():
            place = far if login == "far" else centre
            person = Person(centre_id=place.id, login=login, name=f"{login}某")
            session.add(person)
            session.flush()
            session.add(
                Grant(centre_id=place.id, person_id=person.id, role=role,
                      agreed_at=datetime.now(UTC))
            )  # fmt: skip
            member = Staff(centre_id=place.id, name=f"{login}某", person_id=person.id)
            session.add(member)
            session.flush()
            people[login], staff[login] = standing(session, person), member.id
    return House(database, Store(folder / "files", 100_000), centre, far, people, staff, room)
