"""What was installed when, by whom, and whether it was accepted (Article 133)."""

from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped

from inventory.register import CentreRegister, entry

RESULTS = {"accepted": "验收合格", "faults": "有遗留问题", "refused": "不合格"}


class InstallationRecord(CentreRegister):
    """One installation of equipment: place, fitters, tests, acceptance (设备安装记录)."""

    __tablename__ = "installation_record"
    slug: ClassVar[str] = "installation-records"
    title: ClassVar[str] = "设备安装记录"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (133,)
    names: ClassVar[tuple[str, ...]] = ("subject", "done_on", "centre_id")
    order: ClassVar[str] = "done_on"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "设备安装记录"

    subject: Mapped[str] = entry("安装内容", required=True, listed=True, searched=True)
    done_on: Mapped[date] = entry("安装日期", "day", required=True, listed=True)
    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    fitter: Mapped[str] = entry("安装单位和人员", required=True, listed=True, searched=True)
    witness_id: Mapped[str | None] = entry("在场人员", "ref", refers="Staff", listed=True)
    work: Mapped[str | None] = entry("安装过程和参数", "note", searched=True)
    tests: Mapped[str | None] = entry("测试情况", "note")
    result: Mapped[str] = entry("验收结论", "choice", choices=RESULTS, required=True, listed=True)
    left: Mapped[str | None] = entry("遗留问题", "note", searched=True)
