"""The security policy: what a small centre may be let off, and for how long."""

from datetime import UTC, date, datetime

import pytest

from inventory.act import system
from inventory.db import Database
from inventory.policy import Policy
from inventory.register import Rejected
from tests.inventory.conftest import Tree

SMALL = {"small_centre": True, "small_reason": "在编两人", "small_until": date(2026, 12, 31)}


def version(tree: Tree, **facts: object) -> Policy:
    plain = {"centre_id": tree.lankao.id, "name": "一", "in_force_at": datetime.now(UTC)}
    return Policy(**(plain | facts))


def test_the_small_centre_mode_ends_on_its_last_day(tree: Tree) -> None:
    mode = version(tree, **SMALL)
    days = (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1))
    assert [mode.small(day) for day in days] == [True, True, False]
    assert version(tree, **SMALL | {"small_until": None}).small(days[2])
    assert not version(tree).small(days[0])


@pytest.mark.parametrize(
    "waived",
    [{"totp_required": False}, {"totp_deferred_until": date.max}, {"export_consent": False}],
)
def test_codes_and_consents_are_waived_in_a_small_centre_only(
    database: Database, tree: Tree, waived: dict[str, object]
) -> None:
    with database.transaction(system("拟策略")) as session:
        session.add(version(tree, **SMALL | waived))
    with (
        pytest.raises(Rejected, match="只有小中心模式"),
        database.transaction(system("拟策略")) as session,
    ):
        session.add(version(tree, **waived | {"name": "二"}))
