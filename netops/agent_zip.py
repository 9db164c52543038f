"""The agent as one file that Python runs (PEP 441): the same bytes whenever it is made."""

import io
import zipfile
from pathlib import Path

_HERE = Path(__file__).parent
_MODULES = (
    "agent", "agent_console", "agent_memory", "agent_packing", "agent_settings", "agent_stream",
    "local_files", "walking",
)  # fmt: skip
_MAIN = """import sys

if sys.version_info < (3, 9):
    sys.exit("netops-agent: Python 3.9 or newer is needed")
from netops.agent import main

sys.exit(main())
"""


def archive() -> bytes:
    """The program, to be saved as netops-agent.pyz."""
    made = io.BytesIO()
    made.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as file:
        _add(file, "__main__.py", _MAIN.encode())
        _add(file, "netops/__init__.py", b"")
        for name in _MODULES:
            _add(file, f"netops/{name}.py", (_HERE / f"{name}.py").read_bytes())
    return made.getvalue()


def _add(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
