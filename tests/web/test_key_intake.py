"""A backup key comes back from its paper sheet, typed on a page."""

from sqlalchemy import select

from backups.backup_keys import key_of
from backups.key_text import key_text
from backups.set_format import print_of
from inventory.audit import AuditRow
from inventory.backup_key import BackupKey
from inventory.secret import Key
from tests.web.county import PASSWORD, County

URL = "/backups/keys/taken-in"


def test_a_key_comes_back_from_its_sheet(county: County) -> None:
    """By who may, proved by its fingerprint; the trail has no letter of it."""
    lost = bytes(range(32))
    net, tech, sheet = county.login("net"), county.login("tech"), key_text(lost)
    asked = {"print_id": print_of(lost), "typed": sheet, "proof_password": PASSWORD}
    assert tech.post(URL, asked).status_code == 403
    assert URL in net.get("/r/backup-keys").text
    for wrong in (
        {"proof_password": "wrong"},
        {"typed": "\n".join(reversed(sheet.splitlines()))},
        {"print_id": print_of(bytes(32))},
        {"print_id": ""},
    ):
        refused = net.post(URL, {**asked, **wrong})
        assert refused.status_code == 422 and sheet.split()[1] not in refused.text, wrong
    assert county.rows(select(BackupKey)) == []
    for _again in range(2):
        assert net.post(URL, asked).status_code == 302
    (row,) = county.rows(select(BackupKey))
    assert row.state == "replaced", "it opens old backups; new ones get a new key"
    with county.database.view(county.act().scope) as session:
        assert key_of(session, Key.load(county.settings.key_file), row.print_id) == lost
    trail = county.rows(select(AuditRow).where(AuditRow.act == "录入备份密钥"))
    assert len(trail) == 3
    assert sheet.split()[1] not in str([(one.before, one.after) for one in trail])
