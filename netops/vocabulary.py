"""What metrics are called, what their values mean, and from where on they are worth a warning."""

from collections.abc import Mapping
from dataclasses import dataclass

# What the metrics shared by many vendors are called, measured in, and may plausibly be.
KNOWN: Mapping[str, tuple[str, str, tuple[float, float]]] = {
    "cpu": ("CPU 利用率", "%", (0, 100)),
    "memory": ("内存利用率", "%", (0, 100)),
    "disk": ("磁盘利用率", "%", (0, 100)),
    "load": ("负载率", "%", (0, 200)),
    "load1": ("1 分钟平均负载", "", (0, 10_000)),
    "sessions": ("会话数", "个", (0, 1e9)),
    "temperature": ("温度", "℃", (-40, 150)),
    "humidity": ("湿度", "%", (0, 100)),
    "fan": ("风扇状态", "", (0, 255)),
    "power": ("电源状态", "", (0, 255)),
    "battery_status": ("电池状态", "", (1, 4)),
    "battery_seconds": ("已用电池供电", "s", (0, 604_800)),
    "battery_minutes": ("电池可供电", "min", (0, 10_080)),
    "battery_charge": ("电池电量", "%", (0, 100)),
    "battery_voltage": ("电池电压", "V", (1, 1_000)),
    "battery_temperature": ("电池温度", "℃", (-40, 100)),
    "input_voltage": ("输入电压", "V", (0, 500)),
    "input_frequency": ("输入频率", "Hz", (0, 100)),
    "output_source": ("输出来源", "", (1, 7)),
    "output_voltage": ("输出电压", "V", (0, 500)),
    "alarms": ("当前告警数", "个", (0, 1_000)),
}


@dataclass(frozen=True, slots=True)
class State:
    """What one value of an enumerated metric means; `level` is "", "warn" or "critical"."""

    text: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """From where on (that value included) a metric is worth a warning.

    `clear` lies on the healthy side of `warn` (hysteresis); `below` True: low values are bad
    (battery charge); `source` says in Chinese where the figures come from.
    """

    warn: float
    critical: float | None
    clear: float
    below: bool
    source: str
