"""Asking for a procedure: its parameters as a page or the command line gives them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from inventory.change import Change
from inventory.changing import Wanted, begin
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.register import FieldError, Rejected
from inventory.role import Standing
from inventory.secret import Key
from inventory.shanghai import SHANGHAI
from netops.profile import profile_named
from netops.redact import blank
from playbooks.procedure import Procedure, Refusal, procedure_named, procedures

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
_MARKS = "-_.+="
_SHORTEST, _LONGEST, _WORDS = 1, 120, 20000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person gives: the key of a procedure, its parameters by name (a secret among them in
    plain), why, and how long it waits for confirmation."""

    procedure: str
    given: Mapping[str, str]
    reason: str
    minutes: int = 10


def propose(session: Session, key: Key, device: Device, who: Standing, asked: Asked) -> Change:
    """A new change with its plan asked for. Raises Rejected naming the parameter."""
    try:
        found = procedure_named(asked.procedure)
    except Refusal as error:
        raise Rejected((FieldError("procedure", "操作", error.reason),)) from None
    params, secret = _params(found, asked.given)
    if found.maker == "password" and not secret:
        secret = generated()
    title = _titled(session, device, found, params)
    typed = {one.name: _counted(params[one.name]) for one in found.params if one.kind == "lines"}
    if typed:  # any line may hold a secret that no rule knows: people read them in the plan
        params, secret = params | typed, _told(params)
    if not _SHORTEST <= asked.minutes <= _LONGEST:
        cause = f"应为 {_SHORTEST} 到 {_LONGEST} 分钟"
        raise Rejected((FieldError("minutes", "确认时限", cause),))
    wanted = Wanted(
        found.key, title, blank(asked.reason), _told(params),
        key.seal(secret) if secret else None, asked.minutes,
    )  # fmt: skip
    return begin(session, device, who, wanted)


def _counted(text: str) -> str:
    return f"（{len(text.splitlines())} 行，已密封）" if text else ""


def _told(params: Mapping[str, str]) -> str:
    return json.dumps(params, ensure_ascii=False, sort_keys=True)


def offered(device: Device) -> list[Procedure]:
    """What can be done to a device of this kind, as far as its profile tells."""
    profile = profile_named(device.profile)
    push, config = profile.push, profile.config
    fit = {
        "restore": push.known and bool(config.running), "lines": push.known or push.shell,
        "port": bool(push.down), "password": bool(push.password), "save": config.save is not None,
        "power": push.power is not None,
    }  # fmt: skip
    return [one for one in procedures().values() if one.shown and fit.get(one.maker, push.known)]


def generated() -> str:
    """A password nobody has thought of: 20 signs that every vendor's command line takes."""
    letters = [secrets.choice(_LETTERS) for _ in range(18)]
    letters[6:6], letters[13:13] = secrets.choice(_MARKS), secrets.choice(_MARKS)
    return "".join(letters)


def _params(found: Procedure, given: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The parameters the procedure knows, and its secret. Raises Rejected for one it lacks."""
    told = {one.name: given.get(one.name, "").replace("\r\n", "\n") for one in found.params}
    wrong = [
        FieldError(one.name, one.label, cause)
        for one in found.params
        if (cause := _cause(one.required, told[one.name]))
    ]
    if wrong:
        raise Rejected(tuple(wrong))
    hidden = {one.name for one in found.params if one.kind == "secret"}
    secret = next((told[name] for name in hidden if told[name]), "")
    return {name: text.strip() for name, text in told.items() if name not in hidden}, secret


def _cause(required: bool, text: str) -> str:
    if required and not text.strip():
        return "必须填写"
    if len(text) > _WORDS:
        return f"最多 {_WORDS} 个字"
    return "" if all(c.isprintable() or c in "\n\t" for c in text) else "有看不见的字符"


def _titled(session: Session, device: Device, found: Procedure, params: Mapping[str, str]) -> str:
    """What the change is called among others."""
    if "snapshot" in params:
        one = session.get(ConfigSnapshot, params["snapshot"])
        if one is None or one.device_id != device.id:
            raise Rejected((FieldError("snapshot", "备份", "没有这份备份，或不是这台设备的"),))
        return f"{found.title}到 {one.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 的备份"
    if "lines" in params:
        return f"{found.title}（{len(params['lines'].splitlines())} 行）"
    more = params.get("summary") or params.get("port") or params.get("account") or ""
    return f"{found.title} {more[:80]}".strip()
