"""Columns that are called otherwise: what an office has said once of a header is known next time.

A habit of an office, not a decision about a row, so it is Observed: what it leads to is shown in
the dry run, agreed to there, and audited row by row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, in_turn
from inventory.headers import meanings, missing, read_past, sheet_fields
from inventory.keys import new_key
from inventory.register import Field, Register
from inventory.sheet import Sheet, SheetRow, folded, unitless

_REMEMBERING = 4_100_041  # PostgreSQL advisory lock: two people may name one header at once
_LIKE = 0.5  # of difflib's ratio: below it a guess is noise
_SAME = (
    ("编号", "资产编号", "设备编号", "资产编码", "标签号", "代码"),
    ("名称", "品名", "设备名称", "资产名称", "姓名", "名字"),
    ("型号", "规格型号", "规格"), ("厂商", "品牌", "生产厂家", "厂家", "制造商"),
    ("序列号", "sn", "s/n", "出厂编号", "机身号"),
    ("购置日期", "购买日期", "采购日期", "购入日期", "采购时间", "购置时间", "启用日期"),
    ("价格", "单价", "金额", "原值", "购置金额"), ("保管人", "使用人", "责任人", "负责人"),
    ("房间", "位置", "存放地点", "安装位置", "放置地点", "地点"),
    ("所属单位", "单位", "部门", "使用单位", "使用部门", "科室"),
    ("ip地址", "管理地址", "ip"), ("mac地址", "mac", "物理地址"), ("备注", "说明", "附注"),
)  # fmt: skip


class HeaderMeaning(Scoped, Observed, Base):
    """What a folded header means in one register to one office; `field` "" leaves it out."""

    __tablename__ = "header_meaning"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    register: Mapped[str] = mapped_column(String(40))
    header: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_header_meaning", "centre_id", "register", "header", unique=True),)


@dataclass(frozen=True, slots=True)
class Fit:
    """The columns of a sheet against a register.

    `read`: header → field; `left_out`: headers a person left out; `unknown`: nobody has said;
    `missing`: required fields without a column; `twice`: fields that two columns are said to be.
    """

    read: Mapping[str, Field]
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[Field, ...]
    twice: tuple[Field, ...]

    @property
    def complete(self) -> bool:
        return not (self.unknown or self.missing or self.twice)


def fit(cls: type[Register], sheet: Sheet, chosen: Mapping[str, str]) -> Fit:
    """What each header is, by its words or as it was `chosen` (folded header → field name, "" to
    leave it out)."""
    known = {f.name: f for f in sheet_fields(cls)}
    named = {h: chosen[key] for h in sheet.columns if (key := _key(h)) in chosen}
    said = {h: known[name] for h, name in named.items() if name in known}
    taken = [f.name for f in said.values()]
    left_out = tuple(h for h, name in named.items() if not name)
    rest = tuple(h for h in sheet.columns if h not in said and h not in left_out)
    plain = {h: f for h, f in meanings(cls, rest).items() if f.name not in taken}
    unknown = tuple(h for h in rest if h not in plain and not read_past(cls, h))
    read = {h: (said | plain)[h] for h in sheet.columns if h in said or h in plain}
    twice = tuple(known[name] for name in dict.fromkeys(taken) if taken.count(name) > 1)
    return Fit(read, left_out, unknown, tuple(missing(cls, read)), twice)


def fitted(sheet: Sheet, found: Fit) -> Sheet:
    """The sheet with the register's own labels over what is read; what is left out stays beside
    it, to tell a sum from an entry."""
    labels = {header: told.label for header, told in found.read.items()}
    names = {header: labels.get(header, f"（不导入）{header}") for header in sheet.columns}
    past = frozenset(name for header, name in names.items() if header not in labels)
    rows = (SheetRow(row.number, {names[h]: row.cells[h] for h in names}) for row in sheet.rows)
    entries = (row for row in rows if any(row.cells[names[h]].strip() for h in found.read))
    return replace(sheet, columns=tuple(names.values()), rows=tuple(entries), past=past)


def guess(cls: type[Register], header: str, free: Iterable[str]) -> str:
    """The name of the field, of those `free`, that a header most likely means; "" for none."""
    names = set(free)
    told = unitless(header)
    group = next((words for words in _SAME if told in words), ())
    best, name = max(
        ((_likeness(told, unitless(f.label), group), f.name) for f in sheet_fields(cls)
         if f.name in names), default=(0.0, ""),
    )  # fmt: skip
    return name if best >= _LIKE else ""


def chosen(session: Session, cls: type[Register], centre_id: str) -> dict[str, str]:
    """What this office has said of headers of the register: folded header → field name."""
    told = select(HeaderMeaning.header, HeaderMeaning.field).where(
        HeaderMeaning.centre_id == centre_id, HeaderMeaning.register == cls.slug
    )
    return dict(session.execute(told).all())


def remember(
    session: Session, cls: type[Register], centre_id: str, said: Mapping[str, str], at: datetime
) -> None:
    """Keep what a person has said of these headers; `session` is an `observe`."""
    in_turn(session, _REMEMBERING)
    query = select(HeaderMeaning).where(
        HeaderMeaning.centre_id == centre_id, HeaderMeaning.register == cls.slug
    )
    known = {row.header: row for row in session.scalars(query)}
    for header, name in {_key(header): name for header, name in said.items()}.items():
        row = known.get(header) or HeaderMeaning(
            centre_id=centre_id, register=cls.slug, header=header
        )
        row.field, row.at = name, at
        session.add(row)


def _key(header: str) -> str:
    return folded(header)[:120]


def _likeness(told: str, label: str, group: tuple[str, ...]) -> float:
    if label in group:
        return 1.0
    return SequenceMatcher(None, told, label).ratio()
