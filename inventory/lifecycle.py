"""The life of a thing from purchase to scrap: its states, and which paper moves it from where to
where (Articles 24, 37, 58, 125, 132–139)."""

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "stock": "备用", "in_use": "在用", "idle": "闲置", "repair": "维修", "scrapping": "待报废",
    "approved": "已批准报废", "scrapped": "已报废上交", "lost": "遗失",
}  # fmt: skip
BEGINS = ("stock", "in_use", "idle")  # what a thing may be when it is first written down
AT_HAND = ("stock", "in_use", "idle", "repair")
ENDED = ("scrapped", "lost")
KEPT_WELL = ("stock", "idle")  # put away; what takes power is switched on every month (C137)

# (from, to) → the papers that may do it. A handover within a state changes keeper or place.
MOVES: Mapping[tuple[str, str], frozenset[str]] = {
    **{(old, new): frozenset({"Handover"}) for old in KEPT_WELL for new in BEGINS},
    **{("in_use", new): frozenset({"Handover"}) for new in BEGINS},
    **{(old, "repair"): frozenset({"Repair"}) for old in BEGINS},
    **{("repair", new): frozenset({"Repair"}) for new in BEGINS},
    **{(old, "scrapping"): frozenset({"Scrapping"}) for old in AT_HAND},
    **{("scrapping", old): frozenset({"Scrapping"}) for old in AT_HAND},  # refused, taken back
    ("scrapping", "approved"): frozenset({"Scrapping"}),
    ("approved", "scrapped"): frozenset({"Scrapping"}),
    **{(old, "lost"): frozenset({"Loss"}) for old in (*AT_HAND, "scrapping", "approved")},
    ("lost", "idle"): frozenset({"Loss"}),  # found again
}


def allowed(old: str, new: str, paper: str) -> bool:
    """May a paper of this class move a thing so?"""
    return paper in MOVES.get((old, new), ())
