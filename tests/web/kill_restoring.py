"""Restore a set as another process would, and die once something lies there in the clear: "DATABASE
HOME KEY-FILE SET" are the words of the command."""

import os
import signal
import sys
from functools import partial
from itertools import count
from pathlib import Path

import inventory.schema  # noqa: F401  (all the tables)
from backups.backup_keys import centre_key
from backups.pace import Pace
from backups.restore_targets import Wish, to_folder
from backups.sets import folder_of
from inventory.act import EVERYTHING
from inventory.backup_set import BackupSet
from inventory.db import open_database
from playbooks.drill_scratch import note_draft, scratch
from playbooks.site import open_site


def main(url: str, home: Path, key_file: Path, set_id: str) -> None:
    site = open_site(open_database(url), home, key_file)
    with site.database.view(EVERYTHING) as session:
        row = session.get_one(BackupSet, set_id)
    key = centre_key(site.database, site.key, row.centre_id)[1]

    def dies() -> bool:
        if any(one.is_file() for one in (home / "restored").rglob("*.log")):
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    with scratch(site, "killed") as work:
        pace = Pace(stop=dies, clock=count(0.0, 5.0).__next__)
        wish = Wish(folder_of(home, row), key, "HF-1")
        to_folder(wish, home, "审计", pace, partial(note_draft, work))


main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
