"""Phone and recovery sheet both lost: one person asks for the reset, a second one agrees to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from inventory import factor
from inventory.asked import Rule, rule
from inventory.columns import UtcDateTime
from inventory.notice import tell
from inventory.person import Person
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable


class PhoneReset(Signable, CentreRegister):
    """One reset of somebody's second factor; done once agreed to (`agreed_at`)."""

    __tablename__ = "phone_reset"
    slug: ClassVar[str] = "phone-resets"
    title: ClassVar[str] = "动态码重置"
    names: ClassVar[tuple[str, ...]] = ("person_id", "reason")
    order: ClassVar[str] = "reason"
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "accounts"

    person_id: Mapped[str] = entry("人员", "ref", refers="Person", required=True, listed=True)
    reason: Mapped[str] = entry(
        "事由", required=True, listed=True, searched=True,
        help="例如：手机 11 月 20 日丢失，恢复单在外地；已当面核对身份",
    )  # fmt: skip
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def label(self) -> str:
        session = object_session(self)
        person = session.get(Person, self.person_id) if session else None
        return person.name if person else self.reason

    def check(self, session: Session) -> Iterator[FieldError]:
        person = session.get(Person, self.person_id) if self.person_id else None
        if person is not None and person.centre_id != self.centre_id:
            yield self.wrong("centre_id", "应为此人的所属单位")
        if person is not None and person.totp_secret is None and self.agreed_at is None:
            yield self.wrong("person_id", f"{person.name}没有绑定动态码，不用重置")


def _done(session: Session, row: PhoneReset) -> None:
    """A second person has agreed."""
    person, now = session.get_one(Person, row.person_id), datetime.now(UTC)
    row.agreed_at = now
    factor.reset(session, person, now)
    tell(
        session, "account", "您的动态码已重置，请登录后重新绑定", centre_id=person.centre_id,
        person_id=person.id, level="warning", link="/account/phone",
    )  # fmt: skip
    session.flush()


def _dropped(session: Session, row: PhoneReset) -> None:
    row.turn(gone=True)
    session.flush()


rule(
    Rule(
        "totp_reset",
        "重置动态码",
        "second",
        approved=_done,
        refused=_dropped,
        withdrawn=_dropped,
        about="person_id",
    )
)
