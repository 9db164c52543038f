"""The folder that goes to the archive room at the end of a year (Article 143), as the rules for
handing over electronic records want it: a description, a catalogue, the records by kind, neither
encrypted nor compressed (《电子档案移交与接收办法》附件)."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from backups.archive_files import (
    ABOUT,
    CATALOGUE,
    OTHER,
    RECORDS,
    SUMS,
    files_below,
    sum_line,
    without_links,
)
from backups.bag import digest_file
from backups.disc_plan import KINDS, Load
from backups.iso import NotMade
from backups.pace import Pace
from backups.set_manifest import NAME, read_manifest
from backups.set_reading import extract
from backups.standalone import standalone
from inventory.durable import make_folder, sync_folder
from inventory.os_words import cause_of

REGISTERS = "5备份登记"
SPARE = 256 << 20  # bytes that stay free on the console's own disk
_PACKED = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar")
_TAGS = ("顺序号", "档号", "责任者", "题名", "日期", "密级", "电子档案名称", "备注")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What goes into the folder `folder`/`number`. `facts` label → text of the description;
    `configs` and `registers` are folders of files; `code` is the catalogue's encoding."""

    folder: Path
    number: str
    year: int
    unit: str
    made_on: date
    code: str
    facts: Mapping[str, str]
    loads: tuple[Load, ...]
    configs: Path
    registers: Path
    spare: int = SPARE


@dataclass(frozen=True, slots=True)
class Packed:
    """What lies in the folder: `rows` a line for each thing handed over (kind, title, period,
    files, bytes, form), `sha256` of the list of all digests, `compressed` how many files are still
    packed by whoever made them, and the first of them."""

    rows: tuple[tuple[str, str, str, int, int, str], ...]
    files: int
    size: int
    sha256: str
    compressed: int
    examples: tuple[str, ...]


def folder_of(order: Transfer) -> Path:
    """Where the finished folder lies."""
    return order.folder / order.number


def pack(order: Transfer, pace: Pace) -> Packed:
    """Make the folder, whole or not at all. Raises NotMade, Damaged, NotKept, Stopped."""
    work = order.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    make_folder(order.folder)
    _room_for(order)
    try:
        rows = tuple(_lay(order, work / RECORDS / str(order.year), pace))
        (work / OTHER).mkdir(parents=True)
        without_links(work)
        if any(one.key is None for one in order.loads):
            (work / OTHER / "open_set.py").write_bytes(standalone())
        told = _describe(order, work, rows, pace)
        shutil.rmtree(folder_of(order), ignore_errors=True)
        work.replace(folder_of(order))
        sync_folder(order.folder)
    except OSError as error:
        raise NotMade(f"本机磁盘写不进去：{cause_of(error)}；请腾出空间后重新发起") from None
    else:
        return told
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _lay(order: Transfer, top: Path, pace: Pace) -> Iterator[tuple[str, str, str, int, int, str]]:
    for one in order.loads:
        place = top / one.place
        make_folder(place.parent)
        if one.key is not None:
            extract(one.folder, one.key, place, None, pace)
        else:
            _copy_set(one.folder, place, pace)
        form = "原文" if one.key is not None else "加密（按批准，密钥单另交）"
        yield (KINDS[one.kind][1:], one.name, one.period, *_counted(place), form)
    for name, source in ((KINDS["configs"], order.configs), (REGISTERS, order.registers)):
        shutil.copytree(source, top / name)
        yield (name[1:], name[1:], str(order.year), *_counted(top / name), "原文")


def _copy_set(folder: Path, place: Path, pace: Pace) -> None:
    place.mkdir()
    for name in (NAME, *(part.name for part in read_manifest(folder).parts)):
        shutil.copyfile(folder / name, place / name)
        pace.spend((place / name).stat().st_size)


def _describe(
    order: Transfer, work: Path, rows: Sequence[tuple[str, str, str, int, int, str]], pace: Pace
) -> Packed:
    """The catalogue and the digests, file by file, then the description that counts them."""
    told: Counter[str] = Counter()
    examples: list[str] = []
    with (work / OTHER / SUMS).open("wb") as sums:
        with (work / CATALOGUE).open("w", encoding=order.code, errors="replace") as catalogue:
            catalogue.write(f'<?xml version="1.0" encoding="{order.code}"?>\n<文件目录>\n')
            for number, path in enumerate(files_below(work / RECORDS), 1):
                _record(order, catalogue, number, path, work)
                sums.write(sum_line(digest_file(path, pace), str(path.relative_to(work))))
                told.update(files=1, size=path.stat().st_size)
                if path.name.lower().endswith(_PACKED):
                    told["packed"] += 1
                    examples += [path.name] if len(examples) < 5 else []
            catalogue.write("</文件目录>\n")
        for path in (work / CATALOGUE, *files_below(work / OTHER)):
            if path.name != SUMS:
                sums.write(sum_line(digest_file(path), str(path.relative_to(work))))
    sha256 = digest_file(work / OTHER / SUMS)
    packed = Packed(
        tuple(rows), told["files"], told["size"], sha256, told["packed"], tuple(examples)
    )
    _about(order, work / ABOUT, packed)
    return packed


def _record(order: Transfer, file: IO[str], number: int, path: Path, work: Path) -> None:
    name = str(path.relative_to(work))
    values = (
        str(number), f"{order.number}-{number:06d}", order.unit, path.name, str(order.made_on),
        "内部", name, "",
    )  # fmt: skip
    cells = "".join(f"<{tag}>{_xml(v)}</{tag}>" for tag, v in zip(_TAGS, values, strict=True))
    file.write(f"<文件>{cells}</文件>\n")


def _about(order: Transfer, place: Path, told: Packed) -> None:
    lines = [
        f"移交单编号：{order.number}", f"年度：{order.year}", f"移交单位：{order.unit}",
        *(f"{label}：{text}" for label, text in order.facts.items()),
        f"电子档案数量：{told.files} 件", f"数据量：{told.size / 1e9:.3f} GB（{told.size} 字节）",
        f"数字摘要：SHA-256，见 {OTHER}/{SUMS}；该文件的 SHA-256 为 {told.sha256}",
        f"制作日期：{order.made_on}", "文件目录：文件目录.XML；电子档案：电子档案/年度/资料种类/",
        f"所需环境：文本、图片、办公软件；加密的数据库备份用 {OTHER}/open_set.py 和密钥单打开",
    ]  # fmt: skip
    if told.compressed:
        names = "、".join(told.examples)
        lines.append(f"原件本身就是压缩格式的文件：{told.compressed} 个，如 {names}")
    place.write_bytes(("\r\n".join(lines) + "\r\n").encode(order.code, "replace"))


def _counted(top: Path) -> tuple[int, int]:
    files = size = 0
    for one in files_below(top):
        files, size = files + 1, size + one.stat().st_size
    return files, size


def _xml(text: str) -> str:
    """Text as XML 1.0 may hold it."""
    plain = text.encode("utf-8", "replace").decode()
    return escape("".join(c if c.isprintable() else "_" for c in plain))


def _room_for(order: Transfer) -> None:
    needed = sum(one.size for one in order.loads) + order.spare
    free = shutil.disk_usage(order.folder).free
    if free < needed:
        raise NotMade(
            f"本机磁盘空间不够：约需 {needed // 1_000_000} MB，只剩 {free // 1_000_000} MB；"
            "请腾出空间后重新发起"
        )
