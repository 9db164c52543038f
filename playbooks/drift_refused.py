"""What switches refused or saw wander, as cases: where people are held to their bindings a
violation shows in no table any more, only in what the switch says of it (Article 109, duty D3)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.device import Device
from inventory.macs import random, virtual
from inventory.message import Message
from inventory.shanghai import SHANGHAI
from netops.reconcile_facts import Book, Bound, of_one_line
from playbooks.drift_loading import card, ip_of
from playbooks.drift_words import Case

REFUSED = timedelta(days=1)  # who is refused keeps trying: a day without a word is the end
_MOST = 2000  # messages looked at, the latest first: a broken card says one each second


class _Word(NamedTuple):
    """What a device said last of one card at one port."""

    device: str
    name: str
    centre: str
    branch: str
    kind: str
    mac: str
    ip: str
    port: str
    at: datetime


def refused(session: Session, book: Book, told: Iterable[Case], now: datetime) -> Iterator[Case]:
    """Each card that a device refused, or saw at several ports, within the last day, unless it is
    told already by what the tables show (`told`)."""
    known = {one.mac for one in told}
    by_ip, by_mac = _registered(book)
    for word in _words(session, now).values():
        if word.mac in known or word.mac in book.own or virtual(word.mac):
            continue
        holder, own = _near(by_ip[word.ip], word), _near(by_mac[word.mac], word)
        kind, held = _kind(book, word, holder, own)
        if kind:
            yield _case(word, kind, held)


def _words(session: Session, now: datetime) -> Mapping[tuple[str, str], _Word]:
    query = (
        select(
            Message.device_id, Device.name, Device.centre_id, Centre.path, Message.kind,
            Message.at, Message.facts,
        )
        .join(Device, Device.id == Message.device_id)
        .join(Centre, Centre.id == Device.centre_id)
        .where(Message.kind.in_(("port_security", "mac_move")), Device.retired_at.is_(None))
        .where(Message.at > now - REFUSED, Message.at <= now)
        .order_by(Message.at.desc(), Message.id.desc())
    )  # fmt: skip
    found: dict[tuple[str, str], _Word] = {}
    for device, name, centre, path, kind, at, facts in session.execute(query.limit(_MOST)):
        mac = card(_text(facts, "mac"))
        if mac:
            ip, port = ip_of(_text(facts, "ip")), _text(facts, "port").strip()[:60]
            word = _Word(device, name, centre, path, kind, mac, ip, port, at)
            found.setdefault((device, mac), word)
    return found


def _text(facts: Mapping[str, Any], name: str) -> str:
    return str(facts.get(name) or "")


_Lookup = Mapping[str, list[Bound]]


def _registered(book: Book) -> tuple[_Lookup, _Lookup]:
    """Who holds an address, and what a card holds: asked for each of thousands of words."""
    by_ip, by_mac = defaultdict[str, list[Bound]](list), defaultdict[str, list[Bound]](list)
    for one in book.bindings:
        by_ip[one.ip].append(one)
        by_mac[one.mac].append(one)
    return by_ip, by_mac


def _near(found: Iterable[Bound], word: _Word) -> Bound | None:
    return next((one for one in found if of_one_line(one.branch, word.branch)), None)


def _kind(
    book: Book, word: _Word, holder: Bound | None, own: Bound | None
) -> tuple[str, Bound | None]:
    """By what is registered, "" where it is nobody's business: no range near it is judged, or a
    card that nobody registered wanders."""
    judged = any(of_one_line(one.branch, word.branch) for one in book.ranges.values())
    if holder is not None and holder.mac != word.mac and word.kind == "port_security":
        return "taken", holder
    if own is not None:
        return "moved", own
    if not judged or word.kind == "mac_move":
        return "", None
    return ("random" if random(word.mac) else "unknown"), None


def _case(word: _Word, kind: str, held: Bound | None) -> Case:
    did = "报告 MAC 在端口间漂移" if word.kind == "mac_move" else "拒绝了"
    ip = f"（使用 {word.ip}）" if word.ip else ""
    port = f"的端口 {word.port} " if word.port else ""
    why = {
        "taken": "，这个地址登记给别人", "moved": "，这是登记过的网卡",
        "unknown": "，没有登记", "random": "，没有登记，是随机 MAC 地址",
    }[kind]  # fmt: skip
    last = f"最近一次 {word.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}，一天不再报告即为消失。"
    return Case(
        object=f"{kind}|{word.device}|{word.mac}", kind=kind, severity="warning",
        centre_id=word.centre, prefix_id=held.prefix if held else "", ip=word.ip, mac=word.mac,
        binding_id=held.id if held else "", device_id=word.device, port=word.port,
        text=f"{word.name} {port}{did} {word.mac}{ip}{why}。\n{last}",
    )  # fmt: skip
