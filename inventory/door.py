"""The front door: lock, password, second factor, the login that comes of it, its audit rows.

Whether a login exists must not be learnt here: an unknown one costs the same Argon2id work, is
counted and locked alike, and is told the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import argon, attempt, audit
from inventory import session as logins
from inventory.act import EVERYTHING, Act
from inventory.db import Database
from inventory.home import home_fact
from inventory.login import Second, refused, shown
from inventory.notice import tell
from inventory.person import Person
from inventory.policy import policy
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.secret import Key
from inventory.session import FACTORS, LoginSession

WRONG = "登录名或口令不对。请检查大小写和中英文输入法。"
Told = TypeVar("Told")


class Locked(Rejected):
    """Too many failures; `until` (aware UTC) is when one may try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(refused("login", "失败次数过多，登录已锁定").errors)
        self.until = until


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a claim comes from: the address that counts for the lock, and the browser's name."""

    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """A login begun. `factor` "" means that the second one is still to be shown."""

    person_id: str
    factor: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Claim:
    """Somebody claims to be somebody: who is known by that name, if anybody."""

    key: str
    caller: Caller
    at: datetime
    person: Person | None = None

    def act(self, what: str) -> Act:
        who = (self.person.id, self.person.name) if self.person else ("", "未知")
        return Act(what, *who, "", f"page {self.caller.address}", EVERYTHING)

    @property
    def keys(self) -> tuple[str, str]:
        return self.key, attempt.address_key(self.caller.address)


@dataclass(frozen=True, slots=True)
class Door:
    """`pepper` keys the hash under which an unknown login is counted; `verify` is a seam: tests
    count how often the work of Argon2id is done."""

    database: Database
    key: Key
    pepper: str = field(repr=False)
    verify: Callable[[str, str], bool] = argon.verify

    def enter(
        self, login: str, password: str, caller: Caller, now: datetime | None = None
    ) -> Entered:
        """The first step. Raises Locked, or Rejected with one text for every failure."""
        at = now or datetime.now(UTC)
        claim = self._claim(login, caller, at)
        right = self._verified(claim, password)

        def judge(db: Session) -> Entered | Rejected:
            if claim.person is None or not right:
                return refused("login", WRONG)
            return _begun(db, claim, claim.person)

        return self._settled(claim, judge)

    def second(
        self, login_id: str, shown_now: Second, caller: Caller, now: datetime | None = None
    ) -> Entered:
        """The second step of a login begun. Raises Locked, or Rejected naming the field."""
        at = now or datetime.now(UTC)
        with self.database.view(EVERYTHING) as db:
            begun = db.get_one(LoginSession, login_id)
            claim = _claim_of(db.get_one(Person, begun.person_id), caller, at)
        self._open(claim)

        def judge(db: Session) -> Entered | Rejected:
            person = db.get_one(Person, begun.person_id)
            told = shown(db, person, True, shown_now, self.key, at)
            return told if isinstance(told, Rejected) else _completed(db, claim, begun, told)

        return self._settled(claim, judge)

    def prove(self, person_id: str, password: str, second: Second | None, caller: Caller) -> Proof:
        """Somebody logged in shows anew who they are; without `second` by the password alone.
        Raises Locked, or Rejected naming "password", "code" or "key"."""
        at = datetime.now(UTC)
        with self.database.view(EVERYTHING) as db:
            claim = _claim_of(db.get_one(Person, person_id), caller, at)
        right = self._verified(claim, password)

        def judge(db: Session) -> Proof | Rejected:
            person = db.get_one(Person, person_id)
            if right and second is None:
                told: Proof | Rejected = Proof(person_id, "password", at)
            else:
                told = shown(db, person, right, second, self.key, at)
            if isinstance(told, Proof):
                attempt.forget(db, claim.key)
            return told

        return self._settled(claim, judge)

    def _claim(self, login: str, caller: Caller, at: datetime) -> _Claim:
        with self.database.view(EVERYTHING) as db:
            typed = login.replace("\0", "")  # which PostgreSQL cannot even compare
            query = select(Person).where(Person.login == typed, Person.retired_at.is_(None))
            person = db.scalars(query).first()
        if person is not None:
            return _claim_of(person, caller, at)
        return _Claim(attempt.unknown_key(login, self.pepper), caller, at)

    def _verified(self, claim: _Claim, password: str) -> bool:
        """The slow part, outside every transaction; behind a lock it is not done at all."""
        self._open(claim)
        return self.verify(claim.person.password_hash if claim.person else "", password)

    def _open(self, claim: _Claim) -> None:
        with self.database.view(EVERYTHING) as db:
            until = attempt.locked_until(db, claim.keys, claim.at)
        if until is not None:
            raise Locked(until)

    def _settled(self, claim: _Claim, judge: Callable[[Session], Told | Rejected]) -> Told:
        """Judge one claim after another; a failure is counted and told, then raised."""
        with self.database.transaction(claim.act("登录")) as db:
            attempt.one_at_a_time(db)
            until = attempt.locked_until(db, claim.keys, claim.at)
            told = Locked(until) if until else judge(db)
            if isinstance(told, Rejected) and not isinstance(told, Locked):
                told = _counted(db, claim, told)
        if isinstance(told, Rejected):
            raise told
        return told


