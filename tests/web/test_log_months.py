"""The month book: what stands on paper, in the workbook and in the archive is what the database
says, row by row (duty C4)."""

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from inventory.audit import AuditRow
from inventory.error_record import ErrorRecord
from inventory.grant import standing
from inventory.log_book import content_of, empty, fill_nothing, sign_share
from inventory.log_day import LogDay
from inventory.log_deciding import dismiss
from inventory.log_draft import Drafted, draft
from inventory.log_entry import LogEntry
from inventory.log_sections import SECTIONS
from inventory.log_sheet import sheet_for
from inventory.person import Person
from inventory.proof import Proof
from inventory.revision import digest
from inventory.role import Standing
from inventory.run import JobRun
from inventory.shanghai import SHANGHAI, today
from inventory.signature import Signature
from inventory.stepping import Taken, take
from playbooks.dispatch import Pool
from tests.lab import need_programs
from tests.web.county import Browser, County
from tests.web.test_printing import begin, ended
from web.log_archive import wrong

ANGRY = "风扇异响 <b>&amp;</b> =HYPERLINK(1)，第一行\n第二行：已联系厂家"


def who(county: County, login: str) -> Standing:
    with county.database.view(county.act().scope) as session:
        row: Person = session.scalars(select(Person).where(Person.login == login)).one()
        return standing(session, row)


def proof(one: Standing) -> Proof:
    return Proof(one.id, "password", datetime.now(UTC))


def write(county: County, login: str, day: date, text: str, section: str = "problem") -> str:
    """An entry of nine o'clock that day."""
    at = min(datetime.combine(day, time(9), SHANGHAI).astimezone(UTC), datetime.now(UTC))
    one = who(county, login)
    row = LogEntry(
        centre_id=county.centres["county"].id, section=section, text=text, occurred_at=at,
        way="down" if section == "transfer" else None,
    )  # fmt: skip
    with county.database.transaction(one.act("记日志", "test")) as session:
        session.add(row)
    return row.id


def fill_and_sign(county: County, day: date) -> str:
    """Both write 无 where something is asked for, sign, and the day goes up; the sheet's id."""
    for login in ("tech", "net"):
        one = who(county, login)
        with county.database.transaction(one.act("签日志", "test")) as session:
            sheet = sheet_for(session, county.centres["county"].id, day)
            session.flush()
            fill_nothing(session, sheet, one, empty(session, sheet))
            seen = content_of(session, sheet, one.id)
            nothing = not session.scalar(
                select(LogEntry.id).where(
                    LogEntry.day_id == sheet.id, LogEntry.author_id == one.id,
                    LogEntry.retired_at.is_(None),
                ).limit(1)
            )  # fmt: skip
            sign_share(session, sheet, one, proof(one), seen, nothing=nothing)
    step(county, "tech", LogDay, sheet.id, "submit")
    return str(sheet.id)


def step(county: County, login: str, cls: type, key: str, name: str, **given: str) -> None:
    one = who(county, login)
    with county.database.transaction(one.act("办理", "test")) as session:
        row = session.get_one(cls, key)
        take(session, row, name, Taken(one, given, proof(one), digest(row)))


@pytest.fixture
def lived(county: County) -> County:
    """A month of yesterday: written, voided, given back, signed, corrected; a draft left out."""
    day = today() - timedelta(days=1)
    write(county, "tech", day, ANGRY)
    write(county, "net", day, "更换风扇，恢复正常", "solved")
    gone = write(county, "tech", day, "记错了，作废")
    with county.database.transaction(who(county, "tech").act("作废", "test")) as session:
        session.get_one(LogEntry, gone).turn(gone=True)
    sheet = fill_and_sign(county, day)
    step(county, "leader", LogDay, sheet, "return", remark="风扇型号没有写")
    write(county, "tech", day, "风扇型号 FAN-031A", "other")
    assert fill_and_sign(county, day) == sheet
    step(county, "leader", LogDay, sheet, "review", remark="阅")
    entry = county.rows(select(LogEntry).where(LogEntry.text == "更换风扇，恢复正常"))[0]
    with county.database.transaction(who(county, "net").act("登记差错", "test")) as session:
        error = ErrorRecord(
            centre_id=county.centres["county"].id, object="日志", what="更换风扇", found_by="李网",
            right="更换的是电源模块", found_at=datetime.now(UTC), log_entry_id=entry.id,
        )  # fmt: skip
        session.add(error)
    step(county, "net", ErrorRecord, error.id, "fill")
    step(county, "leader", ErrorRecord, error.id, "check")
    with county.database.transaction(who(county, "tech").act("忽略", "test")) as session:
        at = datetime.combine(day, time(8), SHANGHAI).astimezone(UTC)
        told = draft(session, "Event:1", county.centres["county"].id,
                     Drafted("", "problem", "端口断开", at))  # fmt: skip
        assert told is not None
        session.flush()
        dismiss(session, told, who(county, "tech"), "计划内检修")
    write(county, "tech", today(), "今天的记录")
    return county


def month_address(county: County, kind: str) -> str:
    first = (today() - timedelta(days=1)).replace(day=1)
    return f"/log/months/{kind}?month={first:%Y-%m}&centre_id={county.centres['county'].id}"


def plain(text: str) -> str:
    """Without the breaks and spaces that lines of paper have."""
    return re.sub(r"\s+", "", text)


