"""Where a device's configuration and the register of bindings differ (duty D2): entries it lacks,
entries nobody has registered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.config_state import ConfigState
from inventory.device import Device
from netops.binding_text import missing, same
from netops.enforced import Entry
from netops.errors import Unreadable
from netops.profile import Profile, profile_named
from playbooks.binding_wanted import Want, Wanted, declared, entries_of_all

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: `kind` "missing" (registered, not on the device; `binding_id`, `prefix_id`
    tell which) or "extra" (on the device, not registered); `why` in Chinese."""

    kind: str
    ip: str
    mac: str
    port: str
    vlan: int | None
    binding_id: str | None
    prefix_id: str | None
    why: str


def differences(session: Session, device_id: str) -> list[Difference]:
    """What is different on one device; nothing where its configuration was never read, or where
    its kind binds nothing that we know of. Raises LookupError."""
    device = session.get(Device, device_id)
    if device is None:
        raise LookupError(device_id)
    state = session.get(ConfigState, device_id)
    if state is None or state.success_at is None:
        return []
    return dict(differences_of(session, {device_id: device.profile})).get(device_id, [])


def differences_of(
    session: Session, profiles: Mapping[str, str]
) -> Iterator[tuple[str, list[Difference]]]:
    """The same of many devices whose configuration was read, by their profiles: a few statements
    for a hundred of them."""
    known = {key: found for key, name in profiles.items() if (found := _binding(name))}
    for some in batches(known, _AT_ONCE):
        wanted, there = Wanted(session, some), entries_of_all(session, some)
        also = declared(session, (one for have in there.values() for one in have))
        for device in some:
            asked, have = wanted.of(device, known[device]), there.get(device, [])
            undeclared = [one for one in have if (one.ip, one.mac) not in also]
            yield device, [*_missing(asked, have), *_extra(known[device], asked, undeclared)]


def _binding(name: str) -> Profile | None:
    """The profile, if its devices bind anything that we know of."""
    try:
        profile = profile_named(name)
    except Unreadable:
        return None
    return profile if profile.binding.known else None


def _missing(asked: list[Want], have: list[Entry]) -> Iterator[Difference]:
    lost = set(missing((one.entry for one in asked if not one.why), have))
    for one in asked:
        if one.entry in lost:
            ip, mac, port, vlan, _line = one.entry
            other = next((each for each in have if each.ip == ip), None)
            why = f"设备上绑定的是 {other.mac} {other.port}".rstrip() if other else ""
            yield Difference(
                "missing", ip, mac, port, vlan, one.binding_id, one.prefix_id,
                why or "设备的运行配置里没有这条绑定",
            )  # fmt: skip


def _extra(profile: Profile, asked: list[Want], have: list[Entry]) -> Iterator[Difference]:
    """Static ARP serves other ends, too: what nobody registered is told of switches alone."""
    if profile.binding.at == "gateway":
        return
    wanted = {one.entry.ip: one.entry for one in asked}
    for one in have:
        known = wanted.get(one.ip)
        if known is None or not same(known, one):
            why = "登记里没有这条绑定" if known is None else f"登记的是 {known.mac} {known.port}"
            yield Difference("extra", one.ip, one.mac, one.port, one.vlan, None, None, why.rstrip())
