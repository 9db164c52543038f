"""From what was heard to rows: understood, without secrets, counted, and readings asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.config_hearing import heard as change_heard
from inventory.device import Device
from inventory.keys import new_key
from inventory.message import Message
from netops.authors import SPAN, Deed, author
from netops.event import LONGEST, Understood, understand, understand_trap
from netops.listener import Heard
from netops.redact import blank
from netops.senders import Sender
from netops.syslog import Said
from playbooks import drift_hearing

_SAME = timedelta(minutes=1)
_CHANGES = ("change", "save")  # what asks for a reading
_ORIGINS = {"udp": "syslog", "tcp": "syslog", "trap": "trap", "inform": "trap"}
_FACT, _DEEDS = 200, 2000  # characters of a fact; messages looked at to find an author
_Key = tuple[str, str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Word:
    """One understood message of a device; `times` when it was said several times at once."""

    heard: Heard
    sender: Sender
    meant: Understood
    said_at: datetime | None
    severity: int | None
    text: str
    times: int = 1

    @property
    def key(self) -> _Key:
        """What makes two messages the same: device, rule and facts, not the text, which counts."""
        return self.sender.device, self.meant.rule, frozenset(self.meant.facts.items())


def word(heard: Heard, said: Said, sender: Sender) -> Word | None:
    """What a device said, without secrets; None when no rule understands it."""
    if heard.trapped is not None:
        meant = understand_trap(heard.trapped.oid, heard.trapped.values)
        pairs = [f"{oid}={value}" for oid, value in heard.trapped.values.items()]
        text = " ".join((heard.trapped.oid, *pairs))
    else:
        meant, text = understand(said.text, sender.profile), said.text
    if meant is None:
        return None
    facts = {name: blank(value)[:_FACT] for name, value in meant.facts.items()}
    meant = replace(meant, facts=facts)
    return Word(heard, sender, meant, said.at, said.severity, blank(text[:LONGEST]))


class Book:
    """Writes messages, and remembers for a minute what it wrote: the same again is counted."""

    def __init__(self) -> None:
        self._recent: dict[_Key, tuple[str, datetime]] = {}

    def write(self, session: Session, words: Iterable[Word]) -> None:
        """One row for each message, or one more on its row; and ask for readings of changes."""
        together = _together(words)
        centres = _centres(session, {one.sender.device for one in together})
        there = [one for one in together if one.sender.device in centres]
        _ask_for_readings(session, there)
        _ask_for_scans(session, there)
        for one in there:
            known = self._recent.get(one.key)
            if known is not None and abs(one.heard.at - known[1]) < _SAME:
                again = update(Message).where(Message.id == known[0])
                session.execute(again.values(times=Message.times + one.times))
                continue
            row = _row(one, centres[one.sender.device])
            session.add(row)
            self._recent[one.key] = row.id, one.heard.at

    def forget(self, now: datetime | None = None) -> None:
        """What is older than a minute; everything, when what was written came to nothing."""
        kept = self._recent if now else {}
        self._recent = {key: one for key, one in kept.items() if now and now - one[1] < _SAME}


def _together(words: Iterable[Word]) -> list[Word]:
    """The same message several times in one batch is one with its number."""
    found: dict[_Key, Word] = {}
    for one in words:
        known = found.get(one.key)
        found[one.key] = replace(known, times=known.times + 1) if known else one
    return list(found.values())


def _centres(session: Session, devices: Iterable[str]) -> dict[str, str]:
    """The centre of each device, of this moment: it may have moved."""
    found: dict[str, str] = {}
    for some in batches(sorted(devices)):
        query = select(Device.id, Device.centre_id).where(Device.id.in_(some))
        found.update((row.id, row.centre_id) for row in session.execute(query))
    return found


def _row(one: Word, centre: str) -> Message:
    return Message(
        id=new_key(), centre_id=centre, device_id=one.sender.device, at=one.heard.at,
        said_at=one.said_at, via=one.heard.via, origin=one.heard.origin,
        severity=one.severity, kind=one.meant.kind, rule=one.meant.rule, text=one.text,
        facts=dict(one.meant.facts), times=one.times,
    )  # fmt: skip


def _ask_for_readings(session: Session, words: Sequence[Word]) -> None:
    """One word to each device for each author, however much was said."""
    changes = [one for one in words if one.meant.kind in _CHANGES]
    silent = {one.sender.device for one in changes if not one.meant.facts.get("user")}
    deeds = _deeds(session, silent, words)
    asked: dict[tuple[str, str, str], Word] = {}
    for one in changes:
        device, facts = one.sender.device, one.meant.facts
        who, source = facts.get("user", ""), facts.get("source", "")
        if not who:
            likely = author(one.heard.at, deeds[device])
            who, source = likely[0], source or likely[1]
        if "command" in facts or (device, who, source) not in asked:
            asked[device, who, source] = one  # a command tells more than "changed"
    for (device, who, source), one in asked.items():
        change_heard(
            session, device, one.heard.at, origin=_ORIGINS[one.heard.via], who=who,
            source=source, text=one.text,
        )  # fmt: skip


def _ask_for_scans(session: Session, words: Sequence[Word]) -> None:
    told = [one for one in words if one.meant.kind in drift_hearing.KINDS]
    if told:
        last = max(one.heard.at for one in told)
        drift_hearing.ask_for_scans(session, {one.sender.device for one in told}, last)


def _deeds(
    session: Session, devices: Iterable[str], words: Sequence[Word]
) -> Mapping[str, Sequence[Deed]]:
    """What known people did on these devices in the last hour, this batch's words included."""
    found: dict[str, list[Deed]] = defaultdict(list)
    for one in words:
        found[one.sender.device].append(_deed(one.heard.at, one.meant.kind, one.meant.facts))
    since = min((one.heard.at for one in words), default=datetime.now(UTC)) - SPAN
    for some in batches(sorted(devices)):
        query = select(Message.device_id, Message.at, Message.kind, Message.facts)
        query = query.where(Message.device_id.in_(some), Message.at >= since)
        newest = query.order_by(Message.at.desc()).limit(_DEEDS)
        for device, at, kind, facts in session.execute(newest):
            found[device].append(_deed(at, kind, facts))
    return found


def _deed(at: datetime, kind: str, facts: Mapping[str, str]) -> Deed:
    failed = kind == "login_failed"  # whoever did not get in has done nothing
    user = "" if failed else facts.get("user", "")
    return Deed(at, user, facts.get("source", ""), left=kind == "logout")
