"""Tests that need Debian packages or namespaces: they fail where the lab is required, else skip."""

import os
import shutil

import pytest


def need(present: bool, what: str) -> None:
    """Stop the test unless `present`: a failure with LAB_REQUIRED=1, a named skip elsewhere."""
    if present:
        return
    if os.environ.get("LAB_REQUIRED") == "1":
        pytest.fail(f"this machine must have {what} (LAB_REQUIRED=1)")
    pytest.skip(f"needs {what}")


def need_programs(*names: str) -> None:
    """Every program of `names` must be on the PATH or in the system's sbin folders."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [name for name in names if shutil.which(name, path=path) is None]
    need(not missing, ", ".join(missing))
