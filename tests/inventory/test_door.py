"""The front door on both databases: locks, second factors, what is told, what is kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from inventory import argon, attempt, factor, recovery
from inventory import session as logins
from inventory.act import EVERYTHING, system
from inventory.attempt import LoginTry
from inventory.audit import AuditRow
from inventory.db import Database
from inventory.door import WRONG, Caller, Door, Entered, Locked
from inventory.factor import FactorState
from inventory.login import ByCode, prove
from inventory.notice import Notice
from inventory.person import Person
from inventory.proof import fresh
from inventory.register import Rejected
from inventory.secret import Key
from inventory.session import LoginSession
from tests.inventory.conftest import Tree

PASSWORD = "Kiln7#orbit-vat"
HERE, THERE = Caller("10.1.1.1", "Firefox"), Caller("10.1.1.2")
NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
SECRET = pyotp.random_base32()


@dataclass
class Work:
    """Counts the Argon2id verifications done: what a stopwatch would see."""

    done: list[str] = field(default_factory=list)

    def verify(self, kept: str, password: str) -> bool:
        self.done.append(kept)
        return argon.verify(kept, password)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def door(database: Database, tree: Tree, tmp_path: Path, work: Work) -> Door:
    with database.transaction(system("建人")) as session:
        wang = Person(centre_id=tree.lankao.id, login="wang", name="王建国")
        wang.set_password(PASSWORD)
        session.add(wang)
    return Door(database, Key.load(tmp_path / "key"), "pepper", work.verify)


def person(door: Door) -> Person:
    with door.database.view(EVERYTHING) as session:
        return session.scalars(select(Person).where(Person.login == "wang")).one()


def rows(door: Door, cls: type[Any]) -> list[Any]:
    with door.database.view(EVERYTHING) as session:
        return list(session.scalars(select(cls)))


def acts(door: Door) -> list[str]:
    return [row.act for row in rows(door, AuditRow) if row.change == "event"]


def fails(call: Callable[[], object]) -> Rejected:
    with pytest.raises(Rejected) as caught:
        call()
    return caught.value


def enrol(door: Door, at: datetime = NOW) -> tuple[str, ...]:
    """Bind a phone that shows the codes of SECRET; returns the recovery sheet."""
    with door.database.transaction(system("绑定")) as session:
        wang = session.get_one(Person, person(door).id)
        code = pyotp.TOTP(SECRET).at(at - timedelta(minutes=1))
        assert factor.enrol(session, wang, SECRET, code, door.key, at - timedelta(minutes=1)) == ""
        return recovery.issue(session, wang.id)


def code(at: datetime) -> ByCode:
    return ByCode(pyotp.TOTP(SECRET).at(at))


def half(door: Door, at: datetime = NOW) -> str:
    """The id of a login whose password has been shown."""
    token = door.enter("wang", PASSWORD, HERE, at).token
    with door.database.view(EVERYTHING) as session:
        found = logins.behind(session, token)
        assert found is not None
        return found.id


# Password


def test_a_login_is_kept_as_the_hash_of_its_token(door: Door) -> None:
    entered = door.enter("wang", PASSWORD, HERE, NOW)
    [kept] = rows(door, LoginSession)
    assert (kept.person_id, kept.factor, kept.address) == (person(door).id, "password", "10.1.1.1")
    assert kept.token_hash == logins.hashed(entered.token) != entered.token
    assert entered.token not in repr(entered)
    assert acts(door) == ["登录"]


def test_wrong_and_unknown_say_the_same(door: Door) -> None:
    wrong = fails(lambda: door.enter("wang", "nonsense", HERE, NOW))
    unknown = fails(lambda: door.enter("nobody", PASSWORD, HERE, NOW))
    assert str(wrong) == str(unknown)
    assert WRONG in str(wrong)


def test_wrong_and_unknown_cost_the_same_work(door: Door, work: Work) -> None:
    for login in ("wang", "nobody"):
        work.done.clear()
        fails(lambda login=login: door.enter(login, "nonsense", HERE, NOW))  # type: ignore[misc]
        assert len(work.done) == 1
    assert work.done == [""]  # argon.verify hashes against a stand-in


def test_the_stand_in_does_the_whole_work() -> None:
    """Nobody's hash is verified with the same parameters as somebody's."""
    somebody = argon.hashed("x")
    assert not argon.verify("", "")
    assert argon._nobody().split("$")[:4] == somebody.split("$")[:4]


@pytest.mark.parametrize("login", ["wang", "nobody"])
def test_five_failures_lock_whoever_it_is(door: Door, work: Work, login: str) -> None:
    told = [fails(lambda: door.enter(login, "nonsense", HERE, NOW)) for _ in range(5)]
    assert [isinstance(one, Locked) for one in told] == [False] * 4 + [True]
    assert told[4].until == NOW + timedelta(minutes=15)  # type: ignore[attr-defined]
    work.done.clear()
    later = NOW + timedelta(minutes=14)
    assert isinstance(fails(lambda: door.enter(login, PASSWORD, THERE, later)), Locked)
    assert work.done == []


def test_a_lock_opens_by_itself_and_failures_begin_anew(door: Door) -> None:
    for _ in range(5):
        fails(lambda: door.enter("wang", "nonsense", HERE, NOW))
    later = NOW + timedelta(minutes=16)
    assert not isinstance(fails(lambda: door.enter("wang", "nonsense", HERE, later)), Locked)
    assert door.enter("wang", PASSWORD, HERE, later).factor == "password"


def test_success_forgets_the_account_but_not_the_address(door: Door) -> None:
    for _ in range(4):
        fails(lambda: door.enter("wang", "nonsense", HERE, NOW))
    door.enter("wang", PASSWORD, HERE, NOW)
    kept = {row.key: row.failures for row in rows(door, LoginTry)}
    assert kept == {"address:10.1.1.1": 4}


def test_an_address_is_locked_whatever_names_it_tries(door: Door) -> None:
    told = [fails(lambda n=n: door.enter(f"n{n}", "x", HERE, NOW)) for n in range(20)]  # type: ignore[misc]
    assert [isinstance(one, Locked) for one in told] == [False] * 19 + [True]
    assert isinstance(fails(lambda: door.enter("wang", PASSWORD, HERE, NOW)), Locked)
    assert door.enter("wang", PASSWORD, THERE, NOW)


def test_an_ipv6_host_cannot_hide_in_its_network() -> None:
    assert attempt.address_key("2001:db8::1") == attempt.address_key("2001:db8::ffff:2%eth0")
    assert attempt.address_key("2001:db8:0:1::1") != attempt.address_key("2001:db8::1")


def test_old_failures_are_forgotten(door: Door) -> None:
    for minute in (0, 20, 40, 60, 80):
        at = NOW + timedelta(minutes=minute)
        assert not isinstance(fails(lambda at=at: door.enter("wang", "x", HERE, at)), Locked)  # type: ignore[misc]


def test_what_an_unknown_typed_is_kept_nowhere(door: Door) -> None:
    typed = "Tr0ub4dor&3-typed-into-the-wrong-field"
    fails(lambda: door.enter(typed, "x", HERE, NOW))
    [row] = [row for row in rows(door, AuditRow) if row.change == "event"]
    assert (row.act, row.actor, row.actor_name) == ("登录失败", "", "未知")
    keys = {one.key for one in rows(door, LoginTry)}
    assert typed not in "".join(keys) + row.after
    assert attempt.unknown_key(typed, "pepper") in keys
    assert attempt.unknown_key(typed, "other") not in keys


def test_a_lock_is_recorded_and_told_once(door: Door) -> None:
    for _ in range(7):
        fails(lambda: door.enter("wang", "nonsense", HERE, NOW))
    assert acts(door) == ["登录失败"] * 5 + ["锁定登录"]
    [notice] = rows(door, Notice)
    assert "王建国" in notice.title


def test_twenty_guesses_at_once_are_answered_like_twenty_in_a_row(door: Door) -> None:
    with ThreadPoolExecutor(20) as pool:
        told = list(
            pool.map(lambda _: fails(lambda: door.enter("wang", "x", THERE, NOW)), range(20))
        )
    assert sum(not isinstance(one, Locked) for one in told) == 4


def test_twenty_people_at_once_come_in(door: Door) -> None:
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda _: door.enter("wang", PASSWORD, HERE, NOW), range(20)))
    assert len({one.token for one in told}) == 20
    assert len(rows(door, LoginSession)) == 20


def test_a_retired_person_is_a_stranger(door: Door, work: Work) -> None:
    with door.database.transaction(system("停用")) as session:
        session.get_one(Person, person(door).id).turn(gone=True)
    assert WRONG in str(fails(lambda: door.enter("wang", PASSWORD, HERE, NOW)))
    assert work.done == [""]


# The second factor


def test_a_password_alone_is_half_a_login(door: Door) -> None:
    enrol(door)
    assert door.enter("wang", PASSWORD, HERE, NOW).factor == ""
    assert acts(door) == []


def test_the_code_makes_it_whole_under_another_token(door: Door) -> None:
    enrol(door)
    first = half(door)
    whole = door.second(first, code(NOW), HERE, NOW)
    assert whole.factor == "totp"
    with door.database.view(EVERYTHING) as session:
        found = logins.behind(session, whole.token)
        assert found is not None and found.id != first
        assert session.get_one(LoginSession, first).ended == "again"
    assert acts(door) == ["登录"]


def test_a_code_is_good_once(door: Door) -> None:
    enrol(door)
    door.second(half(door), code(NOW), HERE, NOW)
    again = fails(lambda: door.second(half(door), code(NOW), HERE, NOW))
    assert (again.errors[0].field, again.errors[0].cause) == (
        "code", "这个动态码已经用过，请等下一个（最多 30 秒）"
    )  # fmt: skip


def test_a_code_of_the_step_before_is_worth_nothing_after_a_newer_one(door: Door) -> None:
    enrol(door)
    door.second(half(door), code(NOW), HERE, NOW)
    older = code(NOW - timedelta(seconds=30))
    assert "已经用过" in str(fails(lambda: door.second(half(door), older, HERE, NOW)))


def test_one_code_at_twenty_doors_opens_one(door: Door) -> None:
    enrol(door)
    halves = [half(door) for _ in range(4)]

    def open_one(login_id: str) -> Entered | Rejected:
        try:
            return door.second(login_id, code(NOW), THERE, NOW)
        except Rejected as error:
            return error

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(open_one, halves))
    assert sum(isinstance(one, Entered) for one in told) == 1


@pytest.mark.parametrize(("minutes", "word"), [(5, "快约 5 分钟"), (-9, "慢约 9 分钟")])
def test_a_wrong_clock_is_told(door: Door, minutes: int, word: str) -> None:
    enrol(door)
    phone = code(NOW + timedelta(minutes=minutes))
    assert word in str(fails(lambda: door.second(half(door), phone, HERE, NOW)))


def test_a_code_out_of_every_range_is_simply_wrong(door: Door) -> None:
    enrol(door)
    phone = code(NOW + timedelta(minutes=12))
    assert "动态码不对" in str(fails(lambda: door.second(half(door), phone, HERE, NOW)))


def test_guessing_codes_locks_the_account(door: Door) -> None:
    enrol(door)
    begun = half(door)
    told = [fails(lambda: door.second(begun, ByCode("000000"), HERE, NOW)) for _ in range(5)]
    assert isinstance(told[-1], Locked)
    assert isinstance(fails(lambda: door.second(begun, code(NOW), HERE, NOW)), Locked)


def test_the_password_alone_does_not_forgive_wrong_codes(door: Door) -> None:
    """Else whoever has the password could guess codes for ever, logging in between."""
    enrol(door)
    for _ in range(4):
        fails(lambda: door.second(half(door), ByCode("000000"), HERE, NOW))
    begun = half(door)
    assert isinstance(fails(lambda: door.second(begun, ByCode("000000"), HERE, NOW)), Locked)


def test_a_recovery_code_is_good_once(door: Door) -> None:
    codes = enrol(door)
    assert len(set(codes)) == 10
    typed = ByCode(f" {codes[3].lower().replace('-', ' ')} ")
    assert door.second(half(door), typed, HERE, NOW).factor == "totp"
    with door.database.view(EVERYTHING) as session:
        assert recovery.left(session, person(door).id) == 9
    again = fails(lambda: door.second(half(door), typed, HERE, NOW))
    assert again.errors[0].cause == "恢复码不对，或已经用过"


def test_a_new_sheet_voids_the_old_one(door: Door) -> None:
    codes = enrol(door)
    with door.database.transaction(system("换")) as session:
        recovery.issue(session, person(door).id)
    assert fails(lambda: door.second(half(door), ByCode(codes[0]), HERE, NOW))


def test_secrets_are_kept_sealed_or_hashed(door: Door) -> None:
    codes = enrol(door)
    wang = person(door)
    assert door.key.open(wang.totp_secret) == SECRET  # type: ignore[arg-type]
    told = " ".join(row.before + row.after for row in rows(door, AuditRow))
    kept = " ".join(row.hash for row in rows(door, recovery.RecoveryCode))
    for secret in (SECRET, PASSWORD, wang.password_hash, *codes):
        assert secret not in told
        assert secret not in kept


# Showing it anew


def test_prove_asks_for_the_password_and_the_code(door: Door) -> None:
    wang = person(door).id
    with door.database.observe() as session:
        proof = prove(session, wang, PASSWORD)
        assert (proof.person_id, proof.method) == (wang, "password")
        assert fresh(proof, datetime.now(UTC))
        assert fails(lambda: prove(session, wang, "x")).errors[0].field == "password"
    enrol(door)
    with door.database.observe() as session:
        told = fails(lambda: prove(session, wang, PASSWORD, "", key=door.key, now=NOW))
        assert told.errors[0].field == "code"
        digits = pyotp.TOTP(SECRET).at(NOW)
        assert prove(session, wang, PASSWORD, digits, key=door.key, now=NOW).method == "totp"
        assert fails(lambda: prove(session, wang, PASSWORD, digits, key=door.key, now=NOW))


def test_proving_at_the_door_counts_failures(door: Door) -> None:
    wang = person(door).id
    told = [fails(lambda: door.prove(wang, "x", None, HERE)) for _ in range(5)]
    assert told[0].errors[0].field == "password"
    assert isinstance(told[4], Locked)
    assert isinstance(fails(lambda: door.prove(wang, PASSWORD, None, HERE)), Locked)


def test_proving_at_the_door_forgives(door: Door) -> None:
    wang = person(door).id
    fails(lambda: door.prove(wang, "x", None, HERE))
    assert door.prove(wang, PASSWORD, None, HERE).method == "password"
    assert {row.key for row in rows(door, LoginTry)} == {"address:10.1.1.1"}


def test_no_phone_no_step_is_kept(door: Door) -> None:
    assert rows(door, FactorState) == []


def test_old_tries_are_dropped(door: Door) -> None:
    fails(lambda: door.enter("wang", "x", HERE, NOW))
    fails(lambda: door.enter("nobody", "x", THERE, NOW + timedelta(days=2)))
    with door.database.observe() as session:
        attempt.prune(session, NOW + timedelta(days=1))
    assert {row.key for row in rows(door, LoginTry)} == {
        "address:10.1.1.2", attempt.unknown_key("nobody", "pepper")
    }  # fmt: skip


def test_a_login_no_database_can_hold_is_a_stranger(door: Door) -> None:
    assert WRONG in str(fails(lambda: door.enter("wang\0", "x", HERE, NOW)))
    assert WRONG in str(fails(lambda: door.enter("w" * 9000, "x", THERE, NOW)))
