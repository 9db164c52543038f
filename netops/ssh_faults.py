"""What an administrator is told when a login fails: errors in words."""

import errno
import socket

import paramiko
from paramiko import ssh_exception

from netops.errors import AuthRejected, DeviceError, Unreachable, Unreadable
from netops.reading import Target

_NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH)


def place(target: Target) -> str:
    return f"{target.address}:{target.ssh_port}"


def connect_seconds(target: Target) -> float:
    """How long the TCP connection may take; a lost first packet is sent again after one second."""
    return target.timeout * 4


def _unconnected(target: Target, error: OSError) -> Unreachable:
    """The TCP connection did not come about."""
    here = place(target)
    if isinstance(error, ConnectionRefusedError):
        reason = f"{here} 拒绝连接：主机在线，但这个端口上没有{_service(target)}服务。"
        return Unreachable(f"{reason}请在设备上开启它，或改正设备资料中的端口。", str(error))
    if isinstance(error, socket.gaierror):
        return Unreachable(f"{here} 不是有效的地址，请改正设备资料中的地址。", str(error))
    if error.errno in _NO_ROUTE:
        return Unreachable(f"本机到 {here} 没有路由，请检查本机网络和线路。", str(error))
    return Unreachable(
        f"{here} 在 {connect_seconds(target):g} 秒内没有应答连接。"
        "可能断电、线路中断，或访问控制没有放行本机。",
        str(error),
    )


def login_failed(target: Target, error: Exception) -> DeviceError:
    """Connected, but not logged in; the cause is what netmiko wrapped."""
    if isinstance(error, DeviceError):
        return error
    if isinstance(error, OSError):
        return _unconnected(target, error)
    cause = error.__context__ if isinstance(error.__context__, Exception) else error
    return refused_by(target, cause) or Unreadable(
        f"{place(target)} 登录成功，但没有出现看得懂的命令提示符。"
        "请核对设备的厂商档案，并确认该用户登录后直接进入命令行。",
        type(error).__name__,
    )


def refused_by(target: Target, cause: Exception) -> DeviceError | None:
    """What paramiko said while logging in, in words; None for what is none of its errors."""
    if isinstance(cause, DeviceError):
        return cause
    if isinstance(cause, ssh_exception.IncompatiblePeer):
        return _no_common_algorithm(target, cause)
    if isinstance(cause, paramiko.AuthenticationException) and not _silent(cause):
        return _only_by(target, cause) or refused(target)
    if isinstance(cause, paramiko.SSHException | EOFError | OSError):
        return Unreachable(
            f"{place(target)} 已连接，但没有完成{_service(target)}握手。"
            "可能是端口不对、登录会话已满，或设备太忙，稍后会再试。",
            f"{type(cause).__name__}: {cause}",
        )
    return None


def _only_by(target: Target, cause: Exception) -> AuthRejected | None:
    """The device takes no passwords at all, only e.g. public keys."""
    if not isinstance(cause, paramiko.BadAuthenticationType):
        return None
    return AuthRejected(
        f"{place(target)} 不接受口令登录，只接受 {'、'.join(cause.allowed_types)}。"
        "请在设备上为这个用户开启口令（password）认证。"
    )


def not_privileged(target: Target) -> AuthRejected:
    return AuthRejected(
        f"{place(target)} 没有进入特权模式：特权（enable）口令不对或没有填写。"
        "请在凭据中改正特权口令。"
    )


def refused(target: Target) -> AuthRejected:
    """The login was refused: never tried again before somebody has changed the credential."""
    user = target.ssh.user if target.ssh else ""
    return AuthRejected(
        f"{place(target)} 拒绝了用户「{user}」的口令。只试了这一次，以免锁定账号；"
        "请核对凭据中的用户名和口令，以及该用户在设备上的登录权限。"
    )


def _silent(cause: Exception) -> bool:
    """paramiko also calls it an authentication failure when the server stops answering."""
    return "timeout" in str(cause).lower()


def _no_common_algorithm(target: Target, cause: Exception) -> Unreadable:
    weak = target.ssh is not None and target.ssh.weak
    advice = (
        "已允许旧算法仍不相通，请升级设备软件或重新生成它的密钥。"
        if weak
        else "旧设备：可在设备表单里允许旧算法（安全性较低，会有标记）。"
    )
    return Unreadable(f"{place(target)} 与本机没有共同的 SSH 算法。{advice}", str(cause))


def _service(target: Target) -> str:
    telnet = target.ssh is not None and target.ssh.transport == "telnet"
    return " Telnet " if telnet else " SSH "
