"""The hostile texts once more, before a real browser: it runs nothing, asks for nothing."""

from inventory.register import registers
from tests.browser import Complaints, Visit, serve
from tests.web.county import PASSWORD
from tests.web.siege import MARK, Fort


def test_no_hostile_text_runs_in_a_browser(
    fort: Fort, visit: Visit, complaints: Complaints
) -> None:
    """Whatever ran, or was fetched, or was stopped by the policy would be in the complaints."""
    rows, core = fort.rows, fort.county.ids["core"]
    people = {"boss": ["/", f"/devices/{core}/", f"/devices/{core}/ports", f"/jobs/{rows['job']}",
                       f"/discover/{rows['search']}", f"/search/?q={MARK}",
                       f"/devices/{core}/log", "/r/devices?print=1"],
              "sec": [], "leader": []}  # fmt: skip
    for cls in registers().values():
        if cls.shown:
            whose = {"grants": "sec", "policy": "sec", "approve": "leader"}
            who = whose.get(cls.edit_act, "boss")
            edit = [f"/r/{cls.slug}/{rows[cls.slug]}/edit"] if cls.by_hand else []
            people[who] += [f"/r/{cls.slug}", f"/r/{cls.slug}/{rows[cls.slug]}", *edit]
    with serve(fort.county.app) as site:
        for who, pages in people.items():
            page = visit(site + "/login?next=/account/")
            page.on("dialog", lambda box: complaints.append(f"dialog: {box.message}"))
            page.on("response", lambda r: r.status >= 400 and complaints.append(r.url))
            page.fill("input[name=login]", who)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            for url in pages:
                answer = page.goto(site + url)
                assert answer is not None and answer.status == 200, url
                assert page.locator("img[src=x], [onx]").count() == 0, url
                assert complaints == [], url
        assert all(people.values())
