"""Data backups by the API: back up a source now, read a set again, copy to a place. What there is
stands in the registers backup-sources, backup-sets and backup-copies."""

from typing import Any

from apiflask import HTTPError
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.run import JobRun
from web import asking
from web.access import allowed, person
from web.api import answers, examples
from web.api.door import BACKUPS, bp, documented
from web.api.paging import found, living
from web.backing.running import ask_for
from web.current import database


@bp.post("/backups/sources/<source_id>/run")
@documented(
    _l("立即备份一个来源"),
    _l("回答 202 和作业；写好后读回核对才算完成。靠人工上传的来源回答 409。要“操作”权限。"),
    BACKUPS, 400, 409,
)  # fmt: skip
@allowed("operate")
@bp.output(answers.Job, status_code=202, example=examples.JOB | {"kind": "backup"})
def run_backup(source_id: str) -> Any:
    with database().view(person().scope) as db:
        source: BackupSource = living(db, BackupSource, source_id)
    if source.carried:
        raise HTTPError(409, _("没有可以自动备份的来源：人工导出的数据文件请上传。"))
    return _begun(ask_for(source))


@bp.post("/backups/sets/<set_id>/verify")
@documented(
    _l("重新核对一份备份"),
    _l("在后台读出本机的一份，解密并逐个文件核对；回答 202 和作业。要“操作”权限。"),
    BACKUPS, 400, 409,
)  # fmt: skip
@allowed("operate")
@bp.output(answers.Job, status_code=202, example=examples.JOB | {"kind": "recheck"})
def verify_backup(set_id: str) -> Any:
    with database().view(person().scope) as db:
        row: BackupSet = living(db, BackupSet, set_id)
    if row.state not in ("good", "damaged"):
        raise HTTPError(409, _("这份备份没有可以核对的文件。"))
    return _begun(asking.ask("recheck", row.centre_id, "", sets=[row.id]))


@bp.post("/backups/places/<place_id>/copy")
@documented(
    _l("把缺的备份复制到一处"),
    _l("复制后在那里读出核对；回答 202 和作业。要“操作”权限。"),
    BACKUPS, 400, 409,
)  # fmt: skip
@allowed("operate")
@bp.output(answers.Job, status_code=202, example=examples.JOB | {"kind": "copy"})
def copy_backups(place_id: str) -> Any:
    with database().view(person().scope) as db:
        place: BackupPlace = living(db, BackupPlace, place_id)
    return _begun(asking.ask("copy", place.centre_id, place.id))


def _begun(key: str) -> Any:
    with database().view(person().scope) as db:
        run = found(db, JobRun, key)
    return run, 202, {"Location": url_for("api.job", job_id=key)}
