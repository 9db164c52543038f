"""What the console itself knows of a credential: when it is due, last used, and what is weak."""

from datetime import date, datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import Base, Observed, Scoped, points_to
from inventory.register import entry


class CredentialState(Scoped, Observed, Base):
    """The latest word on one credential. `weak` maps the names of secret fields to the cause, in
    words that do not tell the secret."""

    __tablename__ = "credential_state"

    credential_id: Mapped[str] = mapped_column(points_to("credential.id"), primary_key=True)
    due_on: Mapped[date | None] = entry("应更换日期", "day", listed=True)
    used_at: Mapped[datetime | None] = entry("最近使用", "time", listed=True)
    weak: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
