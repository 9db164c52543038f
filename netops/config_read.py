"""Reading a device's configuration from its command line: whole, or not at all."""

from dataclasses import dataclass, field

from netops import config_check, ssh
from netops.errors import CommandRejected, DeviceError, Garbled, Unreadable
from netops.profile import profile_named
from netops.reading import Target
from netops.remote import KnownHosts
from netops.ssh_screen import decoded
from netops.ssh_shell import Shell
from netops.ssh_talk import Bounds
from netops.vendorfile import Config

# By the target's time-out, which is meant for one SNMP request: making up the text of a whole
# configuration takes an old processor a minute (2 s → silent for 60 s, 5 minutes in all).
_SILENCE = 30
_SECONDS = 150


@dataclass(frozen=True, slots=True)
class ConfigRead:
    """`raw`: the octets as told, lines ending in LF; `text` the same as characters. `saved`: what
    it would boot with, None where that cannot be asked. `name`: what it calls itself."""

    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    saved: str | None = field(repr=False)
    name: str


def read(
    target: Target, *, known: KnownHosts, parts: tuple[str, ...] = ("running", "saved")
) -> ConfigRead:
    """One device's configuration by one login; `parts` left out are b"" and None.

    The caller sees to it that nobody else is reading the same device. Raises as `ssh.connect`
    does; Garbled when the answer was cut short or something fell into it; Unreadable when its
    profile has no command line to read it from; CommandRejected when the user may not see it.
    """
    config = _readable(target)
    with ssh.connect(target, known=known) as shell:
        session = _Session(shell, config, target)
        raw = session.running() if "running" in parts else b""
        saved = session.saved() if "saved" in parts else None
        return ConfigRead(raw, _text(raw), saved, shell.name)


class _Session:
    def __init__(self, shell: Shell, config: Config, target: Target) -> None:
        self._shell = shell
        self._config = config
        seconds, silence = target.timeout * _SECONDS, target.timeout * _SILENCE
        self._bounds = Bounds(seconds, silence, ends=config.ends)

    def running(self) -> bytes:
        return b"".join(self._answer(line) for line in self._config.running)

    def saved(self) -> str | None:
        """None also where the device declines or garbles it: the running one was read whole."""
        try:
            return _text(b"".join(map(self._stored, self._config.saved))) if self._asks() else None
        except DeviceError:
            return None

    def _asks(self) -> bool:
        return bool(self._config.saved)

    def _stored(self, line: str) -> bytes:
        """Nothing saved at all is an answer too, though some devices call it an error."""
        try:
            told = self._shell.told(line, self._bounds)
        except CommandRejected as refusal:
            told = refusal.detail.encode()
            if not config_check.nothing_saved(refusal.detail):
                raise
        if config_check.nothing_saved(_text(told)):
            return b""
        return self._sound(line, told)

    def _answer(self, line: str) -> bytes:
        return self._sound(line, self._shell.told(line, self._bounds))

    def _sound(self, line: str, told: bytes) -> bytes:
        """The answer, if need be after a second look."""
        if self._clean(told):
            return config_check.tidy(told)
        again = self._shell.told(line, self._bounds)
        found = config_check.settled_on(self._config, told, again)
        if self._shell.idle(self._bounds):
            raise self._mixed(line)
        return found

    def _clean(self, told: bytes) -> bool:
        """Whole, and nothing comes after it: what looked like the prompt was the prompt."""
        return not config_check.flaw(self._config, told) and not self._shell.idle(self._bounds)

    def _mixed(self, line: str) -> DeviceError:
        return Garbled(
            f"{self._shell.place} 对「{line[:60]}」的应答没有读完就出现了像提示符的文字，"
            "没有保存这次读到的内容，稍后会再试。"
        )


def _text(raw: bytes) -> str:
    return decoded(raw.decode("latin-1"))


def _readable(target: Target) -> Config:
    config = profile_named(target.profile).config
    if config.manual:
        raise Unreadable(
            f"档案「{target.profile}」的设备没有可读配置的命令行，"
            "请从设备的管理页面导出配置后人工导入。"
        )
    if not config.running:
        raise Unreadable(f"档案「{target.profile}」没有写明怎样读取配置，请改选合适的厂商档案。")
    return config