def _claim_of(person: Person, caller: Caller, at: datetime) -> _Claim:
    return _Claim(attempt.person_key(person.id), caller, at, person)


def _begun(db: Session, claim: _Claim, person: Person) -> Entered:
    """Only half a login while a phone is enrolled; failures are forgotten with the other half."""
    begun = LoginSession(
        person_id=person.id, centre_id=person.centre_id, begun_at=claim.at, seen_at=claim.at,
        address=claim.caller.address, agent=claim.caller.agent,
        factor="" if person.totp_secret else "password",
    )  # fmt: skip
    token = logins.begin(db, begun)
    if begun.factor:
        _welcome(db, claim, begun.factor)
    return Entered(person.id, begun.factor, token)


def _completed(db: Session, claim: _Claim, begun: LoginSession, proof: Proof) -> Entered:
    """The whole login gets a token of its own: the half one opened nothing, and opens nothing."""
    logins.end(db, [begun.id], "again", claim.at)
    whole = LoginSession(
        person_id=begun.person_id, centre_id=begun.centre_id, begun_at=claim.at, seen_at=claim.at,
        address=claim.caller.address, agent=claim.caller.agent, factor=proof.method,
    )  # fmt: skip
    token = logins.begin(db, whole)
    _welcome(db, claim, proof.method)
    return Entered(begun.person_id, proof.method, token)


def _welcome(db: Session, claim: _Claim, method: str) -> None:
    attempt.forget(db, claim.key)
    _noted(db, claim, "登录", {"方式": FACTORS[method], "浏览器": claim.caller.agent[:200]})


def _counted(db: Session, claim: _Claim, told: Rejected) -> Rejected:
    """One more failure of the account and of the address; what is told when that shuts a lock."""
    rules = policy(db)
    account, address = claim.keys
    _noted(db, claim, "登录失败", {"原因": told.errors[0].label if claim.person else account})
    for key, limit in ((account, rules.lock_failures), (address, rules.address_failures)):
        if attempt.failed(db, key, limit, rules.lock_minutes, claim.at):
            _noted(db, claim, "锁定登录", {"对象": key, "分钟": rules.lock_minutes})
            _warned(db, claim, key)
    until = attempt.locked_until(db, claim.keys, claim.at)
    return Locked(until) if until else told


def _warned(db: Session, claim: _Claim, key: str) -> None:
    """Whoever keeps the accounts hears of a lock; of unknown logins only by their address."""
    known = claim.person is not None and key == claim.key
    centre_id = claim.person.centre_id if claim.person else home_fact(db, "centre")
    if not centre_id or (key == claim.key and not known):
        return
    who = f"{claim.person.name}的账号" if known and claim.person else f"地址 {claim.caller.address}"
    tell(
        db, "security", f"{who}登录失败次数过多，已暂时锁定", centre_id=centre_id,
        right="accounts", level="warning", key=f"locked:{key}"[:120],
        link="/account/logins/all",
    )  # fmt: skip


def _noted(db: Session, claim: _Claim, what: str, told: dict[str, object]) -> None:
    person = claim.person
    centre_id = person.centre_id if person else home_fact(db, "centre") or None
    thing_id = person.id if person else ""
    audit.note(db, claim.act(what), "Person", thing_id, centre_id, told)
