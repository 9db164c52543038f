"""Rows by the page, and one row by its key, within the scope of whoever asks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from apiflask import HTTPError
from flask import abort, g
from flask_babel import gettext as _
from sqlalchemy import GenerativeSelect, or_, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.listing import Ask, count, listed_fields, looked_up, ordered, pairs
from inventory.register import FieldError, Register, Rejected
from web.api.questions import LABELS

Row = TypeVar("Row")
Query = TypeVar("Query", bound=GenerativeSelect)
Asked = Mapping[str, Any]


def found(session: Session, cls: type[Row], key: Any) -> Row:
    """The row with this key; 404 when there is none or it is out of scope."""
    row = session.get(cls, key) if not isinstance(key, str) or key.isalnum() else None
    return row if row is not None else abort(404)


def living(session: Session, cls: type[Any], key: str) -> Any:
    """Like `found`; 409 when the row is retired."""
    row = found(session, cls, key)
    if row.retired_at is not None:
        raise HTTPError(409, _("%(name)s 已停用，请先恢复", name=row.label))
    return row


def part(query: Query, asked: Asked) -> Query:
    """The page asked for."""
    return query.limit(asked["per_page"]).offset((asked["page"] - 1) * asked["per_page"])


def paged(items: Iterable[Any], total: int, asked: Asked) -> dict[str, Any]:
    """One page of an answer; a page beyond the last is empty. It leaves with the chain's head
    (`web.api.door`)."""
    page, size = asked["page"], asked["per_page"]
    g.listed = True
    return {
        "items": list(items), "total": total, "page": page, "per_page": size,
        "pages": -(-total // size),
    }  # fmt: skip


def rows(
    session: Session, cls: type[Register], asked: Asked, *filters: str
) -> tuple[Sequence[tuple[Any, Any]], int]:
    """(row, observed row or None) of the page asked for, and how many there are in all.

    `filters` names the parameters that are columns. Raises Rejected when the order or the centre
    asked for is not known.
    """
    ask = Ask(
        search=asked.get("search", ""),
        filters={name: asked[name] for name in filters if name in asked},
        sort=_sort(cls, asked.get("sort", "")),
        retired=asked["retired"],
        within=_path(session, asked["centre"]) if asked.get("centre") else "",
    )
    ask = looked_up(session, cls, ask)
    page = session.execute(part(ordered(cls, ask), asked)).all()
    return pairs(cls, page), count(session, cls, ask)


def _sort(cls: type[Register], text: str) -> str:
    known = [field.name for _source, field in listed_fields(cls)]
    if text and text.removeprefix("-") not in known:
        raise wrong("sort", _("不能按它排序；可用：%(words)s", words="、".join(known)))
    return text


def _path(session: Session, text: str) -> str:
    query = select(Centre.path).where(or_(Centre.id == text, Centre.code == text))
    path = session.scalar(query)
    if path is None:
        raise wrong("centre", _("没有这个单位，或它不在您的管辖范围内"))
    return path


def span(asked: Asked, usual: timedelta) -> tuple[datetime, datetime]:
    """The time asked about, in UTC; `usual` long when only its end is told. Raises Rejected."""
    until = asked.get("until", datetime.now(UTC))
    since = asked.get("since", until - usual)
    if since > until:
        raise wrong("since", _("不能晚于 until"))
    return since.astimezone(UTC), until.astimezone(UTC)


def wrong(name: str, cause: str) -> Rejected:
    """A parameter that cannot be answered, and why."""
    return Rejected((FieldError(name, str(LABELS[name]), cause),))
