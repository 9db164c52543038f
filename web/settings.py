"""Every setting of the console, read once from the environment; a bad value refuses to start."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory.os_words import cause_of
from netops.syslog_out import receiver

_CHECKOUT = Path(__file__).resolve().parent.parent
_INSTALLED_HOME = Path("/var/lib/netops")
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - the console is used from the other PCs of the office


class SettingError(ValueError):
    """A setting cannot be used; the text names the variable, the cause and what is accepted."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: what it is called, which field it fills, and how README explains it.

    `shown` is the default as people read it; `secret` values may come from `<name>_FILE`
    and are never repeated in an error.
    """

    name: str
    field: str
    shown: str
    zh: str
    en: str
    parse: Callable[[str], Any]
    secret: bool = False


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ValueError(f"不是整数，应为 {low}–{high}") from None
        if not low <= number <= high:
            raise ValueError(f"超出范围，应为 {low}–{high}")
        return number

    return parse


def _yes_no(text: str) -> bool:
    known = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if text.lower() not in known:
        raise ValueError("应为 1 或 0")
    return known[text.lower()]


def _language(text: str) -> str:
    if text not in ("zh", "en"):
        raise ValueError("应为 zh 或 en")
    return text


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("应以 sqlite:/// 或 postgresql+psycopg:// 开头")
    return text


def _long_enough(text: str) -> str:
    if len(text) < 32:
        raise ValueError("至少 32 个字符")
    return text


def _web_address(text: str) -> str:
    if not text.startswith(("http://", "https://", "off")):
        raise ValueError("应以 http:// 或 https:// 开头，例如 http://10.41.0.8:8080")
    return "" if text == "off" else text.rstrip("/")


def _receiver(text: str) -> str:
    return "" if text == "off" else str(receiver(text))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "NETOPS_HOST", "host", _EVERYWHERE,
        "监听地址；默认让局域网内其他电脑可以访问，只供本机时改为 127.0.0.1",
        "address to listen on; the default lets other PCs of the office in, 127.0.0.1 does not",
        str,
    ),
    Setting("NETOPS_PORT", "port", "8080", "监听端口", "port to listen on", _whole(1, 65535)),
    Setting(
        "NETOPS_HOME", "home", "./var",
        "数据目录；在检出的源码中为 ./var，安装后为 /var/lib/netops",
        "where run-time data live; ./var in a checkout, /var/lib/netops when installed",
        _path,
    ),
    Setting(
        "DATABASE_URL", "database_url", "sqlite:///<home>/netops.db",
        "数据库：sqlite:///… 或 postgresql+psycopg://…",
        "database: sqlite:///… or postgresql+psycopg://…",
        _database, secret=True,
    ),
    Setting(
        "NETOPS_KEY_FILE", "key_file", "<home>/secret.key",
        "加密设备口令的密钥文件；没有时自动生成，请单独备份",
        "key file that encrypts device credentials; made when missing, back it up separately",
        _path,
    ),
    Setting(
        "NETOPS_SESSION_KEY", "session_key", "<home>/session.key",
        "签名登录会话的密钥，至少 32 个字符；没有时自动生成并保存",
        "secret that signs login sessions, at least 32 characters; made and kept when missing",
        _long_enough, secret=True,
    ),
    Setting(
        "NETOPS_HTTPS_ONLY", "https_only", "0",
        "经 HTTPS 访问时设为 1：会话 Cookie 只走 HTTPS，并发送 HSTS",
        "set to 1 when reached by HTTPS: session cookie only over HTTPS, HSTS sent", _yes_no,
    ),
    Setting(
        "NETOPS_URL", "url", "off",
        "大家在浏览器里打开值守台的地址（如 http://10.41.0.8:8080）；邮件等通知里的链接以它开头",
        "where people open the console (http://10.41.0.8:8080, say); links in notices begin so",
        _web_address,
    ),
    Setting(
        "NETOPS_PROXIES", "proxies", "0",
        "前面有几层反向代理（信任其 X-Forwarded-* 头）",
        "number of reverse proxies in front whose X-Forwarded-* headers are trusted",
        _whole(0, 5),
    ),
    Setting(
        "NETOPS_UPLOAD_MB", "upload_mb", "20",
        "上传文件的上限，MB", "largest upload, MB", _whole(1, 1024),
    ),
    Setting(
        "NETOPS_BACKUP_UPLOAD_MB", "backup_upload_mb", "4096",
        "每次人工上传数据文件（备份用）的上限，MB；边收边写盘，代理程序分块上传不受此限",
        "largest upload of data files to back up, MB; written to disk as it comes; "
        "the agent sends chunks and has no such limit",
        _whole(1, 1_000_000),
    ),
    Setting(
        "NETOPS_LANGUAGE", "language", "zh",
        "默认语言：zh 或 en", "default language: zh or en", _language,
    ),
    Setting(
        "NETOPS_STATUS_SECONDS", "status_seconds", "60",
        "状态巡检间隔，秒", "seconds between status sweeps", _whole(10, 3600),
    ),
    Setting(
        "NETOPS_COUNTER_SECONDS", "counter_seconds", "300",
        "流量计数间隔，秒", "seconds between counter sweeps", _whole(30, 86400),
    ),
    Setting(
        "NETOPS_SIGHTING_SECONDS", "sighting_seconds", "300",
        "读取 ARP 表和 MAC 地址表的间隔，秒", "seconds between walks of ARP and MAC tables",
        _whole(30, 3600),
    ),
    Setting(
        "NETOPS_SIGHTING_DAYS", "sighting_days", "1100",
        "谁用过哪个地址、接在哪个端口，保留的天数（至少三年）",
        "days for which it is kept who had which address at which port (three years at least)",
        _whole(1096, 36500),
    ),
    Setting(
        "NETOPS_WORKERS", "workers", "128",
        "同时轮询的设备数", "devices polled at the same time", _whole(1, 512),
    ),
    Setting(
        "NETOPS_SYSLOG_PORT", "syslog_port", "514",
        "接收设备 syslog 的端口（UDP 和 TCP）；无权监听或被占用时改用 5514，0 为不接收",
        "port for syslog of devices (UDP and TCP); 5514 when not permitted or taken, 0 for none",
        _whole(0, 65535),
    ),
    Setting(
        "NETOPS_TRAP_PORT", "trap_port", "162",
        "接收 SNMP Trap 和 Inform 的端口；无权监听或被占用时改用 1162，0 为不接收",
        "port for SNMP traps and informs; 1162 when not permitted or taken, 0 for none",
        _whole(0, 65535),
    ),
    Setting(
        "NETOPS_SYSLOG", "syslog", "off",
        "审计记录另送一份到日志服务器（RFC 5424）：udp://主机:514 或 tcp://主机:514",
        "send a copy of each audit row to a log server (RFC 5424): udp://host:514 or tcp://host:514",
        _receiver,
    ),
)  # fmt: skip


def default_home() -> Path:
    """`./var` of the checkout we run from, else the installed place."""
    in_checkout = (_CHECKOUT / "pyproject.toml").is_file()
    return _CHECKOUT / "var" if in_checkout else _INSTALLED_HOME


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force. `demo` is decided by `netops up`, never by the environment."""

    home: Path = field(default_factory=default_home)
    host: str = _EVERYWHERE
    port: int = 8080
    database_url: str = field(default="", repr=False)
    key_file: Path = Path()
    session_key: str = field(default="", repr=False)
    https_only: bool = False
    url: str = ""
    proxies: int = 0
    upload_mb: int = 20
    backup_upload_mb: int = 4096
    language: str = "zh"
    status_seconds: int = 60
    counter_seconds: int = 300
    sighting_seconds: int = 300
    sighting_days: int = 1100
    workers: int = 128
    syslog_port: int = 514
    trap_port: int = 162
    syslog: str = ""
    demo: bool = False

    def __post_init__(self) -> None:
        """Places that follow the home unless somebody chose another."""
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.home / 'netops.db'}")
        if self.key_file == Path():
            object.__setattr__(self, "key_file", self.home / "secret.key")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment once. Raises SettingError naming the variable and the cause."""
        env = os.environ if env is None else env
        given = {s.field: _parsed(s, text) for s in SETTINGS if (text := _text(s, env))}
        return cls(**given)


def elsewhere(env: Mapping[str, str], home: Path) -> dict[str, str]:
    """`env` for another home: what points into the first one does not go along."""
    places = ("DATABASE_URL", "DATABASE_URL_FILE", "NETOPS_KEY_FILE")
    kept = {name: text for name, text in env.items() if name not in places}
    return kept | {"NETOPS_HOME": str(home.absolute())}


def _text(setting: Setting, env: Mapping[str, str]) -> str:
    """The variable's text, or for a secret the content of the file `<name>_FILE` names."""
    direct = env.get(setting.name, "").strip()
    place = env.get(f"{setting.name}_FILE", "") if setting.secret else ""
    if not place:
        return direct
    if direct:
        raise SettingError(f"{setting.name} 与 {setting.name}_FILE 只能设一个")
    try:
        return Path(place).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{setting.name}_FILE={place} 读不出来：{_cause(error)}") from None


def _parsed(setting: Setting, text: str) -> Any:
    try:
        return setting.parse(text)
    except ValueError as error:
        value = "（内容不显示）" if setting.secret else f"={text}"
        raise SettingError(f"{setting.name}{value} 无法使用：{error}") from None


def _cause(error: OSError | UnicodeDecodeError) -> str:
    return cause_of(error) if isinstance(error, OSError) else "不是 UTF-8 文本"
