"""The configurations of all devices as they go on a disc or to the archive: the readable text
without its secrets. What a device said with its secrets lies in the encrypted backup of the console
itself, never plain on a disc."""

import csv
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from backups.disc_names import Names
from backups.looks import Looks
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import KINDS, Device
from inventory.durable import make_folder
from inventory.shanghai import SHANGHAI
from inventory.store import Damaged

LIST = "配置清单.csv"
_HEADS = ("设备", "管理地址", "类别", "备份时间", "文件", "SHA-256", "说明")
_BINARY = "人工导入的二进制文件，原文在加密的值守台备份里"


def write_configs(
    folder: Path, looks: Looks, devices: Mapping[str, Device], snapshots: Sequence[ConfigSnapshot]
) -> int:
    """Write a text for each snapshot and a list of them (UTF-8 with its mark) into an empty
    `folder`; how many texts. Raises Damaged naming the device, OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    names, rows = Names(), list[tuple[str, ...]]()
    for one in sorted(snapshots, key=lambda one: (devices[one.device_id].name, one.id)):
        device = devices[one.device_id]
        rows.append(_row(folder, names, looks, device, one))
    with (folder / LIST).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(_HEADS)
        table.writerows(rows)
    return sum(1 for row in rows if row[4])


def _row(
    folder: Path, names: Names, looks: Looks, device: Device, one: ConfigSnapshot
) -> tuple[str, ...]:
    at = f"{one.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    facts = (_cell(device.name), str(device.address), KINDS.get(device.kind, device.kind), at)
    try:
        text = looks.text(one)
    except Damaged as error:
        raise Damaged(f"{device.name} 的配置备份读不出来：{error.reason}") from None
    if not text:
        return (*facts, "", "", _BINARY)
    name = names.of(f"{device.name.replace('/', '_')} {device.address}.txt")
    data = text.encode()
    (folder / name).write_bytes(data)
    return (*facts, name, hashlib.sha256(data).hexdigest(), "已隐去口令和密钥")


def _cell(text: str) -> str:
    """No cell begins a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
