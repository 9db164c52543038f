"""One device's command line: log in, ask, leave. SSH by netmiko and paramiko, telnet by opt-in."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from netops.errors import CommandRejected, Unreadable
from netops.profile import profile_named
from netops.reading import Identity, Target
from netops.remote import KnownHosts
from netops.ssh_facts import identity
from netops.ssh_faults import place
from netops.ssh_keys import HostKeyChanged, fingerprint
from netops.ssh_login import Channel, close, opened
from netops.ssh_shell import Shell

__all__ = [
    "HostKeyChanged", "KnownHosts", "Shell", "command", "connect", "facts", "fingerprint",
]  # fmt: skip


@contextmanager
def connect(target: Target, *, known: KnownHosts) -> Iterator[Shell]:
    """Log in to one device and give a shell with its pager off; leave on exit.

    A transient failure is tried once more, a refusal never (accounts get locked). Raises
    Unreachable, AuthRejected (`HostKeyChanged` when the device's key is not the known one),
    or Unreadable (no common algorithm, no prompt, a profile without a command line).
    """
    connection = opened(target, known)
    try:
        yield Shell(Channel(connection, target), connection.base_prompt, place(target))
    finally:
        close(connection)


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
            f"{place(target)} 拒绝了档案「{target.profile}」的全部查询命令。"
            "请核对设备的厂商档案和登录用户的权限。"
        )
    return identity(profile.ssh.netmiko, profile.vendor, name, answers)
