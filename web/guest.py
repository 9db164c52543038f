"""Somebody known, as one request meets them: rights here and now, and what must come first."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask import request
from sqlalchemy.orm import Session

from inventory.grant import standing
from inventory.person import Person
from inventory.policy import Policy, policy
from inventory.role import Standing
from inventory.shanghai import SHANGHAI

_GUARDED = frozenset(("accounts", "grants", "policy", "trail"))
_SETTING_UP = ("founder",)  # gone when the setup is done; a phone comes with the real roles


@dataclass(frozen=True, slots=True)
class Guest:
    """`expired`: the password is too old. `enrol`: "" when no phone is asked for, "must" when
    nothing else may be done before, "soon" while the small-centre mode puts it off. `afar`: the
    administrators' rights do not count at this address."""

    standing: Standing
    centre_name: str
    rules: Policy
    expired: bool = False
    enrol: str = ""
    afar: bool = False
    enrolled: bool = False

    @property
    def fingerprint(self) -> str:
        """Changes with the roles held, not with where the person is."""
        return hashlib.sha256(repr(self.standing.held).encode()).hexdigest()


def guest(db: Session, person: Person, place: str, now: datetime) -> Guest | None:
    """Somebody of the unit called `place`; None for an account that is retired. `db` must see
    everything."""
    if person.retired_at is not None:
        return None
    rules, who = policy(db), standing(db, person, now)
    old = expired(person, rules, now)
    afar = not rules.near(request.remote_addr or "")
    return Guest(
        replace(who, must_change=who.must_change or old, without=_GUARDED if afar else frozenset()),
        place, rules, old,
        enrolment(who, rules, now.astimezone(SHANGHAI).date(), person.totp_secret is not None),
        afar and any(who.reach(right).paths for right in _GUARDED), person.totp_secret is not None,
    )  # fmt: skip


def expired(person: Person, rules: Policy, now: datetime) -> bool:
    """Is the password older than the policy allows (Article 118: to be changed regularly)?"""
    until = ends(person, rules)
    return until is None or now >= until


def ends(person: Person, rules: Policy) -> datetime | None:
    """Until when the password may be used; None when nobody knows how old it is."""
    set_at = person.password_set_at
    return set_at + timedelta(days=rules.password_days) if set_at else None


def enrolment(who: Standing, rules: Policy, today: date, enrolled: bool) -> str:
    """Must this person enrol a phone ("must"), should they soon ("soon"), or neither ("")?"""
    if enrolled or not rules.totp_required or not who.administers or who.roles == _SETTING_UP:
        return ""
    until = rules.totp_deferred_until
    return "soon" if rules.small(today) and until and today <= until else "must"
