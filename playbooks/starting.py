"""What a worker does first: take up what the one before it left when it died."""

import logging

from inventory.config_lock import free_orphans
from playbooks import archiving, backing_up, clearing, drill_scratch, imaging, keeping
from playbooks.jobs import close_orphans
from playbooks.procedure_duty import take_up
from playbooks.site import Site

_log = logging.getLogger(__name__)


def begin(site: Site) -> None:
    """Requests that were running are told as failed, devices that were held are free again, and
    changes of configuration cut off in between are told of, backups that died are interrupted,
    what a killed drill, restore or making of discs or of a transfer left is gone, and
    configurations that reached the vault but not the catalogue are entered."""
    close_orphans(site)
    free_orphans(site.database)
    take_up(site)
    backing_up.take_up(site)
    clearing.begin(site)
    drill_scratch.begin(site)
    imaging.sweep_work(site)
    archiving.sweep(site)
    found = keeping.begin(site)
    if found.adopted or found.aside:
        _log.warning("configurations entered: %s, set aside: %s", found.adopted, found.aside)
