"""Messages of devices: received by a thread of their own, understood and written once a second.

Only what a rule understands becomes a row, and only from a device of the register. A batch is one
transaction; killed before it, its second is lost, which the daily reading makes good.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from inventory.act import EVERYTHING
from inventory.home import home_fact
from netops.listener import Heard, Listener
from netops.reading import SnmpAuth
from netops.senders import Senders, senders, ways
from netops.syslog import read
from netops.traps import Traps
from playbooks.dispatch import Pool
from playbooks.messages import Book, Word, word
from playbooks.reception import Reception, Strangers, tell
from playbooks.site import Site

BATCH = 2000
_REFRESH, _TOLD = timedelta(seconds=30), timedelta(seconds=5)
_log = logging.getLogger(__name__)


class Listening:
    """The receivers of one worker, and what it has heard that is not written yet."""

    def __init__(self, site: Site, listener: Listener) -> None:
        self._site = site
        self._listener = listener
        self._since = datetime.now(UTC)
        self._senders = Senders({})
        self._ways: Mapping[str, Sequence[SnmpAuth]] = {}
        self._refreshed = self._told = datetime.min.replace(tzinfo=UTC)
        self._book = Book()
        self._strangers = Strangers()
        self._counts: Counter[str] = Counter()

    def batch(self, now: datetime) -> int:
        """Write what has arrived since, at most 2,000 messages; how many were understood."""
        self._refresh(now)
        taken = self._listener.take(BATCH)
        words = [one for each in taken if (one := self._understood(each)) is not None]
        try:
            self._write(words)
        except SQLAlchemyError:
            self._book.forget()
            self._listener.put_back(taken)
            raise
        self._counts["understood"] += len(words)
        self._publish(now)
        return len(words)

    def _write(self, words: Sequence[Word]) -> None:
        if words:
            with self._site.database.observe() as session:
                self._book.write(session, words)

    def _refresh(self, now: datetime) -> None:
        """Look again who may send, and with which secrets."""
        if abs(now - self._refreshed) < _REFRESH:
            return
        self._refreshed = now
        with self._site.database.view(EVERYTHING) as session:
            self._senders, opened = senders(session), ways(session, self._site.key)
            name = home_fact(session, "centre")
        self._listener.known = frozenset(self._senders.at)
        if opened != self._ways or self._listener.traps is None:
            self._ways = opened
            self._listener.traps = Traps(name, opened)
        self._book.forget(now)

    def _understood(self, heard: Heard) -> Word | None:
        said = read(heard.octets, heard.at)
        sender = self._senders.who(heard.origin, said.host)
        if sender is None:
            self._counts["unknown"] += 1
            self._strangers.note(heard.origin, said.host, heard.at)
            return None
        return word(heard, said, sender)

    def _publish(self, now: datetime) -> None:
        if abs(now - self._told) < _TOLD:
            return
        self._told = now
        counts = dict(self._listener.counts + self._counts)
        doors, worst = self._listener.doors, self._strangers.worst(self._senders.who)
        with self._site.database.observe() as session:
            tell(session, Reception(now, self._since, doors, counts, worst))


def listen(site: Site, pool: Pool) -> Listening | None:
    """Open the receivers and begin to listen; None when both are switched off."""
    if not (site.syslog_port or site.trap_port):
        return None
    listener = Listener(site.receive_at, site.syslog_port, site.trap_port)
    for door in listener.doors:
        if door.why:
            told = (door.kind, door.wanted, door.why, door.port)
            _log.warning("%s port %s %s; listening on %s", *told)

    def work() -> None:
        while not pool.stopping.is_set():
            try:
                listener.turn()
            except Exception:  # noqa: BLE001  (whatever it was, the next message is not its fault)
                _log.exception("the receivers go on")
        listener.close()

    listening = Listening(site, listener)
    listening.batch(datetime.now(UTC))  # who may send is known before the first word
    pool.beside("listener", work)
    return listening
