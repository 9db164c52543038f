"""Looking after a push: what the device says of itself now, against what was wanted."""

import time
from collections.abc import Iterable

from inventory.explained import Explained
from netops import icmp, ssh
from netops.errors import CommandRejected
from playbooks.config_tree import tree
from playbooks.procedure import Orders
from playbooks.procedure_work import Work

_WAIT, _TRIES = 1.0, 3  # seconds, and how often: one lost echo is no verdict
_AGED = 60.0  # seconds: an entry is asked for again after at most 45, and given up after 8 more


class Wrong(Explained):
    """A look afterwards found something wrong: what was pushed is undone."""


def compare(work: Work, orders: Orders, text: str) -> None:
    """The configuration as read back, and what the device displays. Raises Wrong, DeviceError."""
    if orders.exact == "text" and not work.same(text, orders.after or ""):
        raise Wrong("读回的配置与要的不一样")
    if orders.exact == "tree" and _tree(work, text) != _tree(work, orders.after or ""):
        raise Wrong("读回的配置与预计的不一样")
    lines = {" ".join(line.split()) for line in text.splitlines()}
    for line in orders.expect:
        if line not in lines:
            raise Wrong(f"读回的配置里没有“{work.clean(line)}”")
    for line in orders.absent:
        if line in lines:
            raise Wrong(f"读回的配置里还有“{work.clean(line)}”")
    cause = (orders.flaw(text) if orders.flaw else "") or _displayed(work, orders)
    if cause:
        raise Wrong(work.clean(cause))


def answering(work: Work, hosts: Iterable[str]) -> frozenset[str]:
    """Those of `hosts` that answer a ping of the console now; none where it may not ping."""
    asked = sorted(set(hosts))
    if not asked or not icmp.available():
        return frozenset()
    work.tell("核对主机是否应答")
    found = icmp.ping(asked, timeout=_WAIT, tries=_TRIES)
    return frozenset(host for host, ms in found.items() if ms is not None)


def still_answering(work: Work, hosts: Iterable[str], before: frozenset[str]) -> None:
    """Raises Wrong when somebody has fallen silent, and stays so: who was forged until now is
    looked for in the wrong place until the neighbours' ARP entries have aged."""
    asked = sorted(set(hosts))
    if not asked:
        return
    end = time.monotonic() + min(_AGED, work.seconds / 3)
    lost = sorted(before - answering(work, before))
    while lost and time.monotonic() < end:
        lost = sorted(set(lost) - answering(work, lost))
    if lost:
        more = "" if len(lost) == 1 else f" 等 {len(lost)} 台"
        raise Wrong(f"下发之后不再应答 ping：{lost[0]}{more}")
    silent = len(asked) - len(before)
    told = f"，{silent} 台原来就不应答，没有核对" if silent else ""
    work.say(f"{len(before)} 台有关主机仍然应答{told}")


def _displayed(work: Work, orders: Orders) -> str:
    """What is wrong with the device's own display. One that does not know the command tells
    nothing: the configuration was read all the same."""
    if not orders.ask or orders.heard is None:
        return ""
    try:
        with ssh.connect(work.target, known=work.known) as shell:
            said = shell.command(orders.ask)
    except CommandRejected:
        work.say(f"设备不认识“{orders.ask}”，只按读回的配置核对")
        return ""
    return orders.heard(said)


def _tree(work: Work, text: str) -> object:
    return tree(work.profile.config.family, "\n".join(work.form(text)))
