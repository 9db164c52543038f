"""Sends what is due: claimed first, sent, then recorded, each in a transaction of its own.

Between sending and recording the worker may be killed. The claim runs out after ten minutes and
the message goes once more, under the same Message-ID: at most one repeat, nothing lost.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.channel import Channel
from inventory.delivery import INTERRUPTED, TRIES, Delivery, claim, drop, due, miss, sent
from inventory.holders import holders
from inventory.notice import Notice, NoticeReceipt, tell
from inventory.person import Person
from inventory.secret import SecretError
from netops.letter import Failure, Letter, Mail, Program, Web
from netops.notify import send
from playbooks.jobs import Job, Unfinished
from playbooks.letters import digest, letter, single, way_of
from playbooks.site import Site

Sender = Callable[[Mail | Web | Program, Letter], Failure | None]
FAILED = "/notices/deliveries?state=failed"


@dataclass(frozen=True, slots=True)
class Taken:
    """Claimed deliveries that go out as one message."""

    ids: Sequence[str]
    channel_id: str
    letter: Letter
    way: Mail | Web | Program | None
    why: str = ""  # there is no way


def deliver(site: Site, now: datetime, wire: Sender = send) -> int:
    """Send whatever is due; how many messages went out. A channel that fails for all is asked once
    a turn: with the server gone, hundreds must not wait for it one by one."""
    down: dict[str, Failure] = {}
    count = 0
    for batch in _batches(site, now):
        taken = take(site, batch, now)
        if taken is None:
            continue
        failure = down.get(taken.channel_id) or _send(taken, wire)
        if failure is not None and failure.general:
            down[taken.channel_id] = failure
        record(site, taken, failure, now)
        count += failure is None
    return count


def _send(taken: Taken, wire: Sender) -> Failure | None:
    return Failure(taken.why) if taken.way is None else wire(taken.way, taken.letter)


def _batches(site: Site, now: datetime) -> Iterable[list[Delivery]]:
    """What is due, alone or as one person's digest by one channel."""
    found: dict[tuple[str, str], list[Delivery]] = {}
    with site.database.view(EVERYTHING) as session:
        for one in due(session, now):
            key = (one.person_id, one.channel_id) if one.digest else (one.id, "")
            found.setdefault(key, []).append(one)
    return found.values()


def take(site: Site, batch: Sequence[Delivery], now: datetime) -> Taken | None:
    """Claim these deliveries and write the message; None when none of them is to go."""
    with site.database.observe() as session:
        kept = [one for one in batch if claim(session, one, now)]
        going = [pair for one in kept if (pair := _still(session, one.id, now))]
        if not going:
            return None
        first, notice = going[0]
        person = session.get_one(Person, first.person_id)
        told = (
            digest([notice for _one, notice in going], person, first.id, site.url)
            if first.digest
            else single(notice, person, first.id, site.url)
        )
        channel = session.get_one(Channel, first.channel_id)
    ids = [one.id for one, _notice in going]
    try:
        return Taken(ids, first.channel_id, told, way_of(channel, site.key, site.home))
    except SecretError as error:
        return Taken(ids, first.channel_id, told, None, str(error))


def _still(session: Session, delivery_id: str, now: datetime) -> tuple[Delivery, Notice] | None:
    """The claimed row and its notice, unless there is no need for it any more."""
    one = session.get_one(Delivery, delivery_id, populate_existing=True)
    notice = session.get_one(Notice, one.notice_id)
    if one.tries > TRIES:
        miss(one, INTERRUPTED, now)
        return None
    why = _needless(session, one, notice, now)
    if why:
        drop(one, why)
    return None if why else (one, notice)


def _needless(session: Session, one: Delivery, notice: Notice, now: datetime) -> str:
    """Why it need not, or must not, go any more; "" when it must."""
    copy = session.get(NoticeReceipt, (one.notice_id, one.person_id))
    if copy is None or copy.read_at is not None:
        return "已在屏幕上读过"
    if session.get_one(Person, one.person_id).retired_at is not None:
        return "收件人已停用"
    if session.get_one(Channel, one.channel_id).retired_at is not None:
        return "通知渠道已停用"
    if notice.right and one.person_id not in holders(session, notice.right, notice.centre_id, now):
        return "收件人已没有这项权限"
    return ""


def record(site: Site, taken: Taken, failure: Failure | None, now: datetime) -> None:
    """Write down how it went. What finally failed is told on the screen, once per channel."""
    with site.database.observe() as session:
        for one in [session.get_one(Delivery, key) for key in taken.ids]:
            if failure is None:
                sent(one, now)
            elif miss(one, failure.reason, now, lasting=failure.lasting):
                _complain(session, one, failure.reason)


def _complain(session: Session, one: Delivery, reason: str) -> None:
    """To those who watch over the place the notice was about; the channel may be their city's."""
    channel = session.get_one(Channel, one.channel_id)
    tell(
        session, "delivery", f"“{channel.name}”有通知没有送达", centre_id=one.centre_id,
        text=reason, right="health", level="warning", link=FAILED, key=f"delivery:{channel.id}",
    )  # fmt: skip


def try_channel(job: Job) -> dict[str, Any]:
    """The job behind "test": `try_once` by the channel `subject` to `params["person"]`."""
    return {"to": try_once(job.site, job.subject, str(job.params["person"]), job.run_id)}


def try_once(site: Site, channel_id: str, person_id: str, number: str) -> str:
    """Send one message by the channel to the person, now; where it went.

    Raises Unfinished with the reason when it does not get out.
    """
    with site.database.view(EVERYTHING) as session:
        channel = session.get_one(Channel, channel_id)
        person = session.get_one(Person, person_id)
    text = f"这是从通知渠道“{channel.name}”发出的测试。收到它，说明这个渠道可以用。"
    told = letter(person, "值守台测试通知", text, number, {"kind": "test"})
    try:
        failure = send(way_of(channel, site.key, site.home), told)
    except SecretError as error:
        raise Unfinished(str(error)) from None
    if failure is not None:
        raise Unfinished(failure.reason)
    places = {"email": told.email, "command": told.mobile, "webhook": channel.url or ""}
    return places[channel.kind]
