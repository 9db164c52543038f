"""What is backed up: one declared source for each database, log and collection of documents
(Articles 70, 140–142; duties E1–E3)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import JSON, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.cadence import bounds
from inventory.keys import made_at
from inventory.paper import before, changed
from inventory.register import CentreRegister, FieldError, entry, register_named
from inventory.shanghai import today

# The four kinds of Article 140; configurations are kept by themselves (`config_snapshot`).
KINDS: Mapping[str, str] = {
    "software": "应用软件数据库", "logs": "服务器、防火墙、杀毒日志", "documents": "日常业务资料",
}  # fmt: skip
METHODS: Mapping[str, str] = {
    "postgresql": "PostgreSQL", "mariadb": "MySQL / MariaDB", "sqlite": "SQLite 文件",
    "command": "备份命令（SQL Server、Oracle 等）", "files": "目录和文件",
    "uploaded": "人工导出的数据文件", "console": "值守台自身",
}  # fmt: skip
REACHES: Mapping[str, str] = {
    "local": "本机路径", "mount": "挂载的共享（SMB、NFS）", "ssh": "SSH / SFTP",
    "agent": "代理程序",
}  # fmt: skip
CADENCES: Mapping[str, str] = {
    "daily": "每日", "weekly": "每周", "monthly": "每月", "quarterly": "每季度", "yearly": "每年",
}  # fmt: skip
SERVER = ("reach", "device_id", "host", "port")  # which server a database is on
_WHOLE = ("running", "good", "damaged", "expired")  # sets that hold something, or soon may
DATABASES = ("postgresql", "mariadb", "sqlite", "command")


class BackupSource(CentreRegister):
    """One thing that is backed up as a whole: where it is, how it is read, how often.

    `day` is the day of the period from which it is due (of the month or quarter from 1; of the week
    1 = Monday); `limit_kbps` 0 means unlimited; `opaque` marks the core population database, which
    is dumped, encrypted and restored whole and never looked into. `since`: nothing is owed before.
    """

    __tablename__ = "backup_source"
    slug: ClassVar[str] = "backup-sources"
    title: ClassVar[str] = "备份来源"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (28, 70, 140, 141)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    edit_act: ClassVar[str] = "operate"
    template: ClassVar[str] = "backups/source.html"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"kind": word} for word, label in KINDS.items()
    }

    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=60)
    kind: Mapped[str] = entry(
        "资料种类", "choice", choices=KINDS, required=True, listed=True, help="第一百四十条"
    )
    method: Mapped[str] = entry("方式", "choice", choices=METHODS, required=True, listed=True)
    opaque: Mapped[bool] = entry(
        "人口核心库", "yes", default=False,
        help="只整库转储、加密、恢复，值守台不读取、不保存、不显示其中任何记录",
    )  # fmt: skip
    reach: Mapped[str] = entry("途径", "choice", choices=REACHES, default="local", group="在哪里")
    device_id: Mapped[str | None] = entry(
        "服务器", "ref", refers="Device", listed=True, group="在哪里",
        help="经 SSH 读取时必填；登录用它的凭据和主机密钥",
    )  # fmt: skip
    host: Mapped[str | None] = entry(
        "数据库地址", group="在哪里", longest=80, help="空着为本机或所选服务器"
    )
    port: Mapped[int | None] = entry(
        "数据库端口", "whole", low=1, high=65535, group="在哪里", help="空着为默认端口"
    )
    login_id: Mapped[str | None] = entry(
        "数据库凭据", "ref", refers="Credential", among={"kind": "db"}, group="在哪里",
        help="只给备份所需的只读权限",
    )  # fmt: skip
    database: Mapped[str | None] = entry("数据库名", group="在哪里", longest=120)
    paths: Mapped[str | None] = entry(
        "目录或文件", "note", searched=True, group="在哪里",
        help="一行一个，写绝对路径；本机的须先由机器的管理者写进数据目录的 source-roots",
    )  # fmt: skip
    exclude: Mapped[str | None] = entry(
        "排除", "note", group="在哪里", help="一行一个，如 *.tmp、cache/"
    )
    command: Mapped[str | None] = entry(
        "命令", "note", group="在哪里",
        help="约定见《备份命令约定》；不经 shell 执行；本机的程序须先写进 backup-commands",
    )  # fmt: skip
    cadence: Mapped[str] = entry(
        "周期", "choice", choices=CADENCES, default="monthly", listed=True, group="何时"
    )
    day: Mapped[int] = entry(
        "从第几日起做", "whole", default=1, low=1, high=92, group="何时",
        help="月、季中的第几日；每周的星期几（1 为星期一）",
    )  # fmt: skip
    hour: Mapped[int] = entry("几点以后", "whole", default=1, low=0, high=23, group="何时")
    since: Mapped[date | None] = entry("从何日起备份", "day", group="何时", help="空着为今天")
    paused: Mapped[bool] = entry("暂停", "yes", default=False, group="何时")
    paused_why: Mapped[str | None] = entry(
        "暂停原因", "note", group="何时", help="暂停时必填；暂停期间不算完成"
    )
    keep: Mapped[int] = entry(
        "保留几份", "whole", default=13, low=1, high=400, unit="份", group="保存",
        help="只数已核对的；已刻盘或已转档案室的另计",
    )  # fmt: skip
    limit_kbps: Mapped[int] = entry(
        "限速", "whole", default=0, low=0, high=10_000_000, unit="KB/s", group="保存",
        help="0 为不限；2M 线路建议 150",
    )  # fmt: skip
    drill_host: Mapped[str | None] = entry(
        "演练数据库地址", group="恢复演练", longest=80,
        help="在这台服务器上新建临时库恢复、核对、再删除；空着用来源自己的服务器",
    )  # fmt: skip
    drill_port: Mapped[int | None] = entry(
        "演练数据库端口", "whole", low=1, high=65535, group="恢复演练", help="空着为默认端口"
    )
    drill_login_id: Mapped[str | None] = entry(
        "演练数据库凭据", "ref", refers="Credential", among={"kind": "db"}, group="恢复演练",
        help="须能新建和删除数据库；空着用备份的凭据",
    )  # fmt: skip
    note: Mapped[str | None] = entry("备注", "note")
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # `backup_rhythm`

    @property
    def carried(self) -> bool:
        """Do people bring its files by hand? Then there is nothing to be fetched at a click; what
        an agent sends is taken in like any other."""
        return self.method == "uploaded" and self.reach != "agent"

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"since": today()}

    def prepare(self, session: Session) -> None:
        self.since = self.since or today()
        if inspect(self).persistent and changed(self, "cadence"):
            self._change_rhythm()
        super().prepare(session)

    def _change_rhythm(self) -> None:
        """What was done by months says nothing of weeks; what was owed by months stays owed."""
        since, until = before(self, "since"), today()
        if since and since < until:
            had = {name: before(self, name) for name in ("cadence", "day", "hour")}
            span = {"since": since.isoformat(), "until": until.isoformat()}
            self.earlier = [*(self.earlier or ()), {**had, **span}]
        if not changed(self, "since"):
            self.since = until

    def check(self, session: Session) -> Iterator[FieldError]:
        needs = {"postgresql": "database", "mariadb": "database", "command": "command"}
        name = needs.get(self.method, "paths" if self.method in ("sqlite", "files") else "")
        if name and not (getattr(self, name) or "").strip():
            yield self.wrong(name, f"{METHODS[self.method]} 必须填写")
        if self.reach == "ssh" and self.method != "uploaded" and not self.device_id:
            yield self.wrong("device_id", "经 SSH 读取的必须选服务器")
        yield from self._owed_still(session)
        if self.paused and not (self.paused_why or "").strip():
            yield self.wrong("paused_why", "暂停备份要写明原因")
        if self.opaque and self.method not in (*DATABASES, "uploaded"):
            yield self.wrong("opaque", "人口核心库只能按数据库整库备份")
        if self.opaque and self.drill_host:
            yield self.wrong(
                "drill_host", "人口核心库只在它自己的服务器上演练；恢复到别处须经批准，请用“恢复”"
            )
        yield from self._moved(session)
        if not self.opaque and changed(self, "opaque") and self._has_sets(session):
            yield self.wrong("opaque", "已有备份的人口核心库不能改为普通来源；请另建来源")

    def _moved(self, session: Session) -> Iterator[FieldError]:
        """A drill restores where the source says that its server is: whoever may edit a source must
        not thereby choose where the core population database goes. A server that was replaced is
        another source; what was kept of this one is restored only with consent."""
        moved = [name for name in SERVER if changed(self, name)]
        if self.opaque and moved and self._has_sets(session, _WHOLE):
            yield self.wrong(
                moved[0],
                "已有备份的人口核心库不能改到别的服务器（演练会把它恢复到那里）；"
                "服务器换了请另建来源，停用这一个",
            )

    def _has_sets(self, session: Session, states: Collection[str] = ()) -> bool:
        kept = self.metadata.tables["backup_set"]
        query = select(kept.c.id).where(kept.c.source_id == self.id).limit(1)
        if states:
            query = query.where(kept.c.state.in_(states))
        return inspect(self).persistent and session.scalar(query) is not None

    def _owed_still(self, session: Session) -> Iterator[FieldError]:
        """A later first day must not make gaps vanish: it may go as far as the day the source was
        declared, or its first backup; with another cadence, whose past is kept, up to today."""
        was = before(self, "since") if inspect(self).persistent else None
        if was is None or was > today() or self.since is None or self.since <= was:
            return
        latest = today() if changed(self, "cadence") else self._first_known(session)
        if self.since > max(latest, was):
            cause = f"最晚填 {max(latest, was)}：已经欠的备份不能靠改日期消掉；漏做的请写明原因"
            yield self.wrong("since", cause)

    def _first_known(self, session: Session) -> date:
        sets: Any = register_named("BackupSet")
        known = session.scalars(select(sets.period).where(sets.source_id == self.id).distinct())
        return min((today(made_at(self.id)), *(bounds(one)[0] for one in known)))
