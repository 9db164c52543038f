"""The demo county's book of faults: one closed by the leader, one that waits for him, one in hand;
written by the same steps that a real county takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory import approval as approving
from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.device import Device
from inventory.fault import Fault
from inventory.fault_step import FaultMember, FaultStep
from inventory.grant import standing
from inventory.login import prove
from inventory.person import Person
from inventory.revision import digest
from inventory.role import Standing
from inventory.stepping import Taken, steps_of, take

_LINE: Mapping[str, Any] = {
    "severity": "major", "phenomenon": "城关镇 2M 专线中断，乡镇不能上报数据",
    "found_how": "monitor", "impact": "城关镇信息工作站停办业务",
}  # fmt: skip
_PUZZLE: Mapping[str, Any] = {
    "severity": "puzzling", "phenomenon": "核心交换机每天 02:00 左右丢包约 1 分钟",
    "found_how": "duty", "impact": "夜间数据交换偶尔重传",
}  # fmt: skip
_MINOR: Mapping[str, Any] = {
    "phenomenon": "办公楼三层接入交换机风扇异响", "found_how": "patrol",
}  # fmt: skip


@dataclass(frozen=True)
class _Book:
    """Where they write, and the passwords they sign with."""

    database: Database
    passwords: Mapping[str, str]

    def who(self, login: str) -> Standing:
        with self.database.view(EVERYTHING) as session:
            found = session.scalars(select(Person).where(Person.login == login)).one()
            return standing(session, found)

    def add(self, row: Any, who: str = "net") -> str:
        person = self.who(who)
        row.centre_id = row.centre_id or person.centre_id
        with self.database.transaction(person.act(f"新增{row.title}", "demo")) as session:
            session.add(row)
        return str(row.id)

    def step(self, fault: str, name: str, **given: Any) -> None:
        who = self.who("net")
        with self.database.transaction(who.act("办理故障", "demo")) as session:
            row = session.get_one(Fault, fault)
            signed = next(one for one in steps_of(Fault) if one.name == name).proof
            proof = prove(session, who.id, self.passwords["net"]) if signed else None
            take(session, row, name, Taken(who, given, proof, digest(row)))

    def consent(self, fault: str) -> None:
        lead = self.who("leader")
        with self.database.transaction(lead.act("审批", "demo")) as session:
            (asked,) = approving.approvals(session, session.get_one(Fault, fault))
            proof = prove(session, lead.id, self.passwords["leader"])
            approving.decide(session, asked, lead, proof, asked.digest, True, remark="同意")


def write_faults(database: Database, passwords: Mapping[str, str]) -> None:
    """Three faults in three states."""
    book, now = _Book(database, passwords), datetime.now(UTC).replace(second=0, microsecond=0)
    _line(book, now - timedelta(days=9))
    _puzzle(book, now - timedelta(days=2))
    _minor(book, now - timedelta(hours=3))


def _begun(book: _Book, at: datetime, facts: Mapping[str, Any]) -> str:
    with book.database.view(EVERYTHING) as session:
        device = session.scalars(select(Device).order_by(Device.sort_key, Device.id)).first()
        key = device.id if device and facts is _PUZZLE else None
    return book.add(Fault(began_at=at - timedelta(minutes=5), found_at=at, device_id=key, **facts))


def _worked(book: _Book, fault: str, at: datetime, *texts: str) -> None:
    for number, words in enumerate(texts, 1):
        when = at + timedelta(minutes=25 * number)
        book.add(FaultStep(fault_id=fault, at=when, text=words))


def _line(book: _Book, at: datetime) -> None:
    fault = _begun(book, at, _LINE)
    with book.database.view(EVERYTHING) as session:
        above = session.get_one(Fault, fault).escalated_to
    _worked(book, fault, at, "测试光功率，收光 -40 dBm 以下，判断光缆中断")
    book.step(
        fault, "escalate", escalated_to=above, upper_person="市中心值班室", upper_way="phone",
        escalated_at=at + timedelta(minutes=40), asked="专线中断预计超过 2 小时，是否启用备用线路",
    )  # fmt: skip
    book.step(
        fault, "answer", answer="同意启用备用线路，恢复后书面报告", answered_by="市中心值班室",
        answered_at=at + timedelta(minutes=50),
    )  # fmt: skip
    _worked(
        book, fault, at + timedelta(hours=1), "启用备用线路，乡镇恢复上报", "运营商熔接光缆完毕"
    )
    book.add(FaultMember(fault_id=fault, name="联通县分公司 赵工"))
    book.step(
        fault, "submit", cause_kind="line", cause="道路施工挖断光缆",
        result="光缆熔接，业务倒回主线路，观察一天无丢包", restored_at=at + timedelta(hours=2),
    )  # fmt: skip
    book.consent(fault)


def _puzzle(book: _Book, at: datetime) -> None:
    fault = _begun(book, at, _PUZZLE)
    book.step(fault, "diagnose")
    _worked(book, fault, at, "连续三晚抓包，丢包时生成树重新计算", "发现三层接入交换机定时重启")
    book.step(
        fault, "submit", cause_kind="configuration", cause="接入交换机配置了每天 02:00 自动重启",
        result="取消定时重启，再观察一周", restored_at=at + timedelta(hours=6),
    )  # fmt: skip


def _minor(book: _Book, at: datetime) -> None:
    fault = _begun(book, at, _MINOR)
    _worked(book, fault, at, "清灰后仍有异响，已联系供应商更换风扇")
