"""What a person is told when a database's program failed: the cause, and what to do.

Programs quote what they stumbled over, and that may be a person's record: of words that are not
known here only the first line is told, with everything quoted left out.
"""

import errno
import re
from pathlib import Path

from backups.gathering import NotGathered, Order
from inventory.os_words import cause_of
from netops.errors import DeviceError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PACKAGES = {
    "pg_dump": "postgresql-client", "psql": "postgresql-client",
    "pg_restore": "postgresql-client", "mariadb-dump": "mariadb-client",
    "mariadb": "mariadb-client", "sqlite3": "sqlite3",
}  # fmt: skip


def _code(*numbers: int) -> str:
    """How MariaDB's programs tell an error's number; the same digits elsewhere are none."""
    return rf"(?:error:? |\()(?:{'|'.join(map(str, numbers))})\b"


# (what the program or the server says, in English or as a Chinese server says it; what is told;
# whether only a person can help). The first that fits counts.
_KNOWN: tuple[tuple[str, str, bool], ...] = (
    (
        rf"password authentication failed|no password supplied|认证失败|没有提供口令|{_code(1045)}",
        "{place} 拒绝了用户「{user}」的登录：用户名或口令不对，只试了一次。请更正数据库凭据后重做",
        True,
    ),
    (
        rf"no pg_hba\.conf entry|pg_hba\.conf|{_code(1130)}",
        "{place} 不允许从值守台登录；请数据库管理员放行这台机器和用户「{user}」",
        True,
    ),
    (
        rf"(database|数据库) \"[^\"]*\" (does not exist|不存在)|{_code(1049)}",
        "{place} 上没有数据库「{database}」；请核对来源的数据库名",
        True,
    ),
    (
        rf"(database|数据库) \"[^\"]*\" (already exists|已经存在)|{_code(1007)}",
        "{place} 上已有数据库「{database}」；恢复从不覆盖，请换一个名称",
        True,
    ),
    (
        r"role \"[^\"]*\" does not exist|角色 .*不存在",
        "{place} 上没有用户「{user}」；请更正数据库凭据后重做",
        True,
    ),
    (
        rf"lock timeout|Lock wait timeout|{_code(1205)}",
        "等不到表锁：有别的会话长时间占用着表。请换一个空闲时段，稍后会再试",
        False,
    ),
    (
        rf"permission denied|row-level security|{_code(1044, 1142, 1227, 1370)}",
        "用户「{user}」的权限不够：备份须能读全库（PostgreSQL 授予 pg_read_all_data，MariaDB 授予"
        " SELECT、SHOW VIEW、TRIGGER、EVENT、LOCK TABLES），恢复须能建库；请数据库管理员授权",
        True,
    ),
    (
        r"unsupported version .* in file header",
        "这份转储由更新版本的 pg_dump 生成，本机 pg_restore 读不了；请升级 postgresql-client",
        True,
    ),
    (
        rf"could not translate host name|Unknown (MySQL |MariaDB )?server host|{_code(2005)}",
        "找不到主机 {place}；请核对来源的数据库地址",
        True,
    ),
    (
        rf"No space left|disk full|{_code(1021)}",
        "数据库服务器的磁盘已满；请先清理，稍后会再试",
        False,
    ),
    (
        r"terminating connection|server closed the connection|Lost connection|gone away|"
        rf"connection (was )?lost|no connection to the server|{_code(2013, 2006, 2026)}",
        "与 {place} 的连接中途断开（数据库停止或网络中断），不完整的转储已删除，稍后会再试",
        False,
    ),
    (
        r"Connection refused|could not connect|timeout expired|Can't connect|No route|"
        rf"connection to server .* failed|{_code(2002, 2003)}",
        "连不上 {place}；请检查数据库是否启动、地址和端口、防火墙，稍后会再试",
        False,
    ),
)  # fmt: skip
_TOLD = tuple((re.compile(said, re.IGNORECASE), told, lasting) for said, told, lasting in _KNOWN)
_NOISE = re.compile(r"^\s*$|warning:|^(DETAIL|HINT|CONTEXT|LINE|Command was)", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*(\"|$)|'[^']*('|$)|`[^`]*(`|$)|\([^)]*\)=\([^)]*(\)|$)|“[^”]*(”|$)")
# Their own complaints. Beside them MariaDB's client prints the statement it failed at: rows.
_OWN = re.compile(r"ERROR \d+ |\S*(pg_dump|pg_restore|psql|mariadb|mysql)[\w-]*:")
_NO_PROGRAM, _NOT_RUN = 127, 126


def place_of(order: Order) -> str:
    """How messages name the database's server."""
    beyond = f"（经 {order.remote.place}）" if order.reach == "ssh" and order.remote else ""
    port = f":{order.port}" if order.port else ""
    return f"{order.host or '127.0.0.1'}{port}{beyond}"


def dump_failed(order: Order, program: str, status: int, words: str) -> NotGathered:
    """Why the program ended so; `words` is what it complained."""
    name = Path(program).name
    if status in (_NO_PROGRAM, _NOT_RUN):
        package = _PACKAGES.get(name, name)
        return NotGathered(f"{place_of(order)} 上没有 {name}；请安装 {package} 软件包", True)
    words = "\n".join(line for line in words.splitlines() if _OWN.match(line))
    known = said(order, words)
    return known or NotGathered(f"{name} 报告失败（退出码 {status}）：{plain(order, words)}")


def said(order: Order, words: str) -> NotGathered | None:
    """What is known to be meant by these words of a program or a server."""
    for known, told, lasting in _TOLD:
        if known.search(words):
            facts = {"user": order.user, "database": order.database, "place": place_of(order)}
            return NotGathered(told.format(**facts), lasting)
    return None


def plain(order: Order, words: str) -> str:
    """The first line that says something, without what it quotes and without the password."""
    told = next((line for line in words.splitlines() if not _NOISE.search(line)), "没有说明原因")
    if order.password:
        told = told.replace(order.password, "…")
    return _QUOTED.sub("…", told).strip()[:200]


def disk_refused(error: OSError) -> NotGathered:
    """What is told when our own disk took no more."""
    if error.errno in _FULL:
        return NotGathered("值守台的磁盘已满，转储没有完成，不完整的文件已删除；请先清理磁盘再重做")
    return NotGathered(f"转储没有写成：{cause_of(error)}；请检查磁盘和目录权限")


def from_device(error: DeviceError) -> NotGathered:
    """The way to the other machine failed."""
    return NotGathered(error.reason, error.permanent)
