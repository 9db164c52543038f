"""The hand that signs by the API: a person's own, never a program's."""

from collections.abc import Mapping
from typing import Any

from apiflask import HTTPError
from flask import g
from flask_babel import gettext as _

from inventory.login import ByCode
from inventory.proof import Proof
from web.access import person
from web.current import caller, door


def shown_hand(told: Mapping[str, Any]) -> Proof:
    """The proof that `password` and `code` of a body give. Raises Rejected naming them; 403 when a
    token asks."""
    in_person()
    code = ByCode(str(told.get("code") or ""))
    return door().prove(person().id, str(told.get("password") or ""), code, caller())


def in_person() -> None:
    if g.by_token:
        raise HTTPError(403, _("审批和签字须本人登录后进行，程序的令牌不能代替。"))
