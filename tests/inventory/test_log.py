"""The duty log's spine: who writes, who signs what, and that it stands still afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from inventory import log_seals, seals, triggers
from inventory.act import EVERYTHING
from inventory.attachment import attach
from inventory.db import Database
from inventory.drafted import Drafted
from inventory.log_book import (
    content_of,
    empty,
    entries_of,
    fill_nothing,
    owing,
    shares_of,
    sign_share,
    whole,
)
from inventory.log_day import LogDay
from inventory.log_deciding import confirm, dismiss
from inventory.log_draft import LogDismissal, LogDraft, draft
from inventory.log_entry import LogEntry
from inventory.log_share import LogShare
from inventory.log_sheet import sheet_for
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.revision import digest
from inventory.shanghai import today
from inventory.signature import signatures
from inventory.stepping import Taken, take
from tests.inventory.papers import PDF, House, house

NOW = datetime.now(UTC)


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Iterator[House]:
    yield house(database, tmp_path)


def write(home: House, who: str = "tech", **facts: Any) -> str:
    plain = {"section": "problem", "text": "核心交换机风扇异响", "occurred_at": datetime.now(UTC)}
    return home.add(LogEntry(centre_id=home.centre.id, **{**plain, **facts}), who)


def sheet_now(home: House) -> LogDay:
    query = select(LogDay).where(LogDay.centre_id == home.centre.id, LogDay.day == today())
    found: LogDay = home.rows(query)[0]
    return found


def sign(home: House, who: str, *, nothing: bool = False, seen: str = "") -> None:
    with home.database.transaction(home.act(who)) as session:
        sheet = sheet_for(session, home.centre.id, today())
        session.flush()
        shown = seen or content_of(session, sheet, home.people[who].id)
        sign_share(session, sheet, home.people[who], home.proof(who), shown, nothing=nothing)


def fill(home: House, who: str = "tech") -> None:
    """无 wherever something is still asked for."""
    with home.database.transaction(home.act(who)) as session:
        sheet = sheet_for(session, home.centre.id, today())
        session.flush()
        fill_nothing(session, sheet, home.people[who], empty(session, sheet))


def causes(error: pytest.ExceptionInfo[Rejected]) -> str:
    return str(error.value)


def submitted(home: House) -> LogDay:
    """A day on which both wrote and signed, submitted by the technician."""
    write(home)
    write(home, "net", section="solved", text="更换风扇")
    fill(home)
    sign(home, "tech")
    sign(home, "net")
    sheet = sheet_now(home)
    home.do("tech", LogDay, sheet.id, "submit", unsigned="休息日，无人排班")
    found: LogDay = home.one(LogDay, sheet.id)
    return found


def test_a_day_from_the_first_entry_to_the_leaders_signature(home: House) -> None:
    sheet = submitted(home)
    assert (sheet.state, sheet.people, sheet.entries) == ("submitted", "tech某、net某", 7)
    assert sheet.unsigned is None  # both have signed: there was nothing to say
    with pytest.raises(Rejected, match="不能“审阅签字”"):
        home.do("tech", LogDay, sheet.id, "review")
    home.do("lead", LogDay, sheet.id, "review", remark="阅，注意备件")
    signed = home.one(LogDay, sheet.id)
    assert (signed.state, signed.remark) == ("signed", "阅，注意备件")
    with home.database.view(home.people["lead"].scope) as session:
        given = [(one.meaning, one.signer_name) for one in signatures(session, signed)]
        assert given == [("review", "lead某")]
        assert whole(session, signed) == signed.content
        parts = shares_of(session, signed)
        assert [(one.author, one.entries, one.state) for one in parts] == [
            ("tech某", 6, "signed"), ("net某", 1, "signed")
        ]  # fmt: skip
        for one in parts:
            assert content_of(session, signed, one.author_id) == one.content


def test_nobody_writes_after_the_signature(home: House) -> None:
    """Neither by the ORM, nor by SQL, whoever has the file."""
    sheet = submitted(home)
    entry = home.rows(select(LogEntry).where(LogEntry.section == "solved"))[0]
    with (
        pytest.raises(Rejected, match="不能再改"),
        home.database.transaction(home.act("net")) as session,
    ):
        session.get_one(LogEntry, entry.id).text = "没有更换"
    with pytest.raises(Rejected, match="不能再改"):
        write(home)
    with (
        pytest.raises(Rejected, match="不能再改"),
        home.database.transaction(home.act("net")) as session,
    ):
        photo = home.store.keep(BytesIO(PDF), "照片.pdf")
        attach(session, session.get_one(LogEntry, entry.id), photo)
    home.do("lead", LogDay, sheet.id, "review")
    statements = [
        f"UPDATE log_entry SET text = '改' WHERE id = '{entry.id}'",
        f"DELETE FROM log_entry WHERE id = '{entry.id}'",
        f"UPDATE log_entry SET day_id = NULL WHERE id = '{entry.id}'",
        f"UPDATE log_share SET state = 'writing' WHERE day_id = '{sheet.id}'",
        f"DELETE FROM log_share WHERE day_id = '{sheet.id}'",
        f"UPDATE log_day SET state = 'open' WHERE id = '{sheet.id}'",
        f"UPDATE log_day SET remark = '好' WHERE id = '{sheet.id}'",
        f"DELETE FROM log_day WHERE id = '{sheet.id}'",
        f"UPDATE log_day SET content = 'x' WHERE id = '{sheet.id}'",
    ]
    for statement in statements:
        with pytest.raises(DatabaseError), home.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_one_signs_ones_own_part_as_it_was_shown(home: House) -> None:
    write(home)
    with home.database.view(home.people["tech"].scope) as session:
        shown = content_of(session, sheet_now(home), home.people["tech"].id)
    write(home, text="又一条")
    with pytest.raises(Rejected, match="有了变化"):
        sign(home, "tech", seen=shown)
    with pytest.raises(Rejected, match="不能签“无”"):
        sign(home, "tech", nothing=True)
    with pytest.raises(Rejected, match="没有记录"):
        sign(home, "net")
    stranger = replace(home.proof("tech"), person_id=home.people["net"].id)
    with (
        pytest.raises(Rejected, match="身份确认"),
        home.database.transaction(home.act("tech")) as session,
    ):
        sheet = session.get_one(LogDay, sheet_now(home).id)
        told = content_of(session, sheet, home.people["tech"].id)
        sign_share(session, sheet, home.people["tech"], stranger, told)
    sign(home, "tech")
    with pytest.raises(Rejected, match="已经签字"):
        write(home)
    write(home, "net")  # the others go on writing
    share = home.rows(select(LogShare).where(LogShare.author == "tech某"))[0]
    with pytest.raises(Rejected, match="本人"):
        home.do("net", LogShare, share.id, "recall")
    home.do("tech", LogShare, share.id, "recall")
    write(home, text="撤回后补充")
    sign(home, "tech")
    again = home.one(LogShare, share.id)
    assert (again.state, again.entries, again.revised) == ("signed", 3, 2)


def test_what_a_sheet_lacks_stands_against_it(home: House) -> None:
    write(home)
    sheet = sheet_now(home)
    with pytest.raises(Rejected) as error:
        home.do("tech", LogDay, sheet.id, "submit")
    assert "数据备份和恢复" in causes(error) and "遇到问题" not in causes(error)
    fill(home)
    with pytest.raises(Rejected, match="还没有人签字"):
        home.do("tech", LogDay, sheet.id, "submit")
    write(home, "net", section="other", text="领取网线")
    sign(home, "tech")
    with pytest.raises(Rejected, match="net某 还没有签字"):
        home.do("tech", LogDay, sheet.id, "submit")
    with home.database.view(home.people["tech"].scope) as session:
        assert list(owing(session, sheet).values()) == ["net某"]
    home.do("tech", LogDay, sheet.id, "submit", unsigned="外出培训")
    done = home.one(LogDay, sheet.id)
    assert (done.unsigned, done.people) == ("net某：外出培训", "tech某")
    assert done.entries == 8  # what was not signed stands still, too
    with home.database.view(home.people["tech"].scope) as session:
        part = next(one for one in shares_of(session, done) if one.author == "net某")
        assert (part.state, part.content) == ("writing", content_of(session, done, part.author_id))


def test_returned_with_a_remark_and_signed_anew(home: House) -> None:
    sheet = submitted(home)
    with pytest.raises(Rejected, match="必须填写"):
        home.do("lead", LogDay, sheet.id, "return")
    home.do("lead", LogDay, sheet.id, "return", remark="风扇型号没有写")
    assert {one.state for one in home.rows(select(LogShare))} == {"writing"}
    entry = home.rows(select(LogEntry).where(LogEntry.section == "solved"))[0]
    with home.database.transaction(home.act("net")) as session:
        session.get_one(LogEntry, entry.id).text = "更换风扇 FAN-02"
    with pytest.raises(Rejected, match="还没有人签字"):
        home.do("tech", LogDay, sheet.id, "submit")
    sign(home, "tech")
    sign(home, "net")
    home.do("tech", LogDay, sheet.id, "submit")
    again = home.one(LogDay, sheet.id)
    assert (again.state, again.revised) == ("submitted", 2)
    assert again.content != sheet.content
    home.do("lead", LogDay, sheet.id, "review")
    assert home.one(LogDay, sheet.id).state == "signed"


def test_only_the_author_changes_an_entry(home: House) -> None:
    key = write(home)
    with (
        pytest.raises(Rejected, match="只有本人可以改"),
        home.database.transaction(home.act("net")) as session,
    ):
        session.get_one(LogEntry, key).text = "别人的话"
    with (
        pytest.raises(Rejected, match="不能更改"),
        home.database.transaction(home.act("tech")) as session,
    ):
        session.get_one(LogEntry, key).recorded_at = NOW - timedelta(days=3)
    with home.database.transaction(home.act("tech")) as session:
        session.get_one(LogEntry, key).turn(gone=True)
    with home.database.view(home.people["tech"].scope) as session:
        assert entries_of(session, sheet_now(home)) == []


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"occurred_at": NOW + timedelta(days=9)}, "还没有到这个时间"),  # NOW is when it was loaded
        ({"occurred_at": NOW - timedelta(days=364)}, "发生时间：过去将近一年"),
        ({"occurred_at": datetime(1970, 1, 1, tzinfo=UTC)}, "2000 年以后"),
        ({"text": "  "}, "必须填写"),
        ({"text": "核对 11010519491231002X 的记录"}, "身份证"),
        ({"section": "transfer"}, "请选上报还是下载"),
        ({"section": "transfer", "way": "up", "scanned": "yes"}, "已加密：上报的数据必须写明"),
    ],
)
def test_what_an_entry_may_not_be(home: House, facts: dict[str, Any], cause: str) -> None:
    with pytest.raises(Rejected, match=cause):
        write(home, **facts)
    assert home.rows(select(LogEntry)) == [] and home.rows(select(LogDay)) == []


def test_late_entries_are_marked_and_find_an_open_sheet(home: House) -> None:
    fresh = home.one(LogEntry, write(home))
    assert (fresh.late_entry, fresh.number) == (False, f"{today():%Y%m%d}-001")
    before = datetime.now(UTC) - timedelta(days=2)
    late = home.one(LogEntry, write(home, occurred_at=before))
    assert (late.late_entry, late.number) == (True, f"{today(before):%Y%m%d}-001")
    with home.database.transaction(home.act("tech")) as session:
        old = session.get_one(LogDay, late.day_id)
        told = content_of(session, old, home.people["tech"].id)
        sign_share(session, old, home.people["tech"], home.proof("tech"), told)
    after = home.one(LogEntry, write(home, occurred_at=before, text="又想起一件"))
    assert (after.day_id, after.late_entry) == (fresh.day_id, True)  # that day's part is signed


def test_a_draft_is_decided_once(home: House) -> None:
    told = Drafted("state", "problem", "核心交换机中断 12 分钟", datetime.now(UTC))
    with home.database.observe() as session:
        draft(session, "Event:1", home.centre.id, told, link="/devices/1")
    with home.database.observe() as session:  # the worker was killed and tells it again
        draft(session, "Event:1", home.centre.id, replace(told, text="核心交换机中断 15 分钟"))
        draft(session, "Event:2", home.centre.id, told)
    one, two = home.rows(select(LogDraft).order_by(LogDraft.key))
    assert one.text == "核心交换机中断 15 分钟"
    with home.database.transaction(home.act("tech")) as session:
        entry = confirm(session, session.get_one(LogDraft, one.id), home.people["tech"],
                        {"text": "核心交换机中断 15 分钟，电源松动"})  # fmt: skip
    assert (entry.source, entry.author) == ("Event:1", "tech某")
    for who in ("tech", "net"):
        with (
            pytest.raises(Rejected, match="已入日志"),
            home.database.transaction(home.act(who)) as session,
        ):
            confirm(session, session.get_one(LogDraft, one.id), home.people[who])
    with (
        pytest.raises(Rejected, match="必须填写"),
        home.database.transaction(home.act("net")) as session,
    ):
        dismiss(session, session.get_one(LogDraft, two.id), home.people["net"], " ")
    with home.database.transaction(home.act("net")) as session:
        dismiss(session, session.get_one(LogDraft, two.id), home.people["net"], "演练")
    with home.database.observe() as session:  # told once more: what was decided stays
        draft(session, "Event:2", home.centre.id, told)
    assert [one.state for one in home.rows(select(LogDraft).order_by(LogDraft.key))] == [
        "entered", "dismissed"
    ]  # fmt: skip
    assert [one.reason for one in home.rows(select(LogDismissal))] == ["演练"]


def test_ten_writers_at_once_lose_nothing(home: House) -> None:
    failed: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for turn in range(5):
                write(home, ("tech", "net")[n % 2], text=f"第 {n} 人第 {turn} 条")
        except BaseException as error:  # noqa: BLE001  (told by the test below)
            failed.append(error)

    threads = [Thread(target=work, args=(n,)) for n in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    entries = home.rows(select(LogEntry))
    assert len({one.text for one in entries}) == len({one.number for one in entries}) == 50
    assert len(home.rows(select(LogDay))) == 1 and len(home.rows(select(LogShare))) == 2


def test_sent_twice_is_written_once(home: House) -> None:
    write(home, made_key="k1")
    with pytest.raises((Rejected, DatabaseError)):
        write(home, made_key="k1")
    write(home, "net", made_key="k1")
    assert len(home.rows(select(LogEntry))) == 2


def test_no_leader_signs_what_they_wrote(home: House) -> None:
    """Somebody who is technician and leader, and wrote on the sheet, reads it no more than once."""
    sheet = submitted(home)
    both = replace(
        home.people["tech"],
        held=(*home.people["tech"].held, *home.people["lead"].held),
    )
    with (
        pytest.raises(Rejected, match="您在这张日志上有填报"),
        home.database.transaction(both.act("审阅", "test")) as session,
    ):
        row = session.get_one(LogDay, sheet.id)
        proof = Proof(both.id, "password", datetime.now(UTC))
        take(session, row, "review", Taken(both, {}, proof, digest(row)))


def test_what_gets_past_the_triggers_is_found(home: House) -> None:
    """The file edited by hand, the triggers gone: the sheet is named."""
    sheet = submitted(home)
    home.do("lead", LogDay, sheet.id, "review")
    with home.database.view(EVERYTHING) as session:
        assert [*log_seals.verify(session), *seals.verify(session)] == []
    with home.database.engine.begin() as connection:
        triggers.drop(connection)
        connection.execute(text("UPDATE log_entry SET text = '没有异响' WHERE section = 'problem'"))
    with home.database.view(EVERYTHING) as session:
        [found] = log_seals.verify(session)
    assert str(found).endswith("tech某的记录与所签的不符") and sheet.label in str(found)
    with home.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM log_share WHERE author = 'net某'"))
    with home.database.view(EVERYTHING) as session:
        causes = [one.cause for one in log_seals.verify(session)]
    assert f"{sheet.label} 的日志与提交时不符" in causes
