"""The home as verbs work on it: its database, what the worker's own work needs, threads."""

from collections.abc import Iterator
from contextlib import contextmanager

from playbooks.dispatch import Pool
from playbooks.site import Site
from web.settings import Settings
from web.up import opened, site_of


@contextmanager
def at_site(settings: Settings) -> Iterator[tuple[Site, Pool]]:
    """The home, opened, and threads for what is done at several places at once."""
    with opened(settings) as database:
        pool = Pool(settings.workers)
        try:
            yield site_of(settings, database), pool
        finally:
            pool.close()
