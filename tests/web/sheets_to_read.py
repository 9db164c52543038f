"""Day sheets of a county, submitted and waiting for the leader."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from inventory.act import Act
from inventory.grant import standing
from inventory.log_book import content_of, empty, fill_nothing, owing, sign_share
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_sheet import sheet_of
from inventory.person import Person
from inventory.proof import Proof
from inventory.role import Standing
from inventory.stepping import Taken, take
from tests.web.county import County


def who(county: County, login: str) -> Standing:
    with county.database.view(county.act().scope) as session:
        person = session.scalars(select(Person).where(Person.login == login)).one()
        return standing(session, person)


def act(person: Standing) -> Act:
    return person.act("填写工作日志", "test")


def submitted(county: County, days_ago: int = 1, text: str = "核心交换机风扇异响") -> str:
    """The technician's day, so many days ago, submitted: its id."""
    tech, at = who(county, "tech"), datetime.now(UTC) - timedelta(days=days_ago)
    entry = LogEntry(centre_id=county.centres["county"].id, section="problem", text=text,
                     occurred_at=at)  # fmt: skip
    with county.database.transaction(act(tech)) as session:
        session.add(entry)
        session.flush()
        sheet = sheet_of(session, entry.day_id)
        assert sheet is not None
        fill_nothing(session, sheet, tech, empty(session, sheet))
        seen = content_of(session, sheet, tech.id)
        sign_share(session, sheet, tech, Proof(tech.id, "password", datetime.now(UTC)), seen)
        given = {"unsigned": "出差"} if owing(session, sheet) else {}
        take(session, sheet, "submit", Taken(tech, given))
    return sheet.id


def age(county: County, sheet_id: str, days: int) -> None:
    """It was submitted so long ago."""
    with county.database.engine.begin() as connection:
        at = datetime.now(UTC) - timedelta(days=days)
        table = LogDay.__table__
        connection.execute(table.update().where(table.c.id == sheet_id).values(submitted_at=at))
