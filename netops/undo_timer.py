"""The undo that waits on the device itself: it fires when the console cannot reach it any more.

Who takes the token (by renaming it, which only one can) decides: the job that wakes up, or the
console that disarms it.
"""

from dataclasses import dataclass

from netops.config_push import FOLDER, run_lines, send_file
from netops.push_facts import Push
from netops.ssh_shell import Shell

_JOB = """echo $$ > "{base}.token"
sleep {seconds}
mv "{base}.token" "{base}.fired" 2>/dev/null || exit 0
{undo}
rm -f "{base}.undo" "{base}.sh" "{base}.new" "{base}.back"
"""
_DISARM = (
    'if mv "{base}.token" "{base}.off" 2>/dev/null; then kill $(cat "{base}.off") 2>/dev/null;'
    ' echo netops-disarmed; elif [ -e "{base}.fired" ]; then echo netops-fired;'
    " else echo netops-none; fi"
)
# Whoever is the last removes them: the job itself where it still waits, or is at work.
_STRIP = (
    'if [ -e "{base}.sh" ] && {{ [ -e "{base}.token" ] || [ -e "{base}.fired" ]; }};'
    ' then rm -f "{base}.new" "{base}.back" "{base}".*.b64; else rm -f "{base}".*; fi'
)


@dataclass(frozen=True, slots=True)
class Undo:
    """What the device does by itself after `seconds`: `lines` for its shell, or (`applied`) for
    `push.apply`, where one may be a whole file; `name` tells several apart."""

    name: str
    seconds: int
    lines: tuple[str, ...]
    applied: bool = False

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded up: some devices count no less."""
        return max(1, -(-self.seconds // 60))


def arm(shell: Shell, push: Push, undo: Undo) -> None:
    """Set it before anything is pushed. A trial commit is armed by the push itself.

    Raises Stopped when the device refuses: nothing may be pushed then.
    """
    if push.timer.kind == "reboot":
        words = {"minutes": undo.minutes, "seconds": undo.seconds}
        run_lines(shell, push, [line.format(**words) for line in push.timer.arm], _answers(push))
    elif push.timer.kind == "shell":
        _leave_job(shell, push, undo)


def disarm(shell: Shell, push: Push, name: str) -> bool:
    """Stop it; True when it has fired already, so that the device is, or soon will be, what it
    was before."""
    if push.timer.kind == "reboot":
        run_lines(shell, push, push.timer.disarm, _answers(push))
    elif push.timer.kind == "shell":
        said = shell.command(_DISARM.format(base=_base(name)))
        return "netops-fired" in said
    return False


def fired(shell: Shell, push: Push, name: str) -> bool:
    """Has the job on the device done its work already?"""
    if push.timer.kind != "shell":
        return False
    return "netops-fired" in shell.command(f'[ -e "{_base(name)}.fired" ] && echo netops-fired; :')


def tidy(shell: Shell, push: Push, name: str) -> None:
    """Nothing of it stays on the device: its files hold secrets."""
    if push.timer.kind == "shell":
        shell.command(f'rm -f "{_base(name)}".*')


def strip(shell: Shell, push: Push, name: str) -> None:
    """As `tidy`, after a change that failed: an undo that still waits on the device keeps what it
    needs, and removes it when it is done."""
    if push.shell:
        shell.command(_STRIP.format(base=_base(name)))


def _leave_job(shell: Shell, push: Push, undo: Undo) -> None:
    text = "\n".join(undo.lines) + "\n"
    place = send_file(shell, f"{undo.name}.undo", text)
    command = push.apply.format(file=place) if undo.applied else f"sh {place}"
    job = _JOB.format(base=_base(undo.name), seconds=undo.seconds, undo=command)
    script = send_file(shell, f"{undo.name}.sh", job)
    run_lines(
        shell, push,
        [
            f"(nohup setsid sh {script} </dev/null >/dev/null 2>&1 &)",
            f'for n in 1 2 3 4 5 6 7 8 9; do [ -s "{_base(undo.name)}.token" ] && break;'
            f' sleep 0.2; done; [ -s "{_base(undo.name)}.token" ]',
        ],
    )  # fmt: skip


def _base(name: str) -> str:
    return f"$HOME/{FOLDER}/{name}"


def _answers(push: Push) -> dict[str, str]:
    return {**push.answers, **push.timer.answers}
