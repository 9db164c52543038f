"""Pushing: lines typed in the configuration view, or one file that the device takes whole.

Every answer is judged, because devices say no in the same breath in which they go on; at the first
no nothing more is sent.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence

from netops.errors import CommandRejected, DeviceError, Unreadable
from netops.push_facts import Push
from netops.redact import blank
from netops.ssh_shell import Shell

_NO = re.compile(
    r"(?im)^\s*(?:error[: ]|% ?(?:unknown|invalid|incomplete|ambiguous|unrecogni|wrong|bad|no such)"
    r"|% ?error|\^\s*$)|wrong parameter|unrecognized command|incomplete command"
)
_CHUNK = 600  # characters of a line that every terminal takes
_RC = re.compile(r"netops-rc=(\d+)\s*\Z")
FOLDER = ".netops"  # in the home of the login, mode 0700
# No special builtin may fail here: dash takes that for the end of the line. The last is for vtysh,
# which writes down each line as it is typed.
_FORGET = (
    'unset HISTFILE; [ -z "$BASH_VERSION" ] || set +o history; export VTYSH_HISTFILE=/dev/null'
)


class Stopped(CommandRejected):
    """The device refused line `number` (from 1) of what was pushed; what was before it stands.

    `reason` names the line without its secrets.
    """

    def __init__(self, number: int, line: str, said: str) -> None:
        super().__init__(f"第 {number} 行“{blank(line.strip())[:80]}”被设备拒绝：{said}")
        self.number, self.said = number, said


def type_lines(shell: Shell, push: Push, lines: Sequence[str]) -> None:
    """Type `lines` in the configuration view and leave it. Raises Stopped, and Unreachable when
    the device does not answer any more."""
    if push.shell:
        unremembered(shell)
    for line in push.enter:
        shell.ask(line, push.answers)
    try:
        _each(shell, lines, push)
    finally:
        _leave(shell, push)


def run_lines(
    shell: Shell, push: Push, lines: Sequence[str], answers: Mapping[str, str] | None = None
) -> None:
    """Type `lines` at the login's own prompt; on a shell each must end with exit status 0."""
    if push.shell:
        unremembered(shell)
    for number, line in enumerate(lines, 1):
        told = f'{line}; echo "netops-rc=$?"' if push.shell else line
        said = _judged(shell, number, line, told, push, answers or {})
        status = _RC.search(said)
        if push.shell and (status is None or status[1] != "0"):
            raise Stopped(number, line, _last(said))


def apply_file(shell: Shell, push: Push, name: str, text: str) -> None:
    """Send `text` as a file and let the device take it: all of it, or Stopped and nothing."""
    place = send_file(shell, name, text)
    steps = [step.format(file=place) for step in (push.test, push.apply) if step]
    try:
        run_lines(shell, push, steps)
    except Stopped as error:
        raise Stopped(
            _line_of(str(error)), _named(text, _line_of(str(error))), str(error)
        ) from None


def unremembered(shell: Shell) -> None:
    """From here on the login's shell keeps no history of this session: what is typed into it may
    hold secrets, and a history stays on the device."""
    shell.command(_FORGET)


def send_file(shell: Shell, name: str, text: str) -> str:
    """Write a file into `FOLDER`, readable by the login only; returns its path on the device.

    Raises Unreadable when what has arrived is not what was sent.
    """
    data, place = text.encode(), f"$HOME/{FOLDER}/{name}"
    unremembered(shell)
    shell.command(f'umask 077; mkdir -p "$HOME/{FOLDER}"; chmod 700 "$HOME/{FOLDER}"')
    shell.command(f'rm -f "{place}" "{place}.b64"')  # one left by others would keep its mode
    coded = base64.b64encode(data).decode()
    for at in range(0, len(coded), _CHUNK):
        shell.command(f"printf %s '{coded[at : at + _CHUNK]}' >> \"{place}.b64\"")
    said = shell.command(
        f'base64 -d "{place}.b64" > "{place}"; rm -f "{place}.b64"; sha256sum < "{place}"'
    )
    if hashlib.sha256(data).hexdigest() not in said:
        raise Unreadable("传到设备上的文件与发出的不一致，没有执行；请核对登录用户的主目录能否写入")
    return f'"{place}"'


def _each(shell: Shell, lines: Sequence[str], push: Push) -> None:
    for number, line in enumerate(lines, 1):
        _judged(shell, number, line, line, push, push.answers)


def _judged(
    shell: Shell, number: int, line: str, sent: str, push: Push, answers: Mapping[str, str]
) -> str:
    try:
        said = shell.ask(sent, answers)
    except CommandRejected as error:
        raise Stopped(number, line, _last(error.detail) or error.reason) from None
    wrong = _NO.search(said) or next((r for r in (p.search(said) for p in push.refused) if r), None)
    if wrong:
        raise Stopped(number, line, _around(said, wrong.start()))
    return said


def _leave(shell: Shell, push: Push) -> None:
    for line in push.leave:
        try:
            shell.ask(line, {**push.answers, r"(?i)\[y/n/c\]": "n"})
        except CommandRejected:
            continue
        except DeviceError:
            return  # gone: what cut it off is told by the one who pushed


def _around(said: str, at: int) -> str:
    """The line in which the device says no."""
    words = [line.strip() for line in said[at:].split("\n")]
    return next((blank(line) for line in words if line.strip("^ ")), "")[:200]


def _last(said: str) -> str:
    """The last line that says something, without what was asked for."""
    words = [line.strip() for line in _RC.sub("", said).split("\n")]
    return next((blank(line) for line in words if line.strip("^ ")), "")[:200]


def _line_of(words: str) -> int:
    """nft says `FILE:3:1-5: Error: …`, vtysh `line 3: % Unknown command`."""
    found = re.search(r":(\d+):\d+|line (\d+):", words)
    return int(found[1] or found[2]) if found else 1


def _named(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1] if number <= len(lines) else ""
