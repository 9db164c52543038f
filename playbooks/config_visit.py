"""One device's configuration read and kept, whole or not at all, and how that ended."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from backups.configs import Cause, Kept, NotKept, Shelf
from inventory import usage
from inventory.act import EVERYTHING
from inventory.config_hearing import answered, state_of
from inventory.config_lock import Held, device_held
from inventory.device import Device
from inventory.notice import settle, tell
from inventory.store import Damaged
from netops import config_read
from netops.errors import AuthRejected, DeviceError, Unreadable
from netops.reading import Target
from netops.remotes import DeviceKeys
from netops.targets import targets
from playbooks.binding_state import noted
from playbooks.site import Site

_TOLD_AFTER = 3  # failures in a row
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """One device to be read, and why: `origin` is a key of ORIGINS, `by` the person who asked."""

    device_id: str
    origin: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Visited:
    """How it ended: `reason` is "" when the configuration is kept, `changed` whether it differed
    from the one before."""

    device_id: str
    reason: str = ""
    changed: bool = False
    snapshot_id: str = ""


def visit(site: Site, one: Visit) -> Visited:
    """Read and keep one configuration. A device that fails is a value with a reason."""
    begun = datetime.now(UTC)
    try:
        with device_held(site.database, one.device_id):
            return _visited(site, one, begun)
    except Held as error:
        return Visited(one.device_id, error.reason)


def _visited(site: Site, one: Visit, begun: datetime) -> Visited:
    try:
        kept = read_and_keep(site, one, begun)
    except (DeviceError, Damaged, NotKept) as error:
        return _failed(site, one.device_id, error.reason, begun, getattr(error, "permanent", True))
    except Exception:  # noqa: BLE001  (what nobody writes down would be tried for ever)
        _log.exception("configuration of %s", one.device_id)
        return _failed(site, one.device_id, "值守台内部错误，详见日志", begun, permanent=True)
    with site.database.observe() as session:
        state = state_of(session, one.device_id)
        state.attempt_at, state.why, state.failures, state.permanent = begun, "", 0, False
        answered(state, begun)
        settle(session, f"config:{one.device_id}")
        if state.saved != "no":
            settle(session, f"unsaved:{one.device_id}")
    return Visited(one.device_id, "", kept.changed, kept.snapshot_id)


def read_and_keep(site: Site, one: Visit, begun: datetime) -> Kept:
    """As `visit`, for whoever holds the device already. Raises DeviceError, Damaged."""
    with site.database.view(EVERYTHING) as session:
        target, cause = _target(session, site, one.device_id), _cause(session, one)
    if target.ssh is not None:
        with site.database.observe() as session:
            usage.count(session, "config", {target.ssh.credential: 1}, begun)
    shelf = Shelf(site.database, site.key, site.home)
    known = DeviceKeys(site.database, one.device_id)
    read = config_read.read(target, known=known)
    kept = shelf.keep(one.device_id, read, cause, begun)
    if kept.doubtful:  # so much is gone that the line may have been cut: look a second time
        read = config_read.read(target, known=known)
        kept = shelf.keep(one.device_id, read, cause, begun)
    if kept.doubtful:
        raise Unreadable(
            "配置突然少了一半以上，而且两次读到的内容不一样，没有采用；上一份备份仍然有效。"
            "请登录设备核对后再备份。"
        )
    noted(site, one.device_id, read.text, begun)
    return kept


def _target(session: Session, site: Site, device_id: str) -> Target:
    found, refused = targets(session, site.key, [device_id])
    if refused:
        raise AuthRejected(refused[0].reason)
    if not found:
        raise Unreadable("设备已停用或暂停监测，没有读取")
    return found[0]


def _cause(session: Session, one: Visit) -> Cause:
    """Who changed it is known only of a change that was heard of."""
    state = state_of(session, one.device_id)
    if state.heard_at is None:
        return Cause(one.origin, by_id=one.by or None)
    return Cause(
        state.heard_origin, author=state.heard_by, source=state.heard_from,
        evidence=state.heard_text, by_id=one.by or None,
    )  # fmt: skip


def _failed(site: Site, device_id: str, reason: str, begun: datetime, permanent: bool) -> Visited:
    """The last good copy stands; that there is no fresh one is told."""
    with site.database.observe() as session:
        state = state_of(session, device_id)
        state.attempt_at, state.why = begun, reason
        state.failures, state.permanent = state.failures + 1, permanent
        if permanent or state.failures >= _TOLD_AFTER:
            device = session.get_one(Device, device_id)
            tell(
                session, "wrong", f"{device.name}的配置没有备份成功", text=reason,
                centre_id=device.centre_id, right="operate", level="warning",
                link=f"/configs/devices/{device_id}", key=f"config:{device_id}",
            )  # fmt: skip
    return Visited(device_id, reason)
