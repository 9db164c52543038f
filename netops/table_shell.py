"""The neighbour tables as the command line shows them, where SNMP does not have them."""

from time import monotonic

from netops import ssh, table_text
from netops.errors import CommandRejected, Garbled, Unreadable
from netops.profile import profile_named
from netops.reading import Target
from netops.remote import KnownHosts
from netops.sighted import ArpRow, FdbRow, Table
from netops.ssh_screen import decoded
from netops.ssh_shell import Shell
from netops.ssh_talk import Bounds

# By the target's time-out, which is meant for one SNMP request.
_SILENCE = 15
_SECONDS = 60
_LEASES_END = "# leases end"


def rows(
    target: Target, known: KnownHosts, table: Table
) -> tuple[ArpRow, ...] | tuple[FdbRow, ...]:
    """The rows of "arp" or "fdb", whole; raises a `DeviceError` otherwise."""
    facts = profile_named(target.profile).tables
    with ssh.connect(target, known=known) as shell:
        if table == "arp":
            return table_text.arp_rows(facts.family, _accepted(shell, target, facts.arp_lines))
        return table_text.fdb_rows(facts.family, _accepted(shell, target, facts.fdb_lines))


def leases(target: Target, known: KnownHosts) -> tuple[str, ...]:
    """The lease files that are there, older entries first; Unreadable when there is none."""
    lines = profile_named(target.profile).tables.leases
    with ssh.connect(target, known=known) as shell:
        told = [_whole(shell, target, line) for line in lines]
    found = [text for text in told if text.rstrip().endswith(_LEASES_END)]
    if not found:
        raise Unreadable(
            f"{target.address} 上没有找到 DHCP 租约文件（dnsmasq、Kea），"
            "或者登录用户没有读取的权限。"
        )
    return tuple(text.rstrip().removesuffix(_LEASES_END) for text in found)


def _accepted(shell: Shell, target: Target, lines: tuple[str, ...]) -> str:
    """The answer to the first line the device knows: they differ between its versions."""
    for line in lines[:-1]:
        try:
            return _whole(shell, target, line)
        except CommandRejected:
            continue
    return _whole(shell, target, lines[-1])


def _whole(shell: Shell, target: Target, line: str) -> str:
    left = max(1.0, target.ends - monotonic())
    bounds = Bounds(min(target.timeout * _SECONDS, left), target.timeout * _SILENCE)
    told = shell.told(line, bounds)
    if shell.idle(bounds):
        raise Garbled(f"{shell.place} 对「{line[:60]}」的应答没有读完，稍后会再读。")
    return decoded(told.decode("latin-1"))
