"""A verified SSH connection to a machine whose files or programs are used, without a shell."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from netops import ssh_faults
from netops.errors import Unreachable
from netops.reading import SshAuth, Target
from netops.remote import KnownHosts, Remote
from netops.ssh_keys import WEAK, Verified

_ALIVE = 15  # seconds: also while a limit keeps us silent, firewalls must not forget the connection


@contextmanager
def connected(remote: Remote, known: KnownHosts | None) -> Iterator[paramiko.Transport]:
    """Log in once; leave on exit. Raises Unreachable, AuthRejected (HostKeyChanged when the host
    key is not the known one; the password was not sent then), Unreadable."""
    hosts = known or remote.known
    if hosts is None:
        raise ValueError(f"no known hosts for {remote.place}")
    keys = Verified(hosts, remote.address, remote.port)
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(keys)
        transport = _login(client, remote)
        keys.remember()
        yield transport


def _login(client: paramiko.SSHClient, remote: Remote) -> paramiko.Transport:
    try:
        client.connect(
            remote.address, remote.port, remote.user, remote.password, sock=_socket(remote),
            allow_agent=False, look_for_keys=False, banner_timeout=remote.patience,
            auth_timeout=remote.patience, disabled_algorithms=None if remote.weak else WEAK,
        )  # fmt: skip
    except (OSError, EOFError, paramiko.SSHException) as error:
        told = ssh_faults.refused_by(_target(remote), error)
        if told is None:
            raise
        raise told from error
    transport = client.get_transport()
    assert transport is not None
    transport.set_keepalive(_ALIVE)
    return transport


def _socket(remote: Remote) -> socket.socket:
    """Connected; a peer that acknowledges nothing for as long as `patience` is given up by the
    kernel (RFC 5482), however silent the conversation is meant to be."""
    try:
        opened = socket.create_connection((remote.address, remote.port), remote.patience)
    except OSError as error:
        raise ssh_faults.login_failed(_target(remote), error) from error
    milliseconds = int(remote.patience * 1000)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return opened


def channel(transport: paramiko.Transport, remote: Remote) -> paramiko.Channel:
    """A new channel that waits no longer than `patience`."""
    try:
        opened = transport.open_session(timeout=remote.patience)
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise Unreachable(
            f"{remote.place} 登录成功，但不再打开新的会话，没有继续。"
            "请检查服务器的会话数限制（MaxSessions），稍后会再试。",
            str(error),
        ) from error
    opened.settimeout(remote.patience)
    return opened


def _target(remote: Remote) -> Target:
    """The same login as the shells' faults name it."""
    auth = SshAuth(remote.user, remote.password, weak=remote.weak)
    waits = remote.patience / 4  # `ssh_faults.connect_seconds` of it
    return Target(remote.device, remote.address, "", ssh=auth, ssh_port=remote.port, timeout=waits)
