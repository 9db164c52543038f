"""The rules of the house: each with its version, its text, and who read it (Article 11; B13)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.acknowledged import Acknowledged
from inventory.register import FieldError, Rejected, entry

KINDS = {
    "centre": "中心管理", "room": "机房管理", "equipment": "设备管理", "network": "网络管理",
    "security": "安全保密", "data": "数据备份", "documents": "资料档案", "log": "工作日志",
    "reward": "奖惩", "other": "其他",
}  # fmt: skip


class Rulebook(Acknowledged):
    """One rule (规章制度). Its text stands in `body`, in a file, or in both. A published
    file stays: with another file it is another row, and the old one is retired."""

    __tablename__ = "rulebook"
    slug: ClassVar[str] = "rules"
    title: ClassVar[str] = "规章制度"
    names: ClassVar[tuple[str, ...]] = ("heading", "version", "centre_id")
    articles: ClassVar[tuple[int, ...]] = (11,)
    see_act: ClassVar[str] = ""  # everybody must read them
    edit_act: ClassVar[str] = "record"
    template: ClassVar[str] = "acknowledged.html"
    paper: ClassVar[str] = "规章制度"
    parts: ClassVar[Mapping[str, str]] = {"text": "制度正文"}
    sealed: ClassVar[tuple[str, ...]] = (
        "kind", "heading", "version", "starts", "issued_by", "document_no", "body", "text_files",
    )  # fmt: skip

    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, required=True, listed=True)
    issued_by: Mapped[str] = entry(
        "发布单位", required=True, listed=True, searched=True, longest=120
    )
    document_no: Mapped[str | None] = entry("文号", listed=True, searched=True, longest=80)
    body: Mapped[str | None] = entry(
        "正文",
        "note",
        searched=True,
        help="可以不填，保存后上传制度正文；要换已发布的文件，请复制成新的一版，再停用旧版",
    )
    text_files: Mapped[str | None] = entry("正文文件校验值", "note", settled=True)

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]

    @property
    def stage(self) -> tuple[str, str]:
        return ("ok", "已发布") if self.revised else ("unknown", "草拟")

    def void_before(self, session: Session, now: datetime | None = None) -> None:
        """Who has read this version has read it."""

    def hung(self, part: str, digests: tuple[str, ...]) -> None:
        if part == "text":
            self.text_files = "\n".join(digests) or None

    def publishable(self) -> None:
        if not self.text_files and len((self.body or "").strip()) < 20:
            cause = "请先填写正文，或在附件里上传制度正文"
            raise Rejected((self.wrong("body", cause),), self.id)

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.revised and not self.text_files and not (self.body or "").strip():
            yield self.wrong("body", "已发布的制度不能没有正文")
