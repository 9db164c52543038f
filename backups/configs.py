"""The shelf of configurations: each is kept twice, encrypted as it was told, and readable without
its secrets.

A new one goes into the vault, then into the history, then into the catalogue. Cut off anywhere in
between, the file in the vault is found by `reconcile`, or before the next one is kept, and the rest
is done from its header: nothing is lost and nothing is doubled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from backups import catalogue
from backups.catalogue import Entered, Thing
from backups.content import (
    Cause,
    Content,
    check,
    check_new,
    digest,
    header,
    readable,
    saved,
    text_of,
    words,
    wrong,
)
from backups.difference import lines
from backups.looks import Looks
from backups.mending import lately, mend
from backups.textgit import Note, Writer
from backups.vault import Header, NotKept
from backups.veil import profile_of
from inventory.act import EVERYTHING, Act, Scope, system
from inventory.config_snapshot import ConfigSnapshot
from inventory.content import plain_name
from inventory.db import Database
from inventory.secret import Key
from inventory.store import Damaged
from netops.config_check import shrunk
from netops.config_read import ConfigRead
from netops.profile import profile_named
from netops.redact import comparable

__all__ = ["Cause", "Kept", "NotKept", "Reconciled", "Shelf"]


@dataclass(frozen=True, slots=True)
class Kept:
    """`changed`: a new configuration was kept. `snapshot_id` is the newest one ("" for none).
    `doubtful`: so much was missing that nothing was replaced; the same again is believed."""

    changed: bool
    snapshot_id: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a start found: configurations (ids) entered into the catalogue now, and what was set
    aside, each as (file, why)."""

    adopted: tuple[str, ...] = ()
    aside: tuple[tuple[str, str], ...] = ()


def _on(_step: str) -> None:
    """Nobody looks over the shoulder."""


