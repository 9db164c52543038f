"""What the duty log should be told of something."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Drafted:
    """One draft: `part` tells several of one row apart, `section` is a key of SECTIONS, `at` when
    it happened (aware)."""

    part: str
    section: str
    text: str
    at: datetime
    equipment_id: str | None = None
    device_id: str | None = None
