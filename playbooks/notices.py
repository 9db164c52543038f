"""Notices on their way: who is to get which copy by which channel and when; and when they go.

A notice to a right is given out twice over: at telling, to whoever holds the right then, so that it
stands on the screen at once and can be counted; and here, while nobody has read it, to whoever
came to hold the right since: the deputy of a leader who fell ill must find what is waiting. What
was read by somebody stays with those who had it: a newcomer is not buried under old matters.
Before anything is sent, `delivering` asks again whether the person still holds the right.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import Executable, delete, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.channel import Channel, channels_for
from inventory.db import in_turn
from inventory.delivery import Delivery
from inventory.holders import holders
from inventory.notice import Notice, NoticeReceipt, hand
from inventory.person import Person
from inventory.policy import policy
from inventory.wish import DIGEST_AT, next_digest, way, wish_of
from playbooks.site import Site

_PLANNING = 4_100_008  # PostgreSQL advisory lock: two workers plan one after the other
_AT_ONCE = 500  # rows of one turn; the next comes in seconds
_HANDED_ON = timedelta(days=30)


def plan(site: Site, now: datetime) -> int:
    """Make the deliveries of copies nobody has looked at yet; how many copies there were."""
    fresh = (
        select(NoticeReceipt, Notice)
        .join(Notice, Notice.id == NoticeReceipt.notice_id)
        .where(NoticeReceipt.planned.is_(False))
        .order_by(Notice.made_at, Notice.id)
        .limit(_AT_ONCE)
    )
    if not _any(site, fresh.limit(1)):
        return 0
    with site.database.observe() as session:
        in_turn(session, _PLANNING)
        copies = session.execute(fresh).all()
        for copy, notice in copies:
            copy.planned = True
            if copy.read_at is None:
                session.add_all(_deliveries(session, notice, copy.person_id, now))
    return len(copies)


def _any(site: Site, query: Executable) -> bool:
    """Is there work? Asked every few seconds, so without taking the one writer's place."""
    with site.database.view(EVERYTHING) as session:
        return session.execute(query).first() is not None


def _deliveries(
    session: Session, notice: Notice, person_id: str, now: datetime
) -> Iterator[Delivery]:
    """By every channel that reaches the person, when the person's wishes say so. A digest counts
    from when it was told: after an outage what was due goes at once."""
    person, wish = session.get_one(Person, person_id), wish_of(session, person_id)
    how = way(wish.ways if wish else {}, notice.kind, notice.level)
    if person.retired_at is not None or how == "screen":
        return
    digest = how == "digest"
    hour = wish.digest_at if wish else DIGEST_AT
    for channel in channels_for(session, person.centre_id):
        if reaches(channel, person):
            yield Delivery(
                notice_id=notice.id, person_id=person.id, channel_id=channel.id, digest=digest,
                centre_id=notice.centre_id, made_at=now,
                next_at=next_digest(notice.made_at, hour) if digest else now,
            )  # fmt: skip


def reaches(channel: Channel, person: Person) -> bool:
    """Has the person what this channel needs?"""
    return bool({"email": person.email, "command": person.mobile}.get(channel.kind, True))


def hand_on(site: Site, now: datetime) -> int:
    """Give what nobody has read yet to whoever came to hold the right since; how many copies."""
    with site.database.view(EVERYTHING) as session:
        missing = _missing(session, now)
    if not missing:
        return 0
    given = 0
    with site.database.observe() as session:
        in_turn(session, _PLANNING)
        for key, people in missing.items():
            new = people - _given(session, [key]).get(key, set())
            hand(session, session.get_one(Notice, key), sorted(new))
            given += len(new)
    return given


def _missing(session: Session, now: datetime) -> Mapping[str, AbstractSet[str]]:
    """Notice → who holds its right now and has no copy."""
    read = select(NoticeReceipt.notice_id).where(NoticeReceipt.read_at.is_not(None))
    waiting = (
        select(Notice)
        .where(Notice.right != "", Notice.made_at > now - _HANDED_ON, Notice.id.not_in(read))
        .order_by(Notice.id.desc())
        .limit(_AT_ONCE)
    )
    notices = session.scalars(waiting).all()
    places = {(one.right, one.centre_id) for one in notices}
    known = {place: holders(session, *place, now) for place in places}
    given = _given(session, [one.id for one in notices])
    new = {one.id: known[one.right, one.centre_id] - given.get(one.id, set()) for one in notices}
    return {key: people for key, people in new.items() if people}


def _given(session: Session, notices: Sequence[str]) -> Mapping[str, set[str]]:
    """Notice → who has a copy."""
    copies = select(NoticeReceipt.notice_id, NoticeReceipt.person_id)
    found: dict[str, set[str]] = {}
    for notice, person in session.execute(copies.where(NoticeReceipt.notice_id.in_(notices))):
        found.setdefault(notice, set()).add(person)
    return found


def tidy_notices(site: Site, now: datetime) -> int:
    """Drop what is older than the policy keeps and waits for no living person; how many notices."""
    with site.database.view(EVERYTHING) as session:
        before = now - timedelta(days=policy(session).kept_days)
    gone = 0
    while done := _drop(site, before):
        gone += done
    return gone


def _drop(site: Site, before: datetime) -> int:
    unread = (
        select(NoticeReceipt.notice_id)
        .join(Person, Person.id == NoticeReceipt.person_id)
        .where(NoticeReceipt.read_at.is_(None), Person.retired_at.is_(None))
    )
    old = select(Notice.id).where(Notice.made_at < before, Notice.id.not_in(unread))
    with site.database.observe() as session:
        session.execute(delete(Delivery).where(Delivery.made_at < before, Delivery.state == "sent"))
        ids = list(session.scalars(old.limit(_AT_ONCE)))
        session.execute(delete(Delivery).where(Delivery.notice_id.in_(ids)))
        session.execute(delete(NoticeReceipt).where(NoticeReceipt.notice_id.in_(ids)))
        session.execute(delete(Notice).where(Notice.id.in_(ids)))
    return len(ids)