class Shelf(Looks):
    """Where configurations are kept. `step` is told "vault", "git" and "row" when each is done: a
    seam for tests that pull the plug there."""

    def __init__(
        self, database: Database, key: Key, home: Path, step: Callable[[str], None] = _on
    ) -> None:
        super().__init__(database, key, home)
        self._step = step

    def keep(self, device_id: str, read: ConfigRead, cause: Cause, now: datetime) -> Kept:
        """Keep what was read of a device; nothing new is a success, too. Where the history is
        damaged, it is kept in the vault alone, and told.

        Raises NotKept (nothing of it was kept), LookupError for no such device, Unreadable for a
        profile that is gone.
        """
        thing = self._thing(device_id)
        profile = profile_named(thing.profile)
        form = self.veil.form(comparable(profile, read.text))
        content = Content(read.raw, read.text, form, saved(profile, read))
        if (kept := self._settled(thing, content, now)) is not None:
            return kept
        with self.repo(thing.repo).alone() as writer:
            self._adopt(writer, device_id)
            thing = self._thing(device_id)
            if (kept := self._settled(thing, content, now)) is not None:
                return kept  # another was faster
            act = system("备份设备配置", reason=cause.reason)
            top = header(thing, content, cause, now)
            return self._store(writer, thing, top, content, act)

    def take_in(
        self, device_id: str, name: str, data: bytes, who: Act, reason: str, now: datetime
    ) -> Kept:
        """Keep a file that a person exported by hand: boxes with a web page only, the PBX.

        A text can be read, compared and searched like what is read from devices; anything else, and
        a text above LARGEST_TEXT, is kept in the vault alone. Raises Rejected (also when
        nothing has changed), NotKept.
        """
        name = plain_name(name)
        check(data, reason)
        try:
            thing = self._thing(device_id, who.scope)
        except LookupError:
            raise wrong("device_id", "设备", "没有这台设备，或不在您的权限范围内") from None
        text, profile = readable(data), profile_of(thing.profile)
        told = comparable(profile, text) if profile and text is not None else digest(data)
        content = Content(data, text, self.veil.form(told))
        cause = Cause("import", author=who.actor_name, reason=reason, by_id=who.actor)
        with self.repo(thing.repo).alone() as writer:
            self._adopt(writer, device_id)
            thing = self._thing(device_id)
            check_new(thing, content)
            top = header(thing, content, cause, now, name)
            act = who.named("导入设备配置", reason)
            return self._store(writer, thing, top, content, act)

    def reconcile(self) -> Reconciled:
        """Enter what was cut off before it reached the catalogue; set aside what cannot be read or
        belongs to no device. Raises NotKept."""
        self.vault.sweep()
        with self.database.view(EVERYTHING) as session:
            rows = set(session.scalars(select(ConfigSnapshot.id)))
        left = sorted((p for p in self.vault.files() if p.stem not in rows), key=_device_of)
        adopted: list[str] = []
        aside: list[tuple[str, str]] = []
        for device_id, places in groupby(left, _device_of):
            try:
                thing = self._thing(device_id)
            except LookupError:
                aside += [(self.vault.set_aside(p).name, "登记里没有这台设备") for p in places]
                continue
            with self.repo(thing.repo).alone() as writer:
                done = self._adopt(writer, device_id)
            adopted += done.adopted
            aside += done.aside
        return Reconciled(tuple(adopted), tuple(aside))

    def _thing(self, device_id: str, scope: Scope = EVERYTHING) -> Thing:
        with self.database.view(scope) as session:
            return catalogue.thing(session, device_id)

    def _settled(self, thing: Thing, content: Content, now: datetime) -> Kept | None:
        """Nothing to be kept: as before, or doubtful; None when it is new."""
        latest = thing.latest.id if thing.latest else ""
        if thing.same(content.form):
            with self.database.observe() as session:
                catalogue.succeeded(session, thing.id, now, content.saved)
            return Kept(False, latest)
        if thing.suspect == content.form or not self._shrunk(thing, content):
            return None
        with self.database.observe() as session:
            catalogue.doubted(session, thing.id, content.form, now)
        return Kept(False, latest, doubtful=True)

    def _shrunk(self, thing: Thing, content: Content) -> bool:
        if not thing.form or thing.latest is None:
            return False
        return shrunk("\n" * thing.latest.lines_total, content.text or "")

    def _store(self, writer: Writer, thing: Thing, top: Header, content: Content, act: Act) -> Kept:
        clean = self._clean(thing, content.text)
        place = self.vault.write(top, content.raw)
        self._step("vault")
        try:
            entered = self._commit(writer, thing, top, clean)
        except NotKept:
            place.unlink()  # refused whole: whoever asked is told, and may ask again
            raise
        self._step("git")
        self._enter(top, entered, act, content.saved)
        self._step("row")
        return Kept(True, top.snapshot)

    def _clean(self, thing: Thing, text: str | None) -> str | None:
        profile = profile_of(thing.profile)
        return None if text is None else self.veil.redacted(thing.id, profile, text)

    def _commit(self, writer: Writer, thing: Thing, top: Header, clean: str | None) -> Entered:
        if clean is None:
            return Entered()
        note = Note(top.further["author"], top.taken_at, words(thing, top))
        repo, total = writer.repo.name, len(lines(clean))
        known = thing.latest is not None and thing.latest.commit != "" and thing.latest.repo == repo
        try:
            commit = self._written(writer, thing.id, clean, note, known=known)
        except Damaged as error:
            return Entered(lines_total=total, trouble=error.reason)
        if thing.latest is None or not thing.latest.commit:
            return Entered(repo, commit, total, 0, total)
        fresh = ConfigSnapshot(repo=repo, commit=commit, device_id=thing.id)
        try:
            return Entered(repo, commit, *self.counts(thing.latest, fresh), total)
        except Damaged as error:
            return Entered(repo, commit, total, 0, total, trouble=error.reason)

    def _written(
        self, writer: Writer, device_id: str, clean: str, note: Note, *, known: bool
    ) -> str:
        """Its commit. A history that cannot be built upon is written anew, once in a day. Raises
        NotKept, Damaged."""
        try:
            return writer.commit(device_id, clean, note, known=known)
        except Damaged as error:
            now, repo = datetime.now(UTC), writer.repo
            if lately(repo, now):
                raise
            try:
                mend(self, repo.name, system("重建配置历史库", reason=error.reason), now)
            except NotKept:
                raise error from None  # there was no room for another; the vault still takes it
        return writer.commit(device_id, clean, note, known=known)

    def _enter(self, top: Header, entered: Entered, act: Act, saved: str = "") -> None:
        with self.database.transaction(act) as session:
            catalogue.record(session, top, entered)
            catalogue.succeeded(session, top.device, top.taken_at, saved)
            if entered.trouble:
                catalogue.tell_trouble(session, top, entered.trouble)

    def _adopt(self, writer: Writer, device_id: str) -> Reconciled:
        """Whatever of this device is in the vault and not in the catalogue, oldest first."""
        with self.database.view(EVERYTHING) as session:
            rows = catalogue.known(session, device_id)
        adopted, aside = [], []
        for place in self.vault.of_device(device_id):
            if place.stem in rows:
                continue
            try:
                top, raw = self.vault.read(place)
            except Damaged as error:
                aside.append((self.vault.set_aside(place).name, error.reason))
                continue
            thing = self._thing(device_id)
            if thing.same(top.further["form"]):
                place.unlink()  # the same was kept since
                continue
            clean = self._clean(thing, text_of(top.origin, raw))
            entered = self._commit(writer, thing, top, clean)
            self._enter(top, entered, system("补记设备配置备份", reason="上次保存中断"))
            adopted.append(top.snapshot)
        return Reconciled(tuple(adopted), tuple(aside))


def _device_of(place: Path) -> str:
    return place.parent.name
