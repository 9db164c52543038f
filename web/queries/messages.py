"""What devices said by themselves: the newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.message import Message

PAGE = 100
MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class MessageAsk:
    """Which messages: of one device, of one class, with these words in the text; "" is all."""

    device: str = ""
    kind: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Rows of (Message, the device's name)."""

    rows: Sequence[Row[Message, str]]
    page: int
    pages: int
    total: int


def messages(session: Session, ask: MessageAsk) -> MessagePage:
    """One page of what is in sight."""
    total = session.scalar(select(func.count()).select_from(_asked(ask).subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, ask.page), pages)
    rows = session.execute(_newest(ask).offset((page - 1) * PAGE).limit(PAGE)).all()
    return MessagePage(rows, page, pages, total)


def every(session: Session, ask: MessageAsk) -> Sequence[Row[Message, str]]:
    """All of them for a file, at most 20,000."""
    return session.execute(_newest(ask).limit(MOST_EXPORTED)).all()


def _newest(ask: MessageAsk) -> Select[Message, str]:
    return _asked(ask).order_by(Message.at.desc(), Message.id.desc())


def _asked(ask: MessageAsk) -> Select[Message, str]:
    query = select(Message, Device.name).join(Device, Device.id == Message.device_id)
    if ask.device:
        query = query.where(Message.device_id == ask.device)
    if ask.kind:
        query = query.where(Message.kind == ask.kind)
    if ask.words:
        query = query.where(Message.text.icontains(ask.words, autoescape=True))
    return query
