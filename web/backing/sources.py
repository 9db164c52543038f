"""One source: how it was backed up lately, its settings in words, whether it can be reached."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from backups.set_writing import ACCEPT
from inventory.backup_set import BackupSet
from inventory.backup_source import CADENCES, METHODS, REACHES, BackupSource
from inventory.device import Device
from inventory.role import can
from web.access import person
from web.backing.reaching import last_try
from web.backing.running import running_facts
from web.queries.backup_rows import runs_of
from web.registers.beside import beside

_WEEKDAYS = "一二三四五六日"


@beside("BackupSource")
def beside_source(session: Session, row: BackupSource) -> Mapping[str, Any]:
    """Last attempt and last success apart: green must mean that the content is fresh."""
    living = row.retired_at is None
    runs, may = runs_of(session, row.id), living and can(person(), "operate", row)
    return {
        "runs": runs, "words": in_words(session, row), "may_run": may and not row.carried,
        "may_accept": may and _doubtful(runs.last),
        "may_upload": living and row.carried and can(person(), "record", row),
        "may_try": may, "tried": last_try(session, row.id),
        **running_facts(session, row.id),
    }  # fmt: skip


def _doubtful(last: BackupSet | None) -> bool:
    """Did it fail for nothing but being empty or half as big as before?"""
    return last is not None and last.state == "failed" and ACCEPT in last.reason


def in_words(session: Session, source: BackupSource) -> str:
    """The settings as one sentence."""
    return str(_("，")).join(_parts(session, source)) + str(_("。"))


def _parts(session: Session, source: BackupSource) -> Iterator[str]:
    yield str(_(METHODS[source.method]))
    server = session.get(Device, source.device_id) if source.device_id else None
    if server is not None:
        how = _(REACHES[source.reach])
        yield str(_("在 %(name)s 上（%(how)s）", name=server.name, how=how))
    yield _when(source)
    yield str(_("保留 %(n)s 份", n=source.keep))
    if source.limit_kbps:
        yield str(_("限速 %(n)s KB/s", n=source.limit_kbps))
    if source.paused:
        yield str(_("现在暂停"))


def _when(source: BackupSource) -> str:
    told = {"cadence": _(CADENCES[source.cadence]), "hour": source.hour}
    if source.cadence == "daily":
        return str(_("%(cadence)s %(hour)s 点以后备份", **told))
    if source.cadence == "weekly":
        weekday = f"星期{_WEEKDAYS[min(source.day, 7) - 1]}"
        day = _(weekday)
        return str(_("%(cadence)s %(day)s %(hour)s 点以后备份", day=day, **told))
    return str(_("%(cadence)s从第 %(day)s 日 %(hour)s 点以后备份", day=source.day, **told))
