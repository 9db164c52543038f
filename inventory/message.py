"""What devices said by themselves and a rule understood: syslog messages, traps and informs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.keys import new_key

VIAS = {"udp": "Syslog UDP", "tcp": "Syslog TCP", "trap": "SNMP Trap", "inform": "SNMP Inform"}


class Message(Scoped, Observed, Base):
    """One understood message. `kind` is its class in the rule files ("change", "login", "logout",
    "save", "reboot" …), `said_at` the device's own clock where it could be read, `facts` what the
    rule picked out (user, source, terminal …). `text` carries no secret: rules blank them."""

    __tablename__ = "message"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    device_id: Mapped[str] = mapped_column(points_to("device.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    via: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(60))  # the address it came from
    severity: Mapped[int | None] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    times: Mapped[int] = mapped_column(default=1)  # the same again within a minute is counted

    __table_args__ = (Index("ix_message_device", "device_id", "at"),)
