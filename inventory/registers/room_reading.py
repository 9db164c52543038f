"""Temperature and humidity of the machine rooms, noted by hand or told by a sensor (Article 106:
0–40 ℃, 55 % ± 10 %)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import SHANGHAI

TEMPERATURE = (0.0, 40.0)  # ℃, as the norm has it
HUMIDITY = (45.0, 65.0)  # % relative
VERDICTS = {
    "good": "正常",
    "temperature": "温度超限",
    "humidity": "湿度超限",
    "both": "温湿度都超限",
}


def verdict(temperature: float | None, humidity: float | None) -> str:
    """Pure: which of the norm's limits a reading breaks; what was not read breaks none."""
    hot, wet = _outside(temperature, TEMPERATURE), _outside(humidity, HUMIDITY)
    return "both" if hot and wet else "temperature" if hot else "humidity" if wet else "good"


def _outside(value: float | None, limits: tuple[float, float]) -> bool:
    return value is not None and not limits[0] <= value <= limits[1]


class RoomReading(CentreRegister):
    """One look at the thermometer and the hygrometer of a room."""

    __tablename__ = "room_reading"
    slug: ClassVar[str] = "room-readings"
    title: ClassVar[str] = "机房温湿度"
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (59, 101, 106)
    names: ClassVar[tuple[str, ...]] = ("room_id", "at")
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    afresh: ClassVar[tuple[str, ...]] = ("at", "temperature", "humidity")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "超出范围": {"verdict": "temperature,humidity,both"}
    }

    room_id: Mapped[str] = entry("房间", "ref", refers="Room", required=True, listed=True)
    at: Mapped[datetime] = entry("时间", "time", required=True, listed=True)
    temperature: Mapped[float | None] = entry(
        "温度", "number", unit="℃", low=-50, high=100, listed=True, help="规范要求 0～40 ℃"
    )
    humidity: Mapped[float | None] = entry(
        "湿度", "number", unit="%", low=0, high=100, listed=True, help="规范要求 45～65 %"
    )
    verdict: Mapped[str] = entry(
        "判定", "choice", choices=VERDICTS, default="good", listed=True, settled=True
    )
    source: Mapped[str] = entry(
        "来源", "choice", choices={"hand": "人工", "sensor": "传感器"}, default="hand", listed=True
    )
    note: Mapped[str | None] = entry(
        "处理情况", "note", searched=True, help="超出范围时写明怎样处理"
    )

    __table_args__ = (Index("ix_room_reading_at", "room_id", "at"),)

    @property
    def label(self) -> str:
        return f"{self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

    @property
    def stage(self) -> tuple[str, str]:
        return ("ok" if self.verdict == "good" else "warning"), VERDICTS[self.verdict]

    def drafts(self) -> Iterator[Drafted]:
        told = []
        if self.temperature is not None:
            told.append(f"温度 {self.temperature:g} ℃")
        if self.humidity is not None:
            told.append(f"湿度 {self.humidity:g} %")
        text = f"机房{'，'.join(told)}，{VERDICTS[self.verdict]}"
        yield Drafted("reading", "room", f"{text}；{self.note}" if self.note else text, self.at)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def prepare(self, session: Session) -> None:
        self.verdict = verdict(self.temperature, self.humidity)
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.temperature is None and self.humidity is None:
            yield self.wrong("temperature", "温度、湿度至少填一项")
        if self.at is not None and self.at > datetime.now(UTC):
            yield self.wrong("at", "还没有到这个时间")
