"""Building or moving a local network: planned by the province, approved before it begins, accepted
at the end (Article 61; duty A27)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, moving, offer, refused

KINDS = {"new": "新建", "move": "迁址重建", "rebuild": "改造重建"}
STATES = {
    "draft": "草拟", "asked": "已申请", "approved": "已批准", "building": "施工",
    "accepted": "已验收", "refused": "未批准", "given_up": "已取消",
}  # fmt: skip
_COLOURS = {"asked": "warning", "approved": "info", "building": "info", "accepted": "ok"}


class Project(Stepped, Signable, CentreRegister):
    """One project of building, moving or rebuilding the local network."""

    __tablename__ = "project"
    slug: ClassVar[str] = "projects"
    title: ClassVar[str] = "网络建设项目"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    alarm: ClassVar[str] = ""  # its delay is told beside the state
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (61,)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "网络建设项目审批表"
    parts: ClassVar[Mapping[str, str]] = {
        "plan": "省中心规划方案", "drawing": "图纸", "acceptance": "验收资料",
    }  # fmt: skip
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    sealed: ClassVar[tuple[str, ...]] = (
        "name", "kind", "province_no", "scope", "budget_id", "cost", "planned_from", "planned_to",
    )  # fmt: skip

    name: Mapped[str] = entry("项目", required=True, listed=True, searched=True, longest=120)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, required=True, listed=True)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    province_no: Mapped[str | None] = entry(
        "省中心规划文号", listed=True, searched=True, longest=80,
        help="新建、迁址、重建由省人口信息中心规划（第六十一条），申请前须有",
    )  # fmt: skip
    scope: Mapped[str] = entry("建设内容", "note", required=True, searched=True)
    builder: Mapped[str | None] = entry("施工单位", searched=True, longest=120)
    budget_id: Mapped[str | None] = entry("经费项目", "ref", refers="BudgetItem")
    cost: Mapped[float | None] = entry("金额", "number", unit="元", low=0, high=1e10)
    planned_from: Mapped[date | None] = entry("计划开工", "day", listed=True)
    planned_to: Mapped[date | None] = entry("计划完工", "day", listed=True)
    begun_on: Mapped[date | None] = entry("开工日期", "day", group="实施", settled=True)
    accepted_on: Mapped[date | None] = entry("验收日期", "day", group="实施", settled=True)
    acceptance: Mapped[str | None] = entry("验收意见", "note", group="实施", settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def late(self) -> str:
        running = self.state in ("approved", "building")
        over = running and self.planned_to is not None and self.planned_to < today()
        return "超过计划完工日期，没有验收" if over else ""

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.planned_from and self.planned_to and self.planned_to < self.planned_from:
            yield self.wrong("planned_to", "早于计划开工")
        yield from self.stood(session)


def _ask(session: Session, project: Any, taken: Taken) -> None:
    if not (project.province_no or "").strip():
        raise refused(project, "province_no", "须先有省中心的规划，请填写文号")
    approval.ask(session, "project", project, taken.who, project.scope)
    project.state = "asked"


def _to(state: str) -> Any:
    def step(session: Session, project: Any, _taken: Taken) -> None:
        project.state = state

    return step


def _begin(session: Session, project: Any, _taken: Taken) -> None:
    if approval.approved(session, "project", project) is None:
        raise refused(project, "state", "现在的内容没有批准，请重新申请")
    project.state = "building"


def _decided(state: str) -> Any:
    def follow(session: Session, project: Any) -> None:
        with moving(session, project):
            project.state = state

    return follow


rule(
    Rule(
        "project", "网络建设项目", "approve", approved=_decided("approved"),
        refused=_decided("refused"), withdrawn=_decided("draft"), ask_right="record",
    )
)  # fmt: skip
offer(
    Project,
    Step("ask", "申请审批", ("draft", "refused"), _ask),
    Step("begin", "开工", ("approved",), _begin, asks=("begun_on",), needs=("begun_on",)),
    Step(
        "accept", "验收", ("building",), _to("accepted"), asks=("accepted_on", "acceptance"),
        needs=("accepted_on", "acceptance"),
    ),
    Step(
        "give-up", "取消项目", ("draft", "refused", "approved"), _to("given_up"), danger=True,
        confirm="取消 %(name)s？",
    ),
)  # fmt: skip