def test_paper_workbook_and_archive_are_the_database(lived: County, tmp_path: Path) -> None:
    need_programs("pdftotext")
    tech = lived.login("tech")
    answer = tech.get(month_address(lived, "book.pdf"))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.text[:300]
    (tmp_path / "book.pdf").write_bytes(answer.data)
    paper_is_the_database(lived, plain(on_paper(tmp_path / "book.pdf")))
    workbook_is_the_database(lived, tech.get(month_address(lived, "month.xlsx")).data)
    page, first_day = tech.get(month_address(lived, "month")).text, today() - timedelta(days=1)
    assert f"{first_day}" in page and "未填" not in page.partition("<tbody")[2]
    assert ("启用前" in page) == (first_day.day > 1)  # nothing is owed before the first sheet
    archive_checks(lived, tech)
    far = lived.login("far")
    assert "王技" not in far.get(month_address(lived, "month")).text, "its own, empty month"
    assert lived.login("sec").get(month_address(lived, "book.pdf")).status_code == 403


def paper_is_the_database(county: County, told: str) -> None:
    """Every day in order, every entry of a day in order, every signature, nothing else."""
    day, at = today() - timedelta(days=1), 0
    for n in range(28):
        at = told.index(f"{day.replace(day=1) + timedelta(days=n)}星期", at)
    [sheet] = county.rows(select(LogDay).where(LogDay.day == day))
    at = told.index(f"{day}星期")
    for entry in sorted(rows_of(county, sheet), key=lambda one: one[:2]):
        at = told.index(plain("".join(map(str, entry[2:]))), at)
    for one in county.rows(select(Signature)):
        assert plain(f"{one.meaning_label}{one.signer_name}") in told
        assert one.digest[:16] in told
    for word in ("风扇型号没有写", "签字前作废1条", "更换的是电源模块", "有1条未入日志", "已失效"):
        assert word in told, word
    assert "记错了" not in told
    noted = county.rows(select(AuditRow).where(AuditRow.act == "导出工作日志月册"))[-1]
    assert f"{noted.seq}:{noted.row_hash}" in told


def workbook_is_the_database(county: County, data: bytes) -> None:
    sheets, month = openpyxl.load_workbook(io.BytesIO(data)), (today() - timedelta(days=1)).month
    rows = list(sheets["记录"].iter_rows(min_row=2, values_only=True))
    mine = [one for one in entries(county) if one.occurred_at.astimezone(SHANGHAI).month == month]
    assert [(row[2], row[3], row[7], row[9]) for row in rows] == [
        (one.number, SECTIONS[one.section], one.text, one.author)
        for one in sorted(mine, key=lambda one: (one.number[:8], *order(one)))
    ]
    assert sheets["记录"].cell(2, 8).data_type == "s"
    days = list(sheets["每日"].iter_rows(min_row=2, values_only=True))
    assert len({row[0] for row in days}) == len(days) >= 28
    assert {row[2] for row in sheets["更正"].iter_rows(min_row=2, values_only=True)} == {"错记"}


def archive_checks(county: County, tech: Browser) -> None:
    """Made by the worker; it checks against itself, and the audit chain knows its manifest."""
    year = (today() - timedelta(days=1)).year
    assert "全年归档" in tech.get(f"/log/months?year={year}").text
    data = fetched(county, tech, f"/log/months/archive.zip?year={year}")
    packed = zipfile.ZipFile(io.BytesIO(data))
    manifest = packed.read("manifest.json")
    assert wrong(data) == [] and wrong(repacked(packed)) == [f"{year}.json：内容与清单不符"]
    for line in packed.read("SHA256SUMS").decode().splitlines():
        digested, _two, name = line.partition("  ")
        assert hashlib.sha256(packed.read(name)).hexdigest() == digested
    first, second = county.rows(select(AuditRow).where(AuditRow.act == "导出工作日志全年归档"))
    assert json.loads(manifest)["chain"] == {"seq": first.seq, "hash": first.row_hash}
    assert json.loads(second.after)["manifest"] == hashlib.sha256(manifest).hexdigest()
    months = json.loads(packed.read(f"{year}.json"))["months"]
    assert {f"{one['first'][:7]}.pdf" for one in months} < set(packed.namelist())
    days = [day for month in months for day in month["days"]]
    texts = [line["text"] for day in days for sheet in day["sheets"] for line in sheet["lines"]]
    assert sorted(texts) == sorted(one.text for one in entries(county))


def fetched(county: County, who: Browser, address: str) -> bytes:
    run = str(who.get(address).location.rpartition("/")[2])
    pool = Pool(1)
    begin(county, pool)
    assert ended(county, run).state == "done", county.one(JobRun, run).note
    pool.close()
    with who.get(f"/prints/{run}/file") as answer:
        return bytes(answer.data)


def entries(county: County) -> list[LogEntry]:
    return county.rows(select(LogEntry).where(LogEntry.retired_at.is_(None)))


def order(one: LogEntry) -> tuple[int, datetime, str]:
    return list(SECTIONS).index(one.section), one.occurred_at, one.id


def rows_of(county: County, sheet: LogDay) -> Iterator[tuple[object, ...]]:
    """What must stand on paper of each entry: order, "", number, section, time, text, author."""
    query = select(LogEntry).where(LogEntry.day_id == sheet.id, LogEntry.retired_at.is_(None))
    for one in county.rows(query):
        at = one.occurred_at.astimezone(SHANGHAI)
        late = one.recorded_at.astimezone(SHANGHAI)
        noted = f"[补记{late:%Y-%m-%d%H:%M}]" if one.late_entry else ""
        yield (
            order(one), "", one.number, SECTIONS[one.section], f"{at:%H:%M}", one.text, noted,
            one.author,
        )  # fmt: skip


def on_paper(file: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-raw", file, "-"], check=True, capture_output=True, text=True
    )
    return done.stdout


def repacked(packed: zipfile.ZipFile) -> bytes:
    """The same archive with one file changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        for name in packed.namelist():
            data = packed.read(name)
            other.writestr(name, data + b" " if name.endswith(".json") else data)
    return out.getvalue()
