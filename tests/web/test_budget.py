"""A budget item knows what it paid for: things and whatever else names it as its source."""

from inventory.equipment import Equipment
from inventory.registers.budget import BudgetItem
from tests.web.county import County


def test_what_a_budget_item_paid_for(county: County) -> None:
    home = {"centre_id": county.centres["county"].id}
    item = BudgetItem(name="机房设备更新", year=2026, amount=50_000, **home)
    costs = [(12_000.5, item.id), (40_000, item.id), (3_000, None)]
    with county.database.transaction(county.act()) as session:
        session.add(item)
        session.flush()
        session.add_all(
            Equipment(name="交换机", category="switch", cost=cost, budget_id=source, **home)
            for cost, source in costs
        )
    year = county.login("leader").get("/budget/").text
    assert "52,000.50" in year and "超出预算" in year
    page = county.login("tech").get(f"/r/budget/{item.id}").text
    assert "52,000.50" in page and "已超出预算 2,000.50 元" in page
    assert "/r/equipment?budget_id=-" in page
