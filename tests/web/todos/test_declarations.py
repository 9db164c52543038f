"""“本级无库” declarations among today's work."""

import re
from datetime import timedelta

from inventory.backup_declaration import BackupDeclaration
from inventory.shanghai import today
from tests.web.county import PASSWORD, Browser, County


def test_a_declaration_asks_for_a_signature_and_to_be_renewed(county: County) -> None:
    """Until a leader has signed, then again when its last month begins, not before."""
    net, lead = county.login("net"), county.login("leader")
    unsigned, ending = "本级无库声明等领导签字", "本级无库声明即将到期"

    def told() -> tuple[bool, bool]:
        page = net.get("/today").text
        return unsigned in page, ending in page

    def declared(days: int) -> BackupDeclaration:
        with county.database.transaction(county.act("county")) as session:
            row = BackupDeclaration(
                centre_id=county.centres["county"].id, kind="software", reason="省建立数据中心",
                starts=today(), ends=today() + timedelta(days=days),
            )  # fmt: skip
            session.add(row)
        return row

    def signs(who: Browser, row: BackupDeclaration, meaning: str) -> None:
        at = f"/sign/{row.slug}/{row.id}"
        [seen] = set(re.findall(r'name="seen" value="(\w+)"', who.get(at).text))
        say = {"seen": seen, "meaning": meaning, "proof_password": PASSWORD}
        assert who.post(at, say).status_code == 302

    assert told() == (False, False)
    near = declared(20)
    assert told() == (True, False)
    signs(net, near, "fill")
    signs(lead, near, "approve")
    assert told() == (False, True)
    far = declared(200)
    assert told() == (True, False)  # the next one goes on after it, once it is signed
    signs(net, far, "fill")
    signs(lead, far, "approve")
    assert told() == (False, False)
