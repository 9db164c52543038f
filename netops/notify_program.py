"""A notice through a program of the centre's own, such as one that drives an SMS modem.

It lies in NETOPS_HOME/notify.d, gets the telephone number as its only argument and the text on
standard input (UTF-8), sees none of our environment, and says by exit code 0 that it is done.
"""

import os
import signal
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

from netops.letter import Failure, Letter, Program

_SEEN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}  # ours may hold secrets


def run(way: Program, letter: Letter, timeout: float) -> Failure | None:
    """None when the program ended with 0 within `timeout` seconds."""
    refused = _refused(way)
    if refused:
        return Failure(refused, lasting=True)
    told = f"{letter.subject}\n{letter.text}".strip() + "\n"
    try:
        child = subprocess.Popen(
            [way.folder / way.name, letter.mobile], cwd=way.folder, env=_SEEN,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return Failure(f"程序 {way.name} 启动不了：{error.strerror}")
    try:
        child.communicate(told.encode(), timeout)
    except subprocess.TimeoutExpired:
        _end(child)
        return Failure(f"程序 {way.name} 在 {timeout:g} 秒内没有结束，已强行停止")
    code = child.returncode
    return Failure(f"程序 {way.name} 报告失败（退出码 {code}）") if code else None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Whatever it started ends with it."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin:
        with suppress(OSError):
            child.stdin.close()


def _refused(way: Program) -> str:
    """Why this program is not run, "" when it may be."""
    path = way.folder / way.name
    if way.name in ("", ".", "..") or Path(way.name).name != way.name:
        return "程序名不能带目录"
    try:
        folder, file = way.folder.lstat(), path.lstat()
    except OSError:
        return f"notify.d 目录里没有程序 {way.name}"
    if not stat.S_ISREG(file.st_mode) or not os.access(path, os.X_OK):
        return f"notify.d/{way.name} 不是可以执行的文件（不接受链接）"
    if (folder.st_mode | file.st_mode) & (stat.S_IWGRP | stat.S_IWOTH):
        return f"notify.d/{way.name} 别的用户也能改写，不执行：请去掉组和其他人的写权限"
    return ""
