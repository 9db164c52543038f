"""Devices: what a centre watches. Only decisions live here; what a device tells is in `state`."""

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy import Index, inspect, select, text, update
from sqlalchemy.orm import Mapped, Session

from inventory.config_state import ConfigState
from inventory.config_verdict import ConfigVerdict
from inventory.credential import Credential
from inventory.device_binding import CheckedPort, DeviceBinding
from inventory.home import is_demo
from inventory.hostkey import HostKey
from inventory.interface import Interface
from inventory.message import Message
from inventory.register import CentreRegister, FieldError, RowAct, entry
from inventory.run import Event
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from inventory.state import DeviceState, Gauge

KINDS = {
    "router": "路由器", "switch": "交换机", "firewall": "防火墙", "server": "服务器", "ups": "UPS",
    "pbx": "程控交换机", "wireless": "无线", "storage": "存储", "other": "其他",
}  # fmt: skip
HOURS = {"always": "24 小时", "office": "工作时间"}
_TOLD = (
    DeviceState, Interface, Gauge, Event, ConfigState, ConfigVerdict, Message, ArpSighting,
    FdbSighting, TableWalk, PortRole, DeviceBinding, CheckedPort,
)  # fmt: skip


def _watch(device: "Device") -> None:
    device.paused = False


def _pause(device: "Device") -> None:
    device.paused = True


class Device(CentreRegister):
    """One box that is polled: where it is reached, how, and what it hangs below.

    Serial and model are observed facts; purchase, keeper and place belong to the equipment that
    is deployed here, so that swapping the box keeps this row and its history.
    """

    __tablename__ = "device"
    slug: ClassVar[str] = "devices"
    title: ClassVar[str] = "设备"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (24, 27, 97)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    observed = DeviceState
    page: ClassVar[str] = "devices.show"
    acts: ClassVar[tuple[RowAct, ...]] = (
        RowAct("pause", "暂停监测", _pause),
        RowAct("watch", "恢复监测", _watch),
    )

    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=80)
    address: Mapped[str] = entry("管理地址", "ip", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, required=True, listed=True)
    profile: Mapped[str] = entry(
        "型号模板", required=True, listed=True, longest=40, default="generic",
        help="厂商系列；发现设备时由 sysObjectID 自动建议",
    )  # fmt: skip
    parent_id: Mapped[str | None] = entry(
        "上级设备", "ref", refers="Device", listed=True,
        help="上级中断时，本设备显示“不可达”，不另算故障",
    )  # fmt: skip
    hours: Mapped[str] = entry(
        "服务时间", "choice", choices=HOURS, default="always",
        help="路由器、交换机 24 小时开机（第 97 条）",
    )  # fmt: skip
    location: Mapped[str | None] = entry("位置", searched=True, longest=80)
    snmp_id: Mapped[str | None] = entry(
        "SNMP 凭据", "ref", refers="Credential", among={"kind": "v2c,v3"}, group="SNMP"
    )
    snmp_port: Mapped[int] = entry(
        "SNMP 端口", "whole", low=1, high=65535, default=161, group="SNMP"
    )
    timeout: Mapped[float] = entry(
        "超时", "number", unit="秒", low=0.2, high=30, default=2.0, group="SNMP"
    )
    retries: Mapped[int] = entry("重试", "whole", unit="次", low=0, high=5, default=1, group="SNMP")
    max_repetitions: Mapped[int] = entry(
        "每包行数", "whole", low=1, high=60, default=20, group="SNMP",
        help="老设备取不全表时调小；1 表示逐行读取（GETNEXT）",
    )  # fmt: skip
    ssh_id: Mapped[str | None] = entry(
        "SSH 凭据", "ref", refers="Credential", among={"kind": "ssh"}, group="SSH"
    )
    ssh_port: Mapped[int] = entry("SSH 端口", "whole", low=1, high=65535, default=22, group="SSH")
    v2c: Mapped[bool] = entry(
        "允许 SNMP v2c", "yes", default=False, group="老设备（不安全）",
        help="团体名和数据明文传输；设备支持 v3 就不要打开",
    )  # fmt: skip
    telnet: Mapped[bool] = entry(
        "改用 Telnet",
        "yes",
        default=False,
        group="老设备（不安全）",
        help="口令明文传输，只给不支持 SSH 的设备",
    )
    weak: Mapped[bool] = entry(
        "允许旧 SSH 算法", "yes", default=False, group="老设备（不安全）",
        help="group1/group14-sha1、ssh-rsa 等，易被破解",
    )  # fmt: skip
    ping: Mapped[bool] = entry("用 ICMP 判断通断", "yes", default=True)
    paused: Mapped[bool] = entry("暂停监测", "yes", default=False, listed=True)
    simulated: Mapped[bool] = entry("模拟设备", "yes", default=False)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index(
            "uq_device_name", "centre_id", "name", unique=True,
            sqlite_where=text("retired_at IS NULL"), postgresql_where=text("retired_at IS NULL"),
        ),
    )  # fmt: skip

    @property
    def unsafe(self) -> tuple[str, ...]:
        """Why this device is shown with a warning: opt-ins that a network should grow out of."""
        named = {"v2c": "SNMP v2c 明文", "telnet": "Telnet 明文登录", "weak": "旧 SSH 算法"}
        return tuple(text for name, text in named.items() if getattr(self, name))

    @property
    def unwatched(self) -> str:
        return super().unwatched or ("暂停监测" if self.paused else "")

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self._check_credentials(session)
        if self.simulated and not is_demo(session):
            yield self.wrong("simulated", "模拟设备只能存在于演示县，不能进入真实中心的数据")

    def prepare(self, session: Session) -> None:
        """A device that moves takes what it told with it: the centre it leaves sees no more of
        it, the new one sees all."""
        super().prepare(session)
        state = inspect(self)
        if not state.persistent or not state.attrs.centre_id.history.has_changes():
            return
        for kind in _TOLD:
            told = update(kind).where(kind.device_id == self.id).values(centre_id=self.centre_id)
            session.execute(told, execution_options={"synchronize_session": False})
        for key in session.scalars(select(HostKey).where(HostKey.device_id == self.id)):
            key.centre_id = self.centre_id

    def _check_credentials(self, session: Session) -> Iterator[FieldError]:
        for name, kinds in (("snmp_id", ("v2c", "v3")), ("ssh_id", ("ssh",))):
            key = getattr(self, name)
            if not key or not inspect(self).attrs[name].history.has_changes():
                continue  # a city's credential stays, though the county cannot see it
            found = session.get(Credential, key)
            if found is None or found.kind not in kinds:
                yield self.wrong(name, "所选凭据不是这个用途的，或不在您的权限范围内")
            elif found.kind == "v2c" and not self.v2c:
                yield self.wrong("v2c", "所选凭据是 v2c，明文传输：请改用 v3，老设备则填“是”")
