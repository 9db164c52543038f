"""The daily look at discovered = registered (duty A6): who keeps the book is told what is new."""

from collections import defaultdict
from datetime import datetime

from inventory.difference_note import notes
from inventory.difference_seen import fresh
from inventory.differences import Difference, differences
from inventory.notice import tell
from inventory.shanghai import today
from playbooks.site import Site

_NAMED = 3  # in a title; the page has all


def look(site: Site, now: datetime) -> int:
    """Tell each centre of its new differences, once; how many are new. What somebody has explained
    is left out until the explanation ends."""
    with site.database.observe() as session:
        explained = notes(session, today(now))
        found = [one for one in differences(session) if one.key not in explained]
        new = fresh(session, found, now)
        by_centre: dict[str, list[Difference]] = defaultdict(list)
        for one in new:
            by_centre[one.centre_id].append(one)
        for centre_id, mine in by_centre.items():
            named = "、".join(one.about for one in mine[:_NAMED])
            more = "等" if len(mine) > _NAMED else ""
            tell(
                session, "wrong", f"台账与发现的设备新增 {len(mine)} 处差异：{named}{more}",
                centre_id=centre_id, right="record", level="warning",
                link="/equipment/differences/", key=f"differences:{centre_id}:{now:%Y%m%d}",
            )  # fmt: skip
    return len(new)
