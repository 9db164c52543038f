"""What the agent is told in its settings file (INI)."""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SAMPLE = """\
# 运维值守台代理程序的配置。只让运行它的用户可读（Linux：chmod 600）。
[console]
url = https://值守台地址:端口
# 在“我的账号”建立的接口令牌，权限只选“填写”
token =
# 自签证书填它的 SHA-256 指纹；由单位的证书机构签发的填 ca（证书文件）；都空着用系统的
fingerprint =
ca =
# 没有应答时，隔几秒再试
pauses = 2 10 30
# 值守台只有 http 时写 yes：内容和令牌会明文传输
plain = no

[source]
# 备份来源的编号，在它的页面上
id =
# 一行一个，向右缩进
folders =
    /var/log
exclude =
    *.tmp
# 限速 KB/s，0 为不限
limit_kbps = 0
"""


class Wrong(Exception):
    """The settings do not do; says which and what to write."""


@dataclass(frozen=True)
class Settings:
    """`limit` in bytes a second (0 for none); `memory`: where the agent notes what it has sent;
    `pauses`: seconds before each further try when the console does not answer."""

    url: str
    token: str = field(repr=False)
    source: str
    folders: tuple[str, ...]
    exclude: tuple[str, ...]
    memory: Path
    fingerprint: str = ""
    ca: str = ""
    limit: int = 0
    patience: float = 120.0
    pauses: tuple[float, ...] = (2.0, 10.0, 30.0)


def read(place: Path) -> Settings:
    """Raises Wrong."""
    told = _parsed(place)
    settings = Settings(
        url=told.get("console", "url", fallback="").strip().rstrip("/"),
        token=told.get("console", "token", fallback="").strip(),
        source=told.get("source", "id", fallback="").strip(),
        folders=_lines(told, "folders"),
        exclude=_lines(told, "exclude"),
        memory=place.with_suffix(".sqlite3"),
        fingerprint=_fingerprint(told),
        ca=told.get("console", "ca", fallback="").strip(),
        limit=_whole(told, "source", "limit_kbps") * 1000,
        patience=_whole(told, "console", "timeout", 120),
        pauses=_pauses(told),
    )
    for name in ("url", "token", "source", "folders"):
        if not getattr(settings, name):
            raise Wrong(f"{place}：没有填写 {'id' if name == 'source' else name}")
    _check_url(settings.url, told.get("console", "plain", fallback="no").strip() == "yes")
    return settings


def _parsed(place: Path) -> configparser.ConfigParser:
    told = configparser.ConfigParser(interpolation=None)
    try:
        if os.name == "posix" and place.stat().st_mode & 0o077:
            raise Wrong(f"{place} 里有令牌，别的用户不应读到：请执行 chmod 600")
        told.read_string(place.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"配置文件 {place} 打不开：{error}") from None
    except configparser.Error as error:
        raise Wrong(f"配置文件 {place} 写法有误：{type(error).__name__}") from None
    return told


def _lines(told: configparser.ConfigParser, name: str) -> tuple[str, ...]:
    text = told.get("source", name, fallback="")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _whole(told: configparser.ConfigParser, section: str, name: str, otherwise: int = 0) -> int:
    try:
        return max(told.getint(section, name, fallback=otherwise), 0)
    except ValueError:
        raise Wrong(f"{name} 应为整数") from None


def _pauses(told: configparser.ConfigParser) -> tuple[float, ...]:
    try:
        return tuple(map(float, told.get("console", "pauses", fallback="2 10 30").split()))
    except ValueError:
        raise Wrong("pauses 应为几个秒数，用空格隔开") from None


def _fingerprint(told: configparser.ConfigParser) -> str:
    text = told.get("console", "fingerprint", fallback="").strip()
    plain = text.upper().removeprefix("SHA256:").replace(":", "").replace(" ", "").lower()
    if plain and (len(plain) != 64 or set(plain) - set("0123456789abcdef")):
        raise Wrong("fingerprint 应为证书 SHA-256 指纹的 64 位十六进制")
    return plain


def _check_url(url: str, plain: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong("url 应写成 https://地址:端口")
    if parts.scheme == "http" and not plain:
        raise Wrong("url 是 http：令牌和内容会明文传输；确认可以的写 plain = yes")
