"""One change being worked on: its device, its configuration, and everything without its secrets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from backups.configs import Cause, Shelf
from inventory.act import EVERYTHING, system
from inventory.change import IN_FLIGHT, Change
from inventory.changing import note
from inventory.config_snapshot import ConfigSnapshot
from inventory.credential import Credential
from inventory.device import Device
from inventory.secret import SecretError
from inventory.stepping import moving
from netops import config_read
from netops.config_read import ConfigRead
from netops.poller import poll
from netops.profile import Profile, profile_named
from netops.reading import Target
from netops.redact import comparable, redact
from netops.remotes import DeviceKeys
from netops.ssh_screen import decoded
from netops.targets import target_of, targets
from playbooks.binding_state import noted
from playbooks.jobs import Unfinished
from playbooks.procedure import Procedure, Refusal, Scene, procedure_named
from playbooks.site import Site

_A_WORD = 4  # letters: shorter than that a secret is a word of any text


def _silent(_text: str) -> None:
    """Nobody watches."""


@dataclass
class Work:
    """A change with all it takes to work on it. `minute` is how long a minute of the change lasts
    in seconds (tests are in a hurry), `tell` is told what is being done now."""

    site: Site
    change: Change
    device: Device
    procedure: Procedure
    target: Target
    minute: float = 60.0
    tell: Callable[[str], None] = _silent
    at: int = 0  # which step of the procedure
    notes: list[tuple[datetime, str]] = field(default_factory=list)

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.site.database, self.site.key, self.site.home)

    @cached_property
    def profile(self) -> Profile:
        return profile_named(self.target.profile)

    @cached_property
    def known(self) -> DeviceKeys:
        return DeviceKeys(self.site.database, self.device.id)

    @cached_property
    def params(self) -> dict[str, str]:
        told: dict[str, str] = json.loads(self.change.params)
        if self._typed and self._sealed:
            told |= json.loads(self._sealed)
        return told | dict(self.procedure.given)

    @property
    def secret(self) -> str:
        """A password to be set; "" where what is sealed are lines that hold secrets."""
        return "" if self._typed else self._sealed

    @property
    def _typed(self) -> bool:
        return any(one.kind == "lines" for one in self.procedure.params)

    @cached_property
    def _sealed(self) -> str:
        sealed = self.change.secret
        return self.site.key.open(sealed) if sealed else ""

    @property
    def seconds(self) -> float:
        """Until the console takes it back unless it is confirmed."""
        return self.change.minutes * self.minute

    @property
    def slack(self) -> float:
        """How much later the device does it by itself: the console goes first, and more gently."""
        return self.minute

    def say(self, text: str) -> None:
        """One more line of what happened."""
        self.notes.append((datetime.now(UTC), text))
        self.tell(text)

    def read(self, *, saved: bool = True) -> ConfigRead:
        """What the device runs now; empty where it has nothing that could be read."""
        if not self.profile.config.running:
            return ConfigRead(b"", "", None, "")
        parts = ("running", "saved") if saved else ("running",)
        return config_read.read(self.target, known=self.known, parts=parts)

    def keep(self, read: ConfigRead) -> str | None:
        """The id of the configuration as kept, None where there is none to keep."""
        if not read.raw:
            return None
        cause = Cause("procedure", reason=self.change.what, by_id=self.change.runner_id)
        kept = self.shelf.keep(self.device.id, read, cause, datetime.now(UTC))
        if kept.doubtful:
            read = self.read()
            kept = self.shelf.keep(self.device.id, read, cause, datetime.now(UTC))
        noted(self.site, self.device.id, read.text, datetime.now(UTC))
        return kept.snapshot_id or None

    def raw(self, snapshot_id: str) -> str:
        """A kept configuration of this device, whole. Raises Refusal, Damaged."""
        with self.site.database.view(EVERYTHING) as session:
            found = session.get(ConfigSnapshot, snapshot_id)
        if found is None or found.device_id != self.device.id:
            raise Refusal("没有这份备份，或不是这台设备的", "snapshot")
        return decoded(self.shelf.raw(found).decode("latin-1"))

    def scene(self, read: ConfigRead) -> Scene:
        """What a maker goes by."""
        auth = self.target.ssh
        return Scene(
            self.profile, self.params, read.text, read.saved, self.raw, auth.user if auth else "",
            self.secret, auth.password if auth else "",
        )  # fmt: skip

    def clean(self, text: str) -> str:
        """Without secrets, as people may see it."""

        def tag(secret: str) -> str:
            return self.shelf.veil.tag(self.device.id, secret)

        auth = self.target.ssh
        for secret in (self.secret, auth.password if auth else "", auth.enable if auth else ""):
            if len(secret) >= _A_WORD:
                text = text.replace(secret, f"<已隐去 {tag(secret)}>")
        return redact(self.profile.config.family or "any", text, tag)

    def base(self, text: str) -> str:
        """By this digest (keyed: it tells nobody anything) a plan knows the configuration it was
        made against."""
        return self.shelf.veil.form("\n".join(self.form(text)))

    def same(self, one: str, other: str) -> bool:
        """Are two texts the same configuration?"""
        return self.form(one) == self.form(other)

    def form(self, text: str) -> list[str]:
        """Its lines but the volatile ones, and comments where the text is a script."""
        told = comparable(self.profile, text).splitlines()
        return [line for line in told if not (self.profile.push.whole and line.startswith("#"))]

    def timer(self, read: ConfigRead) -> str:
        """The kind of undo that may wait on the device itself, "" for none: one that restarts would
        lose whatever else nobody has saved yet."""
        kind = self.profile.push.timer.kind if self.procedure.timed else ""
        return "" if kind == "reboot" and not self.settled(read) else kind

    def settled(self, read: ConfigRead) -> bool:
        """Would the device start with what it runs now?"""
        return read.saved is not None and self.same(read.text, read.saved)

    def reaches(self) -> tuple[str, ...]:
        """By which means the device answers the console now, apart from the command line."""
        quick = replace(self.target, retries=max(self.target.retries, 1))
        return poll(quick, ("status",)).answered

    def move(self, act: str, state: str = "", **values: object) -> None:
        """Write down where the change stands and what happened since; one act of the console."""
        with self.site.database.transaction(system(act, reason=self.change.what)) as session:
            row = session.get_one(Change, self.change.id)
            with moving(session, row):
                for at, text in self.notes:
                    note(row, text, at)
                for name, value in values.items():
                    setattr(row, name, value)
                row.state = state or row.state
            session.flush()
        self.notes.clear()
        self.change = row


def work_on(site: Site, change_id: str, minute: float = 60.0) -> Work:
    """Raises Unfinished when the change or its device is not to be worked on, DeviceError when
    its credential does not open or its profile is gone."""
    with site.database.view(EVERYTHING) as session:
        change = session.get(Change, change_id)
        if change is None:
            raise Unfinished("没有这项配置操作")
        device = session.get_one(Device, change.device_id)
        begun = change.state in IN_FLIGHT
        target = (_still if begun else _target)(session, site, device)
        if target.ssh is None:
            raise Unfinished("设备没有登录凭据，不能操作：请先在设备资料中选一个")
    try:
        procedure = procedure_named(change.procedure)
    except Refusal as error:
        raise Unfinished(error.reason) from None
    return Work(site, change, device, procedure, target, minute)


def _target(session: Session, site: Site, device: Device) -> Target:
    found, refused = targets(session, site.key, [device.id])
    if refused:
        raise Unfinished(refused[0].reason)
    if not found:
        raise Unfinished("设备已停用或暂停监测，不能操作")
    return found[0]


def _still(session: Session, site: Site, device: Device) -> Target:
    """By its command line alone: what was begun comes to its end, paused or not."""
    way = session.get(Credential, device.ssh_id) if device.ssh_id else None
    try:
        return target_of(device, {way.id: way} if way else {}, site.key)
    except SecretError as error:
        raise Unfinished(str(error)) from None
