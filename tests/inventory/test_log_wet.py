"""Signed by hand on paper, confirmed by somebody who wrote none of it; corrected beside it; and who
has not signed which day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from inventory.act import EVERYTHING, system
from inventory.attachment import attachments
from inventory.centre import Centre
from inventory.db import Database
from inventory.error_record import ErrorRecord
from inventory.grant import Grant
from inventory.log_addenda import addenda, begun_from
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_share import LogShare
from inventory.log_signed import mark, signed_days, unsigned
from inventory.register import Rejected
from inventory.revision import digest
from inventory.shanghai import today
from inventory.signature import signatures
from inventory.staff import Staff
from tests.inventory.papers import House, house
from tests.inventory.test_log import submitted, write


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Iterator[House]:
    found = house(database, tmp_path)
    with found.database.transaction(found.act("tech")) as session:
        session.get_one(Staff, found.staff["lead"]).job = "leader"
    return found


def refused_by_sql(home: House, statement: str) -> None:
    with pytest.raises(DBAPIError), home.database.engine.begin() as connection:
        connection.execute(text(statement))


def below(home: House) -> str:
    """The leader of a township that keeps a log of its own."""
    with home.database.transaction(system("设乡镇")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township", parent_id=home.centre.id)
        session.add(town)
        session.flush()
        held = {"person_id": home.people["tech"].id, "role": "technician"}
        session.add(Grant(centre_id=town.id, agreed_at=datetime.now(UTC), **held))
        leader = Staff(centre_id=town.id, name="镇长", job="leader")
        session.add(leader)
    return leader.id


def test_a_hand_on_paper_counts_once_it_was_compared(home: House) -> None:
    sheet = submitted(home)
    told = digest(sheet)
    paper = {"wet_by_id": home.staff["lead"], "wet_on": today(), "wet_hash": told[:16]}

    def confirm(who: str, **given: object) -> None:
        home.do(who, LogDay, sheet.id, "wet", **{**paper, **given})

    refused_by_sql(home, "UPDATE log_day SET state = 'signed'")
    with pytest.raises(Rejected, match="请先打印、手签"):
        confirm("chief")
    home.hang(sheet, "scan")
    other = "0" if told[0] != "0" else "1"
    for who, given, cause in (
        ("tech", {}, "没有填报的人"), ("lead", {}, "不能自己确认"),
        ("chief", {"wet_hash": other + told[1:]}, "不是这一版"),
        ("chief", {"wet_hash": told[:6]}, "至少"),
        ("chief", {"wet_by_id": home.staff["net"]}, "分管领导"),
        ("chief", {"wet_by_id": below(home)}, "不是这个单位或上级的领导"),
        ("chief", {"wet_on": today() - timedelta(days=1)}, "提交之后"),
    ):  # fmt: skip
        with pytest.raises(Rejected, match=cause):
            confirm(who, **given)
    assert home.one(LogDay, sheet.id).state == "submitted"
    confirm("chief", wet_hash=" ".join(told[at : at + 4].upper() for at in range(0, 64, 4)))
    signed = home.one(LogDay, sheet.id)
    assert signed.state == "signed" and signed.scan
    with home.database.view(EVERYTHING) as session:
        row = session.get_one(LogDay, sheet.id)
        (given,) = signatures(session, row)
        assert (given.method_label, given.signer_id) == ("纸质签字", home.people["chief"].id)
        assert "lead某（手签，chief某核对）" in given.signer_name and given.digest == told
        scan = attachments(session, row)[0].id
    for statement in ("remark = '好'", "state = 'submitted'", "wet_by_id = NULL", "scan = 'x'"):
        refused_by_sql(home, f"UPDATE log_day SET {statement}")
    with (
        pytest.raises(Rejected, match="附件不能再动"),
        home.database.transaction(home.act("tech")) as session,
    ):
        row = session.get_one(LogDay, sheet.id)
        next(one for one in attachments(session, row) if one.id == scan).turn(gone=True)


def test_a_correction_stands_beside_what_it_corrects(home: House) -> None:
    early = write(home, text="室温 32 ℃", section="other")
    entry = home.one(LogEntry, early)
    facts = dict(begun_from(entry)) | {"right": "应为 23 ℃", "found_at": datetime.now(UTC)}
    with pytest.raises(Rejected, match="直接修改"):
        home.add(ErrorRecord(**facts))
    sheet = submitted(home)
    key = home.add(ErrorRecord(**facts))
    assert home.one(ErrorRecord, key).log_day_id == sheet.id
    with home.database.view(EVERYTHING) as session:
        assert not addenda(session, [sheet.id])  # a draft is nobody's word yet
    home.do("tech", ErrorRecord, key, "fill")
    home.do("lead", ErrorRecord, key, "check")
    with home.database.view(EVERYTHING) as session:
        assert [one.id for one in addenda(session, [sheet.id])[early]] == [key]
        rows = session.get_one(LogDay, sheet.id).lines(session).rows
    at = next(n for n, row in enumerate(rows) if "室温 32 ℃" in row[2])
    assert rows[at][2] == "室温 32 ℃" and "应为 23 ℃（CC-" in rows[at + 1][2]
    assert home.one(LogEntry, early).text == "室温 32 ℃"
    refused_by_sql(home, "UPDATE error_record SET log_entry_id = NULL")


def test_who_has_not_signed(home: House) -> None:
    submitted(home)
    day, now = today(), datetime.now(UTC)
    with home.database.view(EVERYTHING) as session:
        told = {one.name: one.days for one in signed_days(session, home.centre.id, day, day)}
        assert told == {"tech某": {day: "signed"}, "net某": {day: "signed"}}
        assert not unsigned(session, home.centre.id, day, now)
        part = session.scalars(select(LogShare)).first()
    assert mark(None, day, "day", now) == "due"
    later = now + timedelta(hours=37)
    assert (mark(None, day, "day", later), mark(part, day, "day", now)) == ("missing", "signed")
    assert mark(part, day - timedelta(days=2), "day", now) == "late"
