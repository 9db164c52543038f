"""restic with its defaults: a fresh repository for each backup, all of its packs read to check."""

import os
import shutil
import subprocess

from bench.measure import Work
from bench.peers.place import Place


def present() -> bool:
    """Is it installed here?"""
    return shutil.which("restic") is not None


def writing(job: object) -> Work:
    """Prepares the first backup into an empty repository; making that is not counted."""
    assert isinstance(job, Place)
    shutil.rmtree(job.scratch / "restic", ignore_errors=True)
    _restic(job, "init", "--repository-version", "2")
    return lambda: _restic(job, "backup", str(job.source))


def verifying(job: object) -> Work:
    """Prepares a check that reads everything."""
    assert isinstance(job, Place)
    return lambda: _restic(job, "check", "--read-data")


def _restic(job: Place, *words: str) -> int:
    environment = os.environ | {"RESTIC_PASSWORD": "bench"}
    argv = ["restic", "-q", "--no-cache", "-r", str(job.scratch / "restic"), *words]
    subprocess.run(argv, check=True, env=environment, stdout=subprocess.DEVNULL)
    return 1
