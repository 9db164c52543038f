"""The way in: netmiko set up for one device, its key verified, its refusals put into words."""

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import netmiko
from netmiko.base_connection import BaseConnection
from netmiko.ssh_dispatcher import telnet_platforms

from netops import ssh_faults as faults
from netops.errors import AuthRejected, Unreachable, Unreadable
from netops.profile import profile_named
from netops.reading import SshAuth, Target
from netops.remote import KnownHosts
from netops.ssh_keys import WEAK, Verified
from netops.ssh_telnet import one_try

# A login costs an old processor far more than one SNMP request, by which `timeout` is measured.
_TALK = 10

# What paramiko logs as an error it also raises, and that reaches the administrator in words.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Channel:
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


def opened(target: Target, known: KnownHosts) -> BaseConnection:
    """A connection at its first prompt, pager off, privileged where there is an enable password.

    A transient failure is tried once more; see `netops.ssh.connect` for what is raised.
    """
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
        privileged = partial(_privileged, target, connection.enable)
        connection.enable = privileged  # type: ignore[method-assign]  # Ruijie's login calls it
        # netmiko's own way in for a connection that was not to open at once.
        connection._open()  # noqa: SLF001
        if auth.enable and _unprivileged(connection.find_prompt()):
            privileged()
    except Exception as error:
        close(connection)
        raise faults.login_failed(target, error) from error
    keys.remember()
    connection.ansi_escape_codes = False
    connection.disable_lf_normalization = True  # `netops.ssh_screen` does both, losslessly
    return connection


def _privileged(target: Target, enable: Callable[[], str]) -> str:
    try:
        return enable()
    except (ValueError, netmiko.ReadTimeout) as error:  # refused, or asked for again and again
        raise faults.not_privileged(target) from error


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
        disabled_algorithms=None if auth.weak else WEAK,
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


def close(connection: BaseConnection) -> None:
    """Leave. Cut the channel first: netmiko's farewell would listen two seconds to VRP and RGOS."""
    if connection.remote_conn is not None:
        with suppress(OSError):
            connection.remote_conn.close()
    connection.disconnect()
