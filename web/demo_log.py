"""The demo county's duty log: a week that was written up afterwards, signed and read by the leader,
and a today with a few entries and things to confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.drafted import Drafted
from inventory.grant import standing
from inventory.log_book import content_of, empty, fill_nothing, owing, sign_share
from inventory.log_day import LogDay
from inventory.log_draft import draft
from inventory.log_entry import LogEntry
from inventory.log_sheet import sheet_for
from inventory.login import prove
from inventory.person import Person
from inventory.proof import Proof
from inventory.revision import digest
from inventory.role import Standing
from inventory.shanghai import SHANGHAI, today
from inventory.stepping import Taken, take
from inventory.workdays import workdays

_DAYS = 5
_PLAIN: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "tech": (
        ("power", "服务器、终端正常开机，各项服务启动正常", 8),
        ("room", "机房温度 22 ℃，湿度 51%，UPS 正常", 9),
        ("patrol", "机房巡检完毕，设备指示灯正常", 16),
    ),
    "net": (
        ("backup", "数据库每日备份完成，备份文件已核对", 9),
        ("review", "服务器、防火墙日志已浏览，未见异常", 10),
    ),
}  # fmt: skip
_TODAY = (("power", "服务器、终端正常开机"), ("room", "机房温度 22 ℃，湿度 50%"))
_ODD = (
    ("net", "problem", "考城镇专线中断，已报运营商", 10),
    ("net", "solved", "运营商处理后考城镇专线恢复", 15),
    ("tech", "other", "红庙镇电话咨询打印设置，已答复", 11),
)


@dataclass
class _Desk:
    """Who writes and signs, each with a password shown once."""

    database: Database
    passwords: Mapping[str, str]
    people: dict[str, tuple[Standing, Proof]] = field(default_factory=dict)

    def who(self, login: str) -> tuple[Standing, Proof]:
        if login not in self.people:
            with self.database.view(EVERYTHING) as session:
                found = session.scalars(select(Person).where(Person.login == login)).one()
                shown = standing(session, found)
            with self.database.transaction(shown.act("演示", "demo")) as session:
                self.people[login] = shown, prove(session, shown.id, self.passwords[login])
        return self.people[login]


def write_log(database: Database, passwords: Mapping[str, str]) -> None:
    """By the acts that a real county takes; what is of past days is written up afterwards."""
    desk = _Desk(database, passwords)
    here = today()
    with database.view(EVERYTHING) as session:
        past = workdays(session, here - timedelta(days=14), here - timedelta(days=1))[-_DAYS:]
    for number, day in enumerate(past):
        _fill(desk, day, odd=number == 1)
        if day != past[-1]:
            _read(desk, day, back=day == past[-2])
    _begin(desk, here)


def _fill(desk: _Desk, day: date, *, odd: bool) -> None:
    more = _ODD if odd else ()
    for login, told in _PLAIN.items():
        who, proof = desk.who(login)
        with desk.database.transaction(who.act("填写工作日志", "demo")) as session:
            for section, text, hour in (*told, *(one[1:] for one in more if one[0] == login)):
                _write(session, who, day, section, text, hour)
            sheet = sheet_for(session, who.centre_id, day)
            if login == "net":
                fill_nothing(session, sheet, who, empty(session, sheet))
            sign_share(session, sheet, who, proof, content_of(session, sheet, who.id))
            if login == "net":
                missing = {"unsigned": "演示"} if owing(session, sheet) else {}
                take(session, sheet, "submit", Taken(who, missing))


def _write(session: Session, who: Standing, day: date, section: str, text: str, hour: int) -> None:
    at = datetime.combine(day, time(hour, 5), SHANGHAI).astimezone(UTC)
    session.add(LogEntry(centre_id=who.centre_id, section=section, text=text, occurred_at=at))
    session.flush()


def _read(desk: _Desk, day: date, *, back: bool) -> None:
    lead, proof = desk.who("leader")
    with desk.database.transaction(lead.act("审阅工作日志", "demo")) as session:
        sheet = _sheet(session, lead, day)
        if back:
            given = {"remark": "备份的介质编号没有写，请补上"}
            take(session, sheet, "return", Taken(lead, given))
        else:
            given = {"remark": "已阅"}
            take(session, sheet, "review", Taken(lead, given, proof, digest(sheet)))


def _sheet(session: Session, who: Standing, day: date) -> LogDay:
    query = select(LogDay).where(LogDay.centre_id == who.centre_id, LogDay.day == day)
    return session.scalars(query).one()


def _begin(desk: _Desk, here: date) -> None:
    """Today has hardly begun: two entries, and what the console saw."""
    who, _proof = desk.who("tech")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with desk.database.transaction(who.act("填写工作日志", "demo")) as session:
        for section, text in _TODAY:
            row = LogEntry(centre_id=who.centre_id, section=section, text=text, occurred_at=now)
            session.add(row)
            session.flush()
        told = Drafted("down", "problem", "考城镇交换机 中断 12 分钟，原因：专线不通", now)
        draft(session, f"demo:{here}", who.centre_id, told, link="/")
