"""People and a text to sign, for the tests of revisions, signatures and approvals."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from inventory.act import Act, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.person import Person
from inventory.proof import Proof
from inventory.role import Held, Standing
from inventory.undertaking import Undertaking

BODY = "本人承诺遵守保密规定，不泄露工作中知悉的信息。一二三四五六七八九十"


@dataclass
class Actor:
    """One person with one role over one centre: who asks, signs, decides."""

    person: Person
    standing: Standing

    @property
    def id(self) -> str:
        return self.person.id

    def act(self, what: str = "试验") -> Act:
        return self.standing.act(what, "test")

    @property
    def proof(self) -> Proof:
        return Proof(self.id, "password", datetime.now(UTC))


def actor(database: Database, centre: Centre, login: str, name: str, *roles: str) -> Actor:
    person = Person(centre_id=centre.id, login=login, name=name)
    with database.transaction(system("建人")) as session:
        session.add(person)
    held = tuple(Held(role, centre.path) for role in roles)
    return Actor(person, Standing(person.id, name, login, centre.id, "", False, held))


def text_of(centre: Centre, heading: str = "保密承诺书", body: str = BODY) -> Undertaking:
    return Undertaking(
        centre_id=centre.id, kind="secrecy", heading=heading, version="一", body=body,
        starts=date(2026, 1, 1),
    )  # fmt: skip
