"""Undertakings: the texts everybody reads and accepts by name (保密承诺, 上网责任; duty F5)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.acknowledged import Acknowledged
from inventory.centre import Centre
from inventory.policy import policy
from inventory.register import FieldError, entry
from inventory.revision import fix
from inventory.shanghai import SHANGHAI
from inventory.yaml_text import load as load_yaml

KINDS: Mapping[str, str] = {"secrecy": "保密承诺", "internet": "上网责任"}
_SEED = Path(__file__).parent / "seed" / "undertakings.yaml"


class Undertaking(Acknowledged):
    """One undertaking, for everybody at its centre and below; accepted anew from time to time."""

    __tablename__ = "undertaking"
    slug: ClassVar[str] = "undertakings"
    title: ClassVar[str] = "承诺书"
    articles: ClassVar[tuple[int, ...]] = (38, 111, 112)
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "policy"

    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, required=True, listed=True)
    body: Mapped[str] = entry("正文", "note", required=True, searched=True)

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]

    def void_before(self, session: Session, now: datetime | None = None) -> datetime:
        return (now or datetime.now(UTC)) - timedelta(days=policy(session).undertaking_days)

    def check(self, session: Session) -> Iterator[FieldError]:
        if len(self.body.strip()) < 20:
            yield self.wrong("body", "太短：请写出要承诺的全部内容")


def publish_standard(session: Session, centre: Centre) -> None:
    """The two standard texts of a new home, in force from today."""
    for row in standard_undertakings(centre):
        session.add(row)
        fix(session, row, "标准文本")


def standard_undertakings(centre: Centre) -> list[Undertaking]:
    """The standard texts of `inventory/seed/undertakings.yaml`, in the centre's own name."""
    today = datetime.now(SHANGHAI).date()
    return [
        Undertaking(
            centre_id=centre.id, kind=text["kind"], heading=text["title"],
            version=text["version"], body=text["body"].format(centre=centre.name), starts=today,
        )
        for text in load_yaml(_SEED)
    ]  # fmt: skip
