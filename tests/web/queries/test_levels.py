"""One rule in two languages: what Python calls critical, SQL must find."""

from sqlalchemy import select

from inventory.device import Device
from inventory.state import Gauge
from netops.profile import profiles
from tests.web.county import County
from web.queries.levels import CRITICAL, WARNING, level, level_of, rules, suspects

AROUND = (-1.0, 0.0, 1.0)


def test_both_agree_at_every_limit_of_every_profile(county: County) -> None:
    wanted = {}
    with county.database.transaction(county.act("city")) as session:
        for number, name in enumerate(profiles(), 1):
            device = Device(
                centre_id=county.centres["county"].id, name=name, kind="other", profile=name,
                address=f"10.50.0.{number}",
            )  # fmt: skip
            session.add(device)
            wanted[name] = device
    with county.database.observe() as session:
        for name, profile in profiles().items():
            for number, rule in enumerate(rules(profile)):
                for step in AROUND:
                    session.add(
                        Gauge(
                            device_id=wanted[name].id, centre_id=wanted[name].centre_id,
                            metric=rule.metric, slot=f"{number} {step}", at=county.at,
                            value=rule.bound + step, unit="",
                        )
                    )  # fmt: skip
    query = select(Gauge, Device.profile, level()).join(Device, Device.id == Gauge.device_id)
    with county.database.view(county.act("city").scope) as session:
        told = session.execute(query).all()
        suspected = set(session.scalars(suspects()))
    by_python = [level_of(profiles()[name], row.metric, row.value) for row, name, _ in told]
    assert [grade for _, _, grade in told] == by_python
    assert {row.id for row, _, grade in told if grade} - suspected == set()
    assert {0, WARNING, CRITICAL} == set(by_python)


def test_a_profile_nobody_knows_judges_nothing() -> None:
    assert level_of(None, "cpu", 100) == 0
