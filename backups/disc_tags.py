"""What stands on every disc beside the backups: what it is, what is on which disc, how to open it
in twenty years without this console."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from backups.bag import Payload, write_tags
from backups.disc_plan import Entry, Load
from backups.set_manifest import NAME
from backups.set_reading import listing
from backups.set_writing import shown
from backups.standalone import joiner

LIST = "全套清单.csv"
SPLIT = "拆分文件.csv"
LINKS = "链接.csv"
SETS = "sets.json"
README = "说明.txt"
HEAD = "审计链头.txt"
_HEADS = ("光盘", "文件", "原名称", "备份编号", "字节数", "SHA-256", "SM3", "第几段", "共几段")


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a whole disc set. `number` GP-2026-0001, `prefix` of the volumes
    (410225_2026Q4), `notes` name → text (what is missing, why, what was left out), `print_ids` of
    the key sheets that open its encrypted backups; `opener` is the stand-alone program,
    `head` the audit chain's: a tail that was cut is found only through heads that left the
    machine."""

    number: str
    period: str
    centre: str
    prefix: str
    made_on: date
    notes: Mapping[str, str]
    print_ids: tuple[str, ...] = ()
    opener: str = ""
    head: str = ""

    def identifier(self, ordinal: int) -> str:
        return f"{self.number}/D{ordinal:02d}"

    def volume(self, ordinal: int) -> str:
        """ASCII, at most sixteen characters where the centre's code is six digits: what Joliet
        takes."""
        return f"{self.prefix}_{ordinal:02d}"


def write_common(
    folder: Path, about: About, loads: Sequence[Load], discs: Sequence[Sequence[Entry]]
) -> None:
    """The files that are the same on every disc of a set. Raises OSError."""
    _csv(folder / LIST, _HEADS, _listed(about, loads, discs))
    if any(one.parts > 1 for disc in discs for one in disc):
        heads = ("文件", "光盘", "第几段", "共几段", "字节数", "SHA-256", "整个文件 SHA-256")
        _csv(folder / SPLIT, heads, _split(about, discs))
        (folder / "join.py").write_bytes(joiner())
    if links := list(_links(loads)):
        _csv(folder / LINKS, ("备份编号", "链接", "指向"), links)
    told = json.dumps(_sets(about, loads, discs), ensure_ascii=False, indent=1)
    (folder / SETS).write_text(told, encoding="utf-8")
    if about.head:
        told = (
            f"审计链头（序号:SHA-256）：{about.head}\n可在值守台核对：审计链上这一条须与此相同。\n"
        )
        (folder / HEAD).write_text(told, encoding="utf-8")
    if about.opener:
        (folder / "open_set.py").write_text(about.opener, encoding="utf-8")


def write_disc(folder: Path, about: About, disc: Sequence[Entry], place: tuple[int, int]) -> None:
    """What is one disc's own, and its bag: `place` is (number from 1, of how many); the common
    files lie in `folder` already. Raises OSError."""
    ordinal, total = place
    readme = _readme(about, ordinal, total)
    (folder / README).write_bytes(b"\xef\xbb\xbf" + readme.replace("\n", "\r\n").encode())
    info = {
        "Source-Organization": about.centre, "External-Identifier": about.identifier(ordinal),
        "External-Description": f"{about.period} 备份光盘 {about.number}",
        "Bag-Group-Identifier": about.number, "Bag-Count": f"{ordinal} of {total}",
        "Bagging-Date": about.made_on.isoformat(), "Bag-Software-Agent": "NetOps 运维值守台",
        "Volume-Identifier": about.volume(ordinal),
    }  # fmt: skip
    write_tags(folder, (Payload(one.path, one.size, one.sha256, one.sm3) for one in disc), info)


