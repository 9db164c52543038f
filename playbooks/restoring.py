"""Restores (duty E10): what was asked for, agreed to where it must be, is brought back once; what
came of it stands on the paper."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from backups.backup_keys import key_of
from backups.gathering import NotGathered
from backups.pace import Pace, Stopped
from backups.restore_targets import Refused, Wish, to_database, to_folder, to_host
from backups.set_reading import Extracted, NotInSet
from backups.sets import folder_of, matched
from backups.trying import Unlike
from backups.vault import NotKept
from inventory.act import EVERYTHING, system
from inventory.backup_key import BackupKey
from inventory.backup_restore import BackupRestore, source_of
from inventory.backup_restoring import consent, ended
from inventory.backup_set import BackupSet
from inventory.secret import SecretError
from inventory.store import Damaged
from netops.errors import DeviceError
from netops.remotes import remote_of
from playbooks import drill_scratch
from playbooks.drill_orders import order_of_drill
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

_FAULTS = (Refused, Damaged, NotInSet, NotKept, NotGathered, Unlike, DeviceError)


def restore(job: Job) -> Mapping[str, Any]:
    """The work "restore" of one paper (`subject`). Raises Unfinished when it could not be done,
    which stands on the paper, too; Stopped when the worker ends meanwhile."""
    row = _paper(job)
    said: list[str] = []
    pace = Pace(stop=job.halted, tell=lambda done: job.tell(done >> 20, 0, "正在恢复（MB）"))
    try:
        taken = _carried_out(job.site, row, job.run_id, pace, said)
    except Stopped:
        if not job.cancelled():
            raise  # the worker ends: the paper waits on, as after a kill
        _end(job.site, row, "cancelled", {"result": "执行时有人要求停止，没有恢复"})
        return {}
    except _FAULTS as error:
        raise _failed(job.site, row, error.reason) from error
    except (SecretError, OSError) as error:
        raise _failed(job.site, row, str(error)) from error
    words = "；".join((f"已恢复 {taken.files} 项", *said))
    _end(job.site, row, "done", {"result": words, "files": taken.files, "size": taken.size})
    return {"files": taken.files, "bytes": taken.size}


def _paper(job: Job) -> BackupRestore:
    """The paper, once nothing stands against it any more: consent may have been taken back."""
    with job.site.database.view(EVERYTHING) as session:
        row = session.get(BackupRestore, job.subject)
        if row is None or row.state != "waiting":
            raise Unfinished("这张恢复单已取消，或不是待执行，没有恢复")
        cause = consent(session, row)
    if cause:
        raise _failed(job.site, row, cause)
    return row


def _carried_out(
    site: Site, row: BackupRestore, name: str, pace: Pace, said: list[str]
) -> Extracted:
    wish = _wish(site, row)
    with drill_scratch.scratch(site, name) as work:
        if row.target == "folder":
            noted = partial(drill_scratch.note_draft, work)
            return to_folder(wish, site.home, row.place.strip(), pace, noted)
        if row.target == "host":
            with site.database.view(EVERYTHING) as session:
                remote = remote_of(session, site.key, row.device_id or "")
            return to_host(wish, work / "set", remote, row.place.strip(), pace)
        with site.database.view(EVERYTHING) as session:
            source = source_of(session, row)
            assert source is not None
            order = order_of_drill(session, site.key, source, work)
        return to_database(wish, order, row.place.strip(), pace, said.append)


def _wish(site: Site, row: BackupRestore) -> Wish:
    with site.database.view(EVERYTHING) as session:
        backup = session.get_one(BackupSet, row.set_id)
        print_id = session.get_one(BackupKey, backup.key_id or "").print_id
        key = key_of(session, site.key, print_id)
    matched(folder_of(site.home, backup), backup)
    only = [line.strip() for line in (row.only or "").splitlines() if line.strip()]
    return Wish(
        folder_of(site.home, backup), key, row.number, only or None,
        replace=bool((row.overwrite or "").strip()),
    )  # fmt: skip


def _failed(site: Site, row: BackupRestore, reason: str) -> Unfinished:
    _end(site, row, "failed", {"result": reason})
    return Unfinished(reason)


def _end(site: Site, row: BackupRestore, state: str, told: dict[str, Any]) -> None:
    with site.database.transaction(system("恢复数据")) as session:
        ended(session, session.get_one(BackupRestore, row.id), state, told)
