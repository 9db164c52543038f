"""The demo county's software and the protection of its computers: some fresh, some not."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from inventory.db import Base
from inventory.equipment import Equipment
from inventory.installation import Installation
from inventory.licence import Licence, LicencePeriod
from inventory.protection import HostProtection, reported
from inventory.registers.media_scan import MediaScan
from inventory.shanghai import SHANGHAI
from inventory.software import Software
from inventory.virus import VirusIncident
from inventory.virus_warning import VirusWarning

_HOSTS: tuple[tuple[str, str, int, int, int, str], ...] = (
    ("财务室电脑", "desktop", 0, 2, 10, "running"),
    ("统计室电脑", "desktop", 12, 9, 30, "running"),
    ("值班电脑", "desktop", 1, 1, 120, "stopped"),
    ("备份服务器", "server", 0, 3, 20, "running"),
)  # name, category, days: definitions, scan, patches; the service
_SOFTWARE: tuple[Mapping[str, Any], ...] = (
    {"name": "网络版防病毒软件", "kind": "antivirus", "maker": "省统一指定", "origin": "purchased"},
    {"name": "管理服务信息系统（县级版）", "kind": "business", "package": "pfp_mis",
     "edition": "county", "origin": "allotted", "licensing": "none"},
    {"name": "流动人口系统（乡级版）", "kind": "business", "package": "floating",
     "edition": "township", "origin": "allotted", "licensing": "none"},
    {"name": "办公套件", "kind": "office", "origin": "purchased", "newest": "2026"},
    {"name": "村级信息采集工具", "kind": "business", "package": "other", "origin": "own",
     "licensing": "none"},
)  # fmt: skip


def write_protection(session: Session, centre_id: str, now: datetime) -> None:
    """Computers, what an antivirus server said of them, software, a virus, a warning, a medium."""
    things = [_computer(centre_id, number, told) for number, told in enumerate(_HOSTS, 1)]
    bare = Equipment(
        centre_id=centre_id, name="会议室笔记本", category="laptop", opening="in_use",
        hostname="DEMO-09",
    )  # fmt: skip
    session.add_all([*things, bare])
    session.flush()
    with reported(session):
        session.add_all(_reports(centre_id, things, now))
    session.add_all(_software(centre_id, things, now))
    session.flush()
    session.add_all(_events(centre_id, things, now))


def _computer(centre_id: str, number: int, told: tuple[str, str, int, int, int, str]) -> Equipment:
    return Equipment(
        centre_id=centre_id, name=told[0], category=told[1], opening="in_use",
        hostname=f"DEMO-{number:02d}", ip=f"10.41.50.{number}", mac=f"02:00:00:41:50:{number:02x}",
    )  # fmt: skip


def _reports(centre_id: str, things: list[Equipment], now: datetime) -> Iterator[HostProtection]:
    today = now.astimezone(SHANGHAI).date()
    for thing, (_name, _kind, definitions, scan, patch, running) in zip(
        things, _HOSTS, strict=True
    ):
        yield HostProtection(
            centre_id=centre_id, server_id=centre_id, source="huorong", host=thing.hostname or "",
            ip=thing.ip, mac=thing.mac, equipment_id=thing.id, matching="auto",
            product="网络版防病毒软件", running=running, seen_at=now, told_at=now,
            definitions_on=today - timedelta(days=definitions),
            scanned_at=now - timedelta(days=scan), patched_on=today - timedelta(days=patch),
        )  # fmt: skip
    yield HostProtection(
        centre_id=centre_id, server_id=centre_id, source="huorong", host="WIN-7F3K2", told_at=now,
        ip="10.41.50.77", product="网络版防病毒软件", running="running", seen_at=now,
        definitions_on=today, scanned_at=now, why="台账里没有这台主机",
    )  # fmt: skip


def _software(centre_id: str, things: list[Equipment], now: datetime) -> Iterator[Base]:
    today = now.astimezone(SHANGHAI).date()
    made = [Software(centre_id=centre_id, **facts) for facts in _SOFTWARE]
    yield from made
    antivirus, county, _floating, office, _own = made
    licence = Licence(
        centre_id=centre_id, number="演示授权-01", software_id=antivirus.id, seats=3,
        term="periods", bought_on=today - timedelta(days=700),
    )  # fmt: skip
    yield licence
    for begin, end in ((700, 336), (335, -30)):
        yield LicencePeriod(
            centre_id=centre_id, licence_id=licence.id, from_on=today - timedelta(days=begin),
            to_on=today - timedelta(days=end), order_no=f"演示合同-{begin}", cost=2400.0,
        )  # fmt: skip
    yield Licence(centre_id=centre_id, number="演示授权-02", software_id=office.id, seats=2)
    for thing in things:
        yield _installed(antivirus, thing, "5.0", now)
    yield _installed(county, things[0], "3.2", now)
    yield _installed(office, things[0], "2024", now)


def _installed(software: Software, thing: Equipment, version: str, now: datetime) -> Installation:
    day = (now - timedelta(days=200)).astimezone(SHANGHAI).date()
    return Installation(
        centre_id=thing.centre_id, software_id=software.id, equipment_id=thing.id,
        version=version, installed_on=day,
    )  # fmt: skip


def _events(centre_id: str, things: list[Equipment], now: datetime) -> Iterator[Base]:
    yield VirusIncident(
        centre_id=centre_id, equipment_id=things[1].id, found_at=now - timedelta(hours=3),
        virus="Worm.Autorun（演示）", harm="U 盘根目录出现可疑自启动文件",
    )  # fmt: skip
    yield VirusWarning(
        centre_id=centre_id, name="勒索病毒防范预警（演示）", issued_by="省信息中心",
        received_at=now - timedelta(hours=20), text="及时打补丁，关闭不用的共享端口。",
    )  # fmt: skip
    yield MediaScan(
        centre_id=centre_id, name="报表 U 盘", brought_by="城关镇 张会计", purpose="拷入季度报表",
        scanned_at=now - timedelta(hours=5), tool="网络版防病毒软件", result="clean",
    )  # fmt: skip