def _readme(about: About, ordinal: int, total: int) -> str:
    keys = "、".join(about.print_ids)
    sealed = (
        f"加密的备份要用密钥单（指纹 {keys}）打开：python3 open_set.py ；"
        "密钥单另行保管，不在盘上。分在几张上的一份备份，先复制到同一个目录。\n"
        if keys else "本套光盘没有加密的备份。\n"
    )  # fmt: skip
    notes = "".join(f"\n{name}：\n{text}\n" for name, text in about.notes.items() if text)
    return (
        f"{about.centre}\n{about.period} 备份光盘 {about.number}\n"
        f"本张：第 {ordinal} 张，共 {total} 张（{about.identifier(ordinal)}，卷标 "
        f"{about.volume(ordinal)}）\n制作日期：{about.made_on}\n\n"
        "依据：第一百四十条（备份内容）、第一百四十二条（每季度刻录光盘）。\n\n"
        "内容：data 目录，按应用软件数据库、日志、日常业务资料、网络设备配置四类存放。\n"
        f"哪个文件在哪一张：{LIST}。每一张都可以单独读取。\n"
        "核对：本张是 BagIt 目录（RFC 8493），在本目录运行 sha256sum -c manifest-sha256.txt ；"
        "国密 SM3 见 sm3sum.txt。\n"
        f"拆分的大文件：见 {SPLIT}（没有这个文件就没有拆分），用 join.py 拼回。\n"
        f"符号链接不刻入，原来指向哪里见 {LINKS}（没有这个文件就没有链接）。\n"
        f"{sealed}{notes}"
    )


def _listed(
    about: About, loads: Sequence[Load], discs: Sequence[Sequence[Entry]]
) -> Iterable[tuple[Any, ...]]:
    numbers = {one.set_id: one.number for one in loads}
    for ordinal, disc in enumerate(discs, 1):
        name = about.identifier(ordinal)
        for one in disc:
            told = shown(one.told)
            yield (
                name, one.path, told, numbers.get(one.group, ""), one.size, one.sha256, one.sm3,
                one.part, one.parts,
            )  # fmt: skip


def _links(loads: Sequence[Load]) -> Iterator[tuple[str, str, str]]:
    """The symbolic links of what lies there in plain: a disc for every reader can hold none."""
    for load in loads:
        for one in listing(load.folder, load.key) if load.key is not None else ():
            if one.kind == "link":
                yield load.number, shown(one.path), shown(one.link)


def _split(about: About, discs: Sequence[Sequence[Entry]]) -> Iterable[tuple[Any, ...]]:
    for ordinal, disc in enumerate(discs, 1):
        for one in disc:
            if one.parts > 1:
                name = about.identifier(ordinal)
                yield one.path, name, one.part, one.parts, one.size, one.sha256, one.whole


def _sets(about: About, loads: Sequence[Load], discs: Sequence[Sequence[Entry]]) -> dict[str, Any]:
    """What the catalogue is rebuilt from: every backup, its form, its discs, and its manifest: of
    one that lies there in plain nothing else tells whose it was."""
    on: dict[str, set[int]] = {}
    folders: dict[str, str] = {}
    for ordinal, disc in enumerate(discs, 1):
        for one in disc:
            on.setdefault(one.group, set()).add(ordinal)
            folders.setdefault(one.group, one.folder)
    told = [
        {
            "set_id": one.set_id, "number": one.number, "source": one.name, "kind": one.kind,
            "period": one.period, "form": "plain" if one.key else "sealed", "size": one.size,
            "folder": folders.get(one.set_id, f"data/{one.place}"),
            "discs": sorted(on.get(one.set_id, ())),
            "manifest": (one.folder / NAME).read_text(encoding="utf-8"),
        }
        for one in loads
    ]  # fmt: skip
    return {
        "format": 1, "number": about.number, "period": about.period, "centre": about.centre,
        "discs": len(discs), "made_on": about.made_on.isoformat(), "sets": told,
        "configs": sorted(on.get("", ())),
    }  # fmt: skip


def _csv(place: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with its mark, so that a spreadsheet of an office shows Chinese."""
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(heads)
        table.writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: Any) -> Any:
    """No cell begins a formula: names of files are somebody else's words."""
    text = str(cell)
    return f"'{text}" if text[:1] in "=+-@\t\r" and isinstance(cell, str) and text else cell
