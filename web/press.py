"""A press of its own: one HTML document drawn in a process that can be stopped at any moment.

Drawing keeps a processor busy for a quarter of a minute and never looks up; within the worker it
would hold up the sweeps, and nobody could stop it. The child reads HTML on standard input, writes
the PDF to standard output, and says on standard error how far it is.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from tempfile import TemporaryFile
from typing import BinaryIO

from web.pdf import draw

_LOOK = 0.5  # seconds between two looks at the child
_PR_SET_PDEATHSIG = 1  # prctl(2)
_PROGRESS = "weasyprint.progress"


class Broken(RuntimeError):
    """The drawing came to an end without a PDF; the text is what the child said last."""


def press(html: str, look: Callable[[str], None]) -> bytes:
    """The PDF of `html`. `look` is told twice a second how far it is, as the library says it; what
    it raises stops the drawing. Raises Broken."""
    with TemporaryFile() as given, TemporaryFile() as done, TemporaryFile() as said:
        given.write(html.encode())
        given.seek(0)
        words = [sys.executable, "-m", "web.press", str(os.getpid())]
        with subprocess.Popen(words, stdin=given, stdout=done, stderr=said) as child:
            try:
                _watch(child, lambda: look(_last(said)))
            finally:
                child.kill()
        if child.returncode:
            raise Broken(_last(said) or f"drawing ended with {child.returncode}")
        done.seek(0)
        return done.read()


def _watch(child: "subprocess.Popen[bytes]", look: Callable[[], None]) -> None:
    while child.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_LOOK)
        look()


def _last(said: BinaryIO) -> str:
    """The last line, read without moving the place where the child writes."""
    told = os.pread(said.fileno(), 1000, max(0, os.fstat(said.fileno()).st_size - 1000))
    return told.decode(errors="replace").rstrip("\n").rpartition("\n")[2]


def main(parent: int) -> None:
    """The child: it ends with its worker, and lets the sweeps go first."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    os.nice(10)
    told = logging.getLogger(_PROGRESS)
    told.addHandler(logging.StreamHandler(sys.stderr))
    told.setLevel(logging.INFO)
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
