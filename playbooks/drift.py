"""What was seen against the register, found each cycle and after each word of a device: opened,
noted while it lasts, ended when completed walks tell it no more (Articles 34 and 109, duty D3).

A walk that broke off closes no sighting, so it ends nothing here either.
"""

from datetime import datetime

from inventory.act import EVERYTHING, system
from netops.reconcile import reconcile
from playbooks.drift_clones import cloned
from playbooks.drift_devices import unlike
from playbooks.drift_loading import load
from playbooks.drift_refused import refused
from playbooks.drift_turn import standing, turn_of
from playbooks.drift_words import cases
from playbooks.drift_writing import write
from playbooks.site import Site


def judge(site: Site, now: datetime) -> int:
    """Look at everything as it stands, write what changed in one transaction, and return how many
    violations stand now."""
    with site.database.view(EVERYTHING) as session:
        book, told = load(session, now)
        found = [
            *cases(session, reconcile(book, told)),
            *unlike(session),
            *cloned(session),
        ]
        found += refused(session, book, found, now)
        if not found and not standing(session, now):
            return 0
    with site.database.transaction(system("核对地址绑定")) as session:
        write(session, turn_of(found, standing(session, now), book, now), now)
    return len(found)
