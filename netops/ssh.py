"""One device's command line: log in, ask, leave. SSH by netmiko and paramiko, telnet by opt-in."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import netmiko
from netmiko.base_connection import BaseConnection
from netmiko.ssh_dispatcher import telnet_platforms

from netops import ssh_faults as faults
from netops.errors import AuthRejected, CommandRejected, Unreachable, Unreadable
from netops.profile import profile_named
from netops.reading import Identity, SshAuth, Target
from netops.ssh_facts import identity
from netops.ssh_keys import HostKeyChanged, KnownHosts, Verified, fingerprint
from netops.ssh_shell import Shell
from netops.ssh_telnet import one_try

__all__ = [
    "HostKeyChanged", "KnownHosts", "Shell", "command", "connect", "facts", "fingerprint",
]  # fmt: skip

# Outgrown (RFC 9142 key exchange, RFC 8332 ssh-rsa, CVE-2008-5161 CBC): only where allowed.
_WEAK = {
    "kex": [
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
    "keys": ["ssh-rsa"],
    "pubkeys": ["ssh-rsa"],
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96"],
}
# A login costs an old processor far more than one SNMP request, by which `timeout` is measured.
_TALK = 10

# What paramiko logs as an error it also raises, and that reaches the administrator in words.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@contextmanager
def connect(target: Target, *, known: KnownHosts) -> Iterator[Shell]:
    """Log in to one device and give a shell with its pager off; leave on exit.

    A transient failure is tried once more, a refusal never (accounts get locked). Raises
    Unreachable, AuthRejected (`HostKeyChanged` when the device's key is not the known one),
    or Unreadable (no common algorithm, no prompt, a profile without a command line).
    """
    connection = _opened(target, known)
    try:
        yield Shell(_Channel(connection, target), connection.base_prompt, faults.place(target))
    finally:
        _close(connection)


def command(target: Target, line: str, *, known: KnownHosts, timeout: float = 60) -> str:
    """Log in, run one command that shows something, return all it shows; see `Shell.command`."""
    with connect(target, known=known) as shell:
        return shell.command(line, timeout=timeout)


def facts(target: Target, *, known: KnownHosts) -> Identity:
    """Who the device says it is on its command line; what it does not tell stays "" or None.

    The questions are the profile's `ssh: facts:`; one that is refused is left out. Raises as
    `connect` does, and Unreadable when no question was answered.
    """
    profile = profile_named(target.profile)
    answers: dict[str, str] = {}
    with connect(target, known=known) as shell:
        for line in profile.ssh.facts:
            with suppress(CommandRejected):
                answers[line] = shell.command(line)
        name = shell.name
    if not answers:
        raise Unreadable(
            f"{faults.place(target)} 拒绝了档案「{target.profile}」的全部查询命令。"
            "请核对设备的厂商档案和登录用户的权限。"
        )
    return identity(profile.ssh.netmiko, profile.vendor, name, answers)


@dataclass(frozen=True, slots=True)
class _Channel:
    """netmiko's channel as plain characters; see `netops.ssh_shell.Wire`."""

    connection: BaseConnection
    target: Target

    def read(self) -> str:
        try:
            text = self.connection.read_channel()
        except (OSError, EOFError, netmiko.ReadException) as error:
            raise self._gone() from error
        if not text and getattr(self.connection.remote_conn, "closed", False):
            raise self._gone()
        return text

    def write(self, text: str) -> None:
        try:
            self.connection.write_channel(text)
        except (OSError, EOFError) as error:
            raise self._gone() from error

    def _gone(self) -> Unreachable:
        return Unreachable(f"{faults.place(self.target)} 在会话中断开了连接，稍后会再试。")


def _opened(target: Target, known: KnownHosts) -> BaseConnection:
    try:
        return _open(target, known)
    except Unreachable:
        return _open(target, known)


def _open(target: Target, known: KnownHosts) -> BaseConnection:
    auth = _auth(target)
    keys = Verified(known, target.address, target.ssh_port)
    connection = _connection(target, auth)
    try:
        if auth.transport == "ssh":
            connection.key_policy = keys
            connection.sock = _socket(target)
        else:
            once = one_try(connection, target, target.timeout * _TALK)
            connection.telnet_login = once  # type: ignore[method-assign]
        # netmiko's own way in for a connection that was not to open at once.
        connection._open()  # noqa: SLF001
        if auth.enable and _unprivileged(connection.find_prompt()):
            connection.enable()
    except Exception as error:
        _close(connection)
        raise faults.login_failed(target, error) from error
    keys.remember()
    connection.ansi_escape_codes = False
    connection.disable_lf_normalization = True  # `netops.ssh_screen` does both, losslessly
    return connection


def _unprivileged(prompt: str) -> bool:
    """`name>` has a privileged view above it; VRP's and Comware's `<name>` has not, although
    netmiko would "enable" Comware by entering its configuration view."""
    return prompt.endswith(">") and not prompt.startswith("<")


def _auth(target: Target) -> SshAuth:
    if target.ssh is None:
        raise AuthRejected(f"{target.address} 没有登录凭据，请在设备资料中选择一个 SSH 凭据。")
    return target.ssh


def _connection(target: Target, auth: SshAuth) -> BaseConnection:
    """A netmiko connection that is not open yet."""
    driver = profile_named(target.profile).ssh.netmiko
    if not driver:
        raise Unreadable(f"厂商档案「{target.profile}」没有命令行，不能登录。请核对设备的档案。")
    patience = target.timeout * _TALK
    if auth.transport == "telnet":
        driver = _by_telnet(target, driver)
    return netmiko.ConnectHandler(
        device_type=driver,
        host=target.address,
        port=target.ssh_port,
        username=auth.user,
        password=auth.password,
        secret=auth.enable,
        disabled_algorithms=None if auth.weak else _WEAK,
        # For SSH this is the key exchange: `_socket` has connected already.
        conn_timeout=patience if auth.transport == "ssh" else faults.connect_seconds(target),
        banner_timeout=patience,
        auth_timeout=patience,
        read_timeout_override=patience,
        encoding="latin-1",  # bytes, whole: netmiko drops a character that two reads share
        auto_connect=False,
    )


def _by_telnet(target: Target, driver: str) -> str:
    found = f"{driver.removesuffix('_vrp')}_telnet"
    if found not in telnet_platforms:
        raise Unreadable(f"厂商档案「{target.profile}」不能用 Telnet 登录，请改用 SSH。")
    return found


def _socket(target: Target) -> socket.socket:
    """Connecting is timed apart from the key exchange, which old devices take long over."""
    seconds = faults.connect_seconds(target)
    return socket.create_connection((target.address, target.ssh_port), seconds)


def _close(connection: BaseConnection) -> None:
    """Cut the channel first: netmiko's farewell would listen two seconds to VRP and RGOS."""
    if connection.remote_conn is not None:
        with suppress(OSError):
            connection.remote_conn.close()
    connection.disconnect()
