"""When a device is expected to be on: always, or in the office's hours."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from inventory.device import Device

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_OPEN, _CLOSE = time(8), time(18)  # a margin round the usual 8:00–12:00 and 14:30–18:00


def in_hours(device: Device, at: datetime) -> bool:
    """Must this device be on at this moment? Routers and switches must be, always (Article 97)."""
    if device.hours == "always":
        return True
    local = at.astimezone(_SHANGHAI)
    return local.weekday() < 5 and _OPEN <= local.time() < _CLOSE
