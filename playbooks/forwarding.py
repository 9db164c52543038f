"""A copy of each audit row leaves for another machine within seconds, or as soon as it answers."""

import json
import socket
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.audit import head
from inventory.chain import recorded
from inventory.home import HomeFact, home_fact
from inventory.notice import settle, tell
from inventory.os_words import cause_of
from netops.syslog_out import Message, receiver, send
from playbooks.site import Site

FACT = "syslog"  # {"seq": the newest row that has gone out, "failed": why the next has not, or ""}
_KEY = "syslog_failed"
_BATCH, _BATCHES = 500, 20


def forward(site: Site) -> int:
    """Send what is new since the row sent last; how many. What could not be sent waits: after a
    failure, or an end between sending and noting, rows go out again rather than never."""
    if not site.syslog:
        return 0
    to, sent = receiver(site.syslog), 0
    for _ in range(_BATCHES):
        rows, after = _next(site)
        if rows:
            try:
                send(to, [_message(row) for row in rows], socket.gethostname())
            except OSError as error:
                _failed(site, after, f"{to}：{cause_of(error)}")
                return sent
        _sent(site, rows[-1].seq if rows else after)
        sent += len(rows)
        if len(rows) < _BATCH:
            break
    return sent


def forwarded(session: Session) -> tuple[int, str]:
    """The newest row that has gone out (-1 while none was due), and why the next has not."""
    told = json.loads(home_fact(session, FACT) or '{"seq": -1, "failed": ""}')
    return told["seq"], told["failed"]


def _next(site: Site) -> tuple[list[Any], int]:
    """The rows to send now, and the row they follow. The first time: only what is yet to come.
    A chain that is shorter than what was sent has been cut: what it grows anew goes out, too."""
    with site.database.view(EVERYTHING) as session:
        newest, (seq, _why) = head(session)[0], forwarded(session)
        after = newest if seq < 0 else min(seq, newest)
        return list(islice(recorded(session.connection(), after), _BATCH)), after


def _message(row: Any) -> Message:
    facts = {
        "seq": str(row.seq), "actor": row.actor, "name": row.actor_name, "role": row.role,
        "origin": row.origin, "act": row.act, "centre": row.centre_id or "", "thing": row.thing,
        "thingId": row.thing_id, "hash": row.row_hash,
    }  # fmt: skip
    told = (row.actor_name, row.act, row.reason, f"{row.before} → {row.after}")
    return Message(row.at, row.change, facts, " ".join(filter(None, told)))


def _sent(site: Site, seq: int) -> None:
    with site.database.observe() as session:
        before, why = forwarded(session)
        if why:
            settle(session, _KEY)
        if (before, why) != (seq, ""):
            _keep(session, seq, "")


def _failed(site: Site, seq: int, why: str) -> None:
    with site.database.observe() as session:
        _keep(session, seq, why)
        tell(
            session, "wrong", "审计记录送不到日志服务器", centre_id=site.centre_id, level="warning",
            text=f"{why}。没有送出的会在恢复后补送；请检查网络和 NETOPS_SYSLOG。",
            right="trail", link="/audit/", key=_KEY,
        )  # fmt: skip


def _keep(session: Session, seq: int, failed: str) -> None:
    session.merge(HomeFact(name=FACT, value=json.dumps({"seq": seq, "failed": failed})))
