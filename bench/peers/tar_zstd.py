"""What an administrator types instead: `tar | zstd -3`, kept in a file, with its SHA-256."""

import subprocess

from bench.measure import Work
from bench.peers.place import Place

_WRITE = """set -eo pipefail
tar -C "$0" -c . | zstd -3 -q | tee "$1/set.tar.zst" | sha256sum > "$1/sum"
sync "$1/set.tar.zst"
"""
_CHECK = """set -eo pipefail
test "$(sha256sum < "$1/set.tar.zst")" = "$(cat "$1/sum")"
zstd -dcq "$1/set.tar.zst" | tar -t > /dev/null
"""


def writing(job: object) -> Work:
    """Prepares a packed archive, on disk for good."""
    return _run(_WRITE, job)


def verifying(job: object) -> Work:
    """Prepares its check: the sum, and everything unpacked and walked."""
    return _run(_CHECK, job)


def _run(script: str, job: object) -> Work:
    assert isinstance(job, Place)

    def work() -> int:
        subprocess.run(["bash", "-c", script, job.source, job.scratch], check=True)
        return 1

    return work
