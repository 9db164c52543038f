"""Changing a credential: the new secrets wait beside the old until every device knows them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import Index, inspect, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.credential import SECRETS, Credential
from inventory.credential_state import CredentialState
from inventory.register import CentreRegister, FieldError, Rejected, entry
from inventory.secret import Sealed

STATES = {"staged": "待启用", "enabled": "已启用", "dropped": "已放弃"}
ALL = tuple(dict.fromkeys(name for names in SECRETS.values() for name in names))


class Rotation(CentreRegister):
    """One change of one credential's secrets: who, when, with what result (duty A17). The new
    secrets stay here only until they are enabled or given up."""

    __tablename__ = "rotation"
    slug: ClassVar[str] = "rotations"
    title: ClassVar[str] = "口令更换记录"
    articles: ClassVar[tuple[int, ...]] = (25, 98, 118)
    names: ClassVar[tuple[str, ...]] = ("credential_id", "started_at")
    order: ClassVar[str] = "started_at"
    by_hand: ClassVar[bool] = False
    see_act: ClassVar[str] = "credentials"
    edit_act: ClassVar[str] = "credentials"

    credential_id: Mapped[str] = entry(
        "凭据", "ref", refers="Credential", required=True, listed=True
    )
    started_at: Mapped[datetime] = entry("开始", "time", required=True, listed=True)
    state: Mapped[str] = entry("进度", "choice", choices=STATES, default="staged", listed=True)
    hand: Mapped[str] = entry("经办人", required=True, listed=True, searched=True, longest=80)
    result: Mapped[str | None] = entry("试用结果", listed=True)
    ended_at: Mapped[datetime | None] = entry("结束", "time", listed=True)
    reason: Mapped[str | None] = entry("说明", "note")
    community: Mapped[Sealed | None] = entry("团体名", "secret", group="新口令")
    auth_secret: Mapped[Sealed | None] = entry("认证口令", "secret", group="新口令")
    priv_secret: Mapped[Sealed | None] = entry("加密口令", "secret", group="新口令")
    password: Mapped[Sealed | None] = entry("登录口令", "secret", group="新口令")
    enable: Mapped[Sealed | None] = entry("特权口令", "secret", group="新口令")

    __table_args__ = (
        Index(
            "uq_rotation_staged", "credential_id", unique=True,
            sqlite_where=text("state = 'staged'"), postgresql_where=text("state = 'staged'"),
        ),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def secrets(self) -> dict[str, Sealed]:
        """The new secrets while they wait, by field name."""
        told = ((name, getattr(self, name)) for name in ALL)
        return {name: sealed for name, sealed in told if sealed}

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.retired_at:
            yield self.wrong("state", "更换记录不能停用；不再更换时请“放弃新口令”")
        was = inspect(self).attrs.state.history.deleted
        if was and was[0] != "staged":
            yield self.wrong("state", f"这次更换已经结束（{STATES[was[0]]}）")


def staged(session: Session, credential_id: str) -> Rotation | None:
    """The change under way, if there is one."""
    query = select(Rotation).where(
        Rotation.credential_id == credential_id, Rotation.state == "staged"
    )
    return session.scalars(query).first()


def stage(
    session: Session, credential: Credential, new: Mapping[str, Sealed], reason: str = ""
) -> Rotation:
    """Put new secrets beside the old; nothing uses them yet. Rejected when a change is under way,
    or when `new` names a field that this kind of credential has not."""
    wrong = [
        credential.wrong(name, "这种凭据没有这一项") for name in new.keys() - set(_own(credential))
    ]
    if not new:
        wrong.append(credential.wrong(_own(credential)[0], "请填写新口令"))
    if staged(session, credential.id):
        wrong.append(credential.wrong("name", "已有一次更换没有结束：先启用或放弃它"))
    if wrong:
        raise Rejected(tuple(wrong))
    row = Rotation(
        centre_id=credential.centre_id, credential_id=credential.id, reason=reason or None,
        started_at=datetime.now(UTC), hand=session.info["act"].actor_name, **new,
    )  # fmt: skip
    session.add(row)
    return row


def enable(session: Session, rotation: Rotation, result: str) -> None:
    """From now on the new secrets are used; the old ones are forgotten."""
    credential = session.get_one(Credential, rotation.credential_id)
    seen = session.get(CredentialState, credential.id)
    if seen is not None:  # new secrets are judged before they are staged
        seen.weak = {n: cause for n, cause in seen.weak.items() if n not in rotation.secrets}
    for name, sealed in rotation.secrets.items():
        setattr(credential, name, sealed)
    _end(rotation, "enabled", result)


def drop(rotation: Rotation, result: str) -> None:
    """The old secrets stay in use; the new ones are forgotten."""
    _end(rotation, "dropped", result)


def renewed(credential: Credential, rotation: Rotation) -> Credential:
    """The credential as it will be, for a trial; in no session, never stored."""
    told = {c.key: getattr(credential, c.key) for c in inspect(Credential).column_attrs}
    return Credential(**(told | rotation.secrets))


def _own(credential: Credential) -> tuple[str, ...]:
    return SECRETS[credential.kind]


def _end(rotation: Rotation, state: str, result: str) -> None:
    rotation.state, rotation.result, rotation.ended_at = state, result or None, datetime.now(UTC)
    for name in ALL:
        setattr(rotation, name, None)
