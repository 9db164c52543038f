"""How a device's last configuration stands to a template: told by the judging, never by people."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to

STATES: Mapping[str, str] = {
    "ok": "符合", "deviating": "有偏离", "exempt": "有豁免", "blocked": "无法核对",
}  # fmt: skip


class ConfigVerdict(Scoped, Observed, Base):
    """One row for each device and template in force for it.

    `sections` is JSON: a list of {name, mode, articles, state, lines, missing, surplus, exempt},
    the last three lists of lines with the blocks above each. `mark` names what was judged: text,
    template, facts and exceptions; while it stays the same there is nothing to judge anew. `why`
    tells, of a blocked one, what is missing.
    """

    __tablename__ = "config_verdict"

    device_id: Mapped[str] = mapped_column(points_to("device.id"), primary_key=True)
    template_id: Mapped[str] = mapped_column(points_to("config_template.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    missing: Mapped[int] = mapped_column(default=0)
    surplus: Mapped[int] = mapped_column(default=0)
    exempt: Mapped[int] = mapped_column(default=0)
    sections: Mapped[str] = mapped_column(Text, default="[]")
    why: Mapped[str] = mapped_column(Text, default="")
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    snapshot_id: Mapped[str] = mapped_column(points_to("config_snapshot.id"))
    mark: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_config_verdict_state", "state"),)

    @property
    def told(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", json.loads(self.sections))
