"""Verbs for the box's root, so that nobody is locked out for good: `netops person unlock`,
`reset-password`, `reset-phone`, `any-address` and `sessions`. Each is audited with the box's own
account.
"""

from datetime import UTC, datetime
from getpass import getuser
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import attempt, audit, factor
from inventory import session as logins
from inventory.act import EVERYTHING, Act, system
from inventory.home import home_fact
from inventory.notice import tell as notify
from inventory.person import Person
from inventory.policy import open_to_any_address
from inventory.resets import warn
from inventory.session import ENDED, FACTORS
from web.cli.telling import as_json, table, tell
from web.locale import moment
from web.queries.logins import own
from web.settings import Settings
from web.up import opened


def join(netops: click.Group) -> None:
    """Beside the verbs that every register has."""
    person = netops.commands["person"]
    assert isinstance(person, click.Group)
    for verb in (unlock, reset_password, reset_phone, any_address, sessions):
        person.add_command(verb)


@click.command()
@click.argument("login", required=False)
@click.option("--address", help="解除对这个地址的锁定")
@as_json
@click.pass_obj
def unlock(settings: Settings, login: str | None, address: str | None, as_json: bool) -> None:
    """解除登录锁定：某人的，或某个地址的。"""
    if bool(login) == bool(address):
        raise click.UsageError("请写登录名，或 --address 地址")
    act = acting("解除登录锁定")
    with opened(settings) as database, database.transaction(act) as session:
        opened_now = _unlock(session, act, login or "", address or "")
    tell({"unlocked": opened_now}) if as_json else click.echo(
        "已解除锁定" if opened_now else "没有锁定，也没有失败记录"
    )


def _unlock(session: Session, act: Act, login: str, address: str) -> bool:
    person = _person(session, login) if login else None
    key = attempt.person_key(person.id) if person else _address_key(address)
    found = attempt.forget(session, key)
    if found:
        thing_id, centre_id = (person.id, person.centre_id) if person else ("", None)
        audit.note(session, act, "Person", thing_id, centre_id, {"对象": address or login})
    return found


@click.command("reset-password")
@click.argument("login")
@as_json
@click.pass_obj
def reset_password(settings: Settings, login: str, as_json: bool) -> None:
    """重设一个人的口令（只显示一次，下次登录必须修改）；在线的登录立即失效。"""
    with opened(settings) as database, database.transaction(acting("重设口令")) as session:
        person = _person(session, login)
        once = person.welcome()
        attempt.forget(session, attempt.person_key(person.id))
        warn(session, person)
    tell({"login": login, "once": once}) if as_json else click.echo(f"{once}（只显示这一次）")


@click.command("reset-phone")
@click.argument("login")
@as_json
@click.pass_obj
def reset_phone(settings: Settings, login: str, as_json: bool) -> None:
    """重置一个人的动态码（手机和恢复单都丢了）；审计管理人员会收到通知。"""
    with opened(settings) as database, database.transaction(acting("重置动态码")) as session:
        person = _person(session, login)
        factor.reset(session, person, datetime.now(UTC))
        notify(
            session, "security", f"{person.name}的动态码已在服务器上重置",
            centre_id=person.centre_id, right="trail", level="warning",
        )  # fmt: skip
    told = "已重置：下次登录只要口令，登录后按策略重新绑定"
    tell({"login": login}) if as_json else click.echo(told)


@click.command("any-address")
@as_json
@click.pass_obj
def any_address(settings: Settings, as_json: bool) -> None:
    """取消安全策略里的管理地址限制（填错了、换了网段，谁也改不回来时）。"""
    with opened(settings) as database, database.transaction(acting("取消管理地址")) as session:
        row = open_to_any_address(session, datetime.now(UTC))
        for right in ("grants", "trail") if row else ():
            notify(
                session, "security", "管理地址限制已在服务器上取消", right=right,
                centre_id=home_fact(session, "centre"), level="critical", link="/r/policy",
            )  # fmt: skip
    if as_json:
        tell({"opened": row is not None})
    else:
        click.echo("已取消，请安全管理员尽快另拟一版策略" if row else "没有管理地址限制")


@click.command()
@click.argument("login")
@click.option("--end", is_flag=True, help="终止此人的全部登录")
@as_json
@click.pass_obj
def sessions(settings: Settings, login: str, end: bool, as_json: bool) -> None:
    """列出一个人的登录；--end 全部终止。"""
    act = acting("终止他人的登录")
    with opened(settings) as database:
        if end:
            with database.transaction(act) as session:
                _end_all(session, act, _person(session, login))
        with database.view(EVERYTHING) as session:
            rows = [_told(one) for one in own(session, _person(session, login).id)]
    if as_json:
        tell(rows)
    else:
        table(("登录时间", "最近操作", "地址", "方式", "状态"), [
            (moment(r["begun_at"]), moment(r["seen_at"]), r["address"], r["factor"], r["state"])
            for r in rows
        ])  # fmt: skip


def acting(word: str) -> Act:
    """Whoever holds the box holds the console; the trail says which account of the box it was."""
    return system(word, f"cli {getuser()}")


def _end_all(session: Session, act: Act, person: Person) -> None:
    logins.end_all(session, person.id, "revoked", datetime.now(UTC))
    audit.note(session, act, "Person", person.id, person.centre_id, {"登录": "全部"})


def _told(one: logins.LoginSession) -> dict[str, Any]:
    return {
        "begun_at": one.begun_at, "seen_at": one.seen_at, "address": one.address,
        "factor": FACTORS[one.factor], "state": ENDED[one.ended] if one.ended else "在线",
    }  # fmt: skip


def _person(session: Session, login: str) -> Person:
    found = session.scalars(select(Person).where(Person.login == login)).first()
    if found is None:
        raise click.UsageError(f"没有登录名为“{login}”的人")
    return found


def _address_key(address: str) -> str:
    try:
        return attempt.address_key(address)
    except ValueError:
        raise click.UsageError(f"“{address}”不是 IP 地址") from None
