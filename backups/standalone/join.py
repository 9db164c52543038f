#!/usr/bin/env python3
"""把拆分到几张光盘的大文件拼回一个。用法：先把各张光盘的 data 目录复制到同一个目录下，
再在该目录运行  python3 join.py 拆分文件.csv 。只用 Python 标准库。"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path


def files_of(listed: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each divided file's parts, in their order, by what it is called."""
    files: dict[str, list[dict[str, str]]] = {}
    with listed.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            files.setdefault(row["文件"].rpartition(".")[0], []).append(row)
    for parts in files.values():
        parts.sort(key=lambda row: int(row["第几段"]))
    return files


def in_the_way(name: str, parts: list[dict[str, str]]) -> str:
    """Why a file cannot be joined, "" when it can."""
    lost = [row for row in parts if not Path(row["文件"]).is_file()]
    if lost:
        return "；".join(f"缺少 {row['文件']}（在光盘 {row['光盘']} 上）" for row in lost)
    if len(parts) != int(parts[0]["共几段"]):
        return f"清单里只有 {len(parts)} 段，应有 {parts[0]['共几段']} 段"
    return "已有同名文件" if Path(name).exists() else ""


def joined(name: str, parts: list[dict[str, str]]) -> str:
    """Join one file; why it is not right, "" when it is."""
    told, draft = hashlib.sha256(), Path(name + ".joining")
    with draft.open("wb") as out:
        for row in parts:
            with Path(row["文件"]).open("rb") as part:
                while data := part.read(1 << 20):
                    told.update(data)
                    out.write(data)
    if told.hexdigest() != parts[0]["整个文件 SHA-256"]:
        draft.unlink()
        return "校验不符"
    draft.rename(name)
    return ""


def main() -> int:
    """The command."""
    bad = 0
    for name, parts in files_of(Path(sys.argv[1])).items():
        why = in_the_way(name, parts) or joined(name, parts)
        print(f"没有拼成 {name}：{why}" if why else f"已拼好 {name}")
        bad += bool(why)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
