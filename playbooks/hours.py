"""When a device is expected to be on: always, or in the office's hours."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_OPEN, _CLOSE = time(8), time(18)  # a margin round the usual 8:00–12:00 and 14:30–18:00


def in_hours(hours: str, at: datetime) -> bool:
    """Must a device with these hours be on now? Routers and switches must, always (Article 97)."""
    if hours == "always":
        return True
    local = at.astimezone(_SHANGHAI)
    return local.weekday() < 5 and _OPEN <= local.time() < _CLOSE
