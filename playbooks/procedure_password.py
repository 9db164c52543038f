"""A login password changed on the device and in the console: together, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import or_, select

from inventory.act import system
from inventory.credential import Credential
from inventory.device import Device
from netops import ssh
from netops.config_push import run_lines
from netops.errors import DeviceError
from netops.push_facts import Push
from netops.reading import SshAuth, Target
from netops.ssh_shell import Shell
from playbooks.procedure import Orders, TakenBack
from playbooks.procedure_work import Work

Send = Callable[[Work, Shell, Orders], None]


def rotate(work: Work, orders: Orders, send: Send) -> None:
    """Set the new password and log in anew with it. While that fails, the session that set it is
    still there, and puts the old one back. Raises TakenBack: the old one
    is valid then; DeviceError when that is not known."""
    with ssh.connect(work.target, known=work.known) as shell:
        try:
            _set(work, shell, orders, work.secret, send)
            with ssh.connect(_as(work), known=work.known):
                return
        except DeviceError as error:
            if not orders.undo:
                raise
            back = replace(orders, lines=orders.undo)
            _set(work, shell, back, _old(work.target), send)
            raise TakenBack(f"新口令没有换成（{error.reason}），旧口令继续有效") from None


def adopt(work: Work) -> None:
    """The console uses the new password from now on. A credential that other devices use, too,
    stays as it is: this device gets one of its own."""
    account = _account(work)
    if work.target.ssh is None or account != work.target.ssh.user:
        work.say("不是值守台登录用的账号，凭据不变")
        return
    with work.site.database.transaction(system("更换设备登录口令")) as session:
        device = session.get_one(Device, work.device.id)
        way = session.get_one(Credential, device.ssh_id)
        shared = select(Device.id).where(
            or_(Device.ssh_id == way.id, Device.snmp_id == way.id), Device.id != device.id
        )
        if session.scalar(shared.limit(1)):
            way = _own(way, device)
            session.add(way)
            session.flush()
            device.ssh_id = way.id
        way.password = work.site.key.seal(work.secret)
        way.weigh(session, {"password": work.secret})
        name = way.name
    work.say(f"凭据“{name}”已更新")
    work.target = _as(work)


def try_again(work: Work) -> None:
    """After a rotation that was cut off: log in with the new password, and use it from now on if
    the device takes it. Raises DeviceError when it does not; nothing is changed then."""
    try:
        with ssh.connect(_as(work), known=work.known):
            work.say("新口令登录成功")
    except DeviceError as error:
        work.say(f"新口令登录没有成功：{error.reason}")
        work.move("新口令没有通过验证")
        raise
    adopt(work)
    told = f"{work.change.trouble}；后来新口令登录成功，凭据已更新"
    work.move("新口令记入凭据", trouble=told)


def _own(way: Credential, device: Device) -> Credential:
    name = f"{way.name[:40]}·{device.name}"[:52] + f" {datetime.now(UTC):%m%d%H}"
    return Credential(
        centre_id=device.centre_id, name=name, kind="ssh", user=way.user, enable=way.enable,
        days=way.days, note="更换口令时从共用的凭据分出",
    )  # fmt: skip


def _account(work: Work) -> str:
    user = work.target.ssh.user if work.target.ssh else ""
    return work.params.get("account") or user


def _as(work: Work) -> Target:
    auth = work.target.ssh or SshAuth("")
    own = replace(auth, user=_account(work), password=work.secret)
    return replace(work.target, ssh=own, retries=0)


def _old(target: Target) -> str:
    return target.ssh.password if target.ssh else ""


def _set(work: Work, shell: Shell, orders: Orders, secret: str, send: Send) -> None:
    push: Push = work.profile.push
    if orders.how != "password":
        send(work, shell, orders)
        return
    words = {"secret": secret, "old": _old(work.target)}
    answers = {ask: reply.format(**words) for ask, reply in push.password_answers.items()}
    run_lines(shell, push, orders.lines, answers)
