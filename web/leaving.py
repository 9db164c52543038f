"""What leaves the console: each export is noted in the audit chain, and carries the chain's head,
when it left, who took it along, and from which centre (Articles 117, 122; duty F2).

So a tail cut off later is found: the head stands in a file that somebody else keeps.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import abort, flash, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory.act import SYSTEM, Act
from inventory.audit import note
from inventory.chain import Head
from inventory.db import Database
from inventory.export_request import ExportRequest, consented, waiting
from inventory.register import Register, registers
from inventory.shanghai import today
from inventory.sheet import MARK
from inventory.witness import publish
from web.access import origin, person
from web.current import database, settings
from web.locale import moment
from web.registers.book import home_centre


def consent(thing: str) -> None:
    """Nothing of a confidential book leaves before a leader has agreed: who asked is led to where
    that is asked for."""
    cls = next((cls for cls in registers().values() if cls.__name__ == thing), None)
    if cls is None or not cls.confidential:
        return
    with database().view(person().scope) as session:
        if consented(session, person(), cls, today()):
            return
        asked = waiting(session, person(), cls)
    if g.get("print"):  # the worker, who can lead nobody anywhere
        abort(403)
    abort(_asking(cls) if asked is None else _waiting(asked))


def _asking(cls: type[Register]) -> Response:
    flash(_("“%(name)s”是敏感台账，导出须先经分管领导批准。", name=_(cls.title)), "warning")
    return redirect(url_for("registers.new", slug=ExportRequest.slug, book=cls.slug))


def _waiting(asked: ExportRequest) -> Response:
    flash(_("您的申请还没有决定，分管领导批准后才能导出。"), "warning")
    return redirect(url_for("registers.show", slug=asked.slug, id=asked.id))


def exported(title: str, thing: str, what: Mapping[str, Any], subject: str = "") -> str:
    """Note that the person asking took `what` of `title` along; the mark the file must carry. What
    is confidential does not leave without consent."""
    consent(thing)
    act = person().act(f"导出{title}", origin())
    head = noted(database(), act, (thing, subject, home_centre()), what)
    return marked(settings().home, head, act, g.centre_name)


def marked(home: Path, head: Head, act: Act, place: str) -> str:
    """The line below what `act` took along from `place`, a centre's name; the head stands in the
    home's witness file as well."""
    now = datetime.now(UTC)
    publish(home, (head.seq, head.hash), now)
    who = act.origin if act.actor == SYSTEM else act.actor_name  # a command line is nobody's name
    return " ".join(f"{MARK} {head} {moment(now)} {who} {place}".split())


def noted(
    here: Database, act: Act, about: tuple[str, str, str | None], what: Mapping[str, Any]
) -> Head:
    """Chain one row about (thing, its id, its centre); the head after it, once it is committed."""
    with here.transaction(act) as session:
        note(session, act, *about, what)
        return Head(*session.info["chain"])
