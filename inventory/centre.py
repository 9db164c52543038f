"""The tree of centres and the units below them: province, city, county, township, department."""

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy import Index, String, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.register import FieldError, Register, entry

TIERS = {
    "province": "省中心",
    "city": "市中心",
    "county": "县（区）中心",
    "township": "乡镇（办事处）",
    "village": "村",
    "department": "科室",
    "institution": "直属单位",
}
CENTRE_TIERS = ("province", "city", "county")


class Centre(Register):
    """A centre or a unit of one. `path` ("/省/市/县/") is what scope is measured by."""

    __tablename__ = "centre"
    slug: ClassVar[str] = "centres"
    title: ClassVar[str] = "单位"
    topic: ClassVar[str] = "系统"
    names: ClassVar[tuple[str, ...]] = ("code",)
    order: ClassVar[str] = "code"
    see_act: ClassVar[str] = ""

    code: Mapped[str] = entry(
        "代码", required=True, listed=True, searched=True, longest=30,
        help="行政区划代码（GB/T 2260）；科室等在上级代码后加序号，如 410225-01",
    )  # fmt: skip
    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=80)
    tier: Mapped[str] = entry("层级", "choice", choices=TIERS, required=True, listed=True)
    parent_id: Mapped[str | None] = entry("上级", "ref", refers="Centre", listed=True)
    head_count: Mapped[int | None] = entry("人数", "whole", listed=True, low=0, high=100000)
    note: Mapped[str | None] = entry("备注", "note")
    path: Mapped[str] = mapped_column(String(200), index=True, default="/")

    __table_args__ = (Index("uq_centre_code", "code", unique=True),)

    @property
    def label(self) -> str:
        return self.name

    def check(self, session: Session) -> Iterator[FieldError]:
        parent = self._parent(session)
        if self.parent_id and parent is None and self._moved():
            yield self.wrong("parent_id", "找不到上级单位")
        elif parent is not None and f"/{self.id}/" in parent.path:
            yield self.wrong("parent_id", f"“{parent.name}”是本单位的下级，不能作上级")
        if self._code_taken(session):
            yield self.wrong("code", f"代码 {self.code} 已有单位使用")

    def prepare(self, session: Session) -> None:
        super().prepare(session)
        if not self._moved():
            return  # whoever keeps a county's own row need not see the city above it
        parent = self._parent(session)
        path = f"{parent.path if parent else '/'}{self.id}/"
        if path != self.path:
            _move(session, self.path, path)
            self.path = path

    def _moved(self) -> bool:
        """New, or hung below another unit."""
        state = inspect(self)
        return not state.persistent or state.attrs.parent_id.history.has_changes()

    def _parent(self, session: Session) -> "Centre | None":
        fresh = (new for new in session.new if isinstance(new, Centre) and new.id == self.parent_id)
        found = next(fresh, None) or (
            session.get(Centre, self.parent_id) if self.parent_id else None
        )
        if found in session.new and found is not None and found.path == "/":
            found.prepare(session)  # a parent recorded in the same act: its path comes first
        return found

    def _code_taken(self, session: Session) -> bool:
        return bool(
            session.query(Centre).where(Centre.code == self.code, Centre.id != self.id).count()
        )


def _move(session: Session, old: str, new: str) -> None:
    """The units below follow their parent: each path is rewritten, each change audited."""
    if old == "/":
        return
    below = session.query(Centre).where(Centre.path.startswith(old, autoescape=True))
    for unit in below:
        if unit.path != old:
            unit.path = new + unit.path.removeprefix(old)
