"""What a person can mend is told in one line, without a trace."""

import logging
from typing import Any

import click
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from inventory.guard import Refused
from inventory.os_words import cause_of
from inventory.register import Rejected
from inventory.secret import SecretError
from inventory.sheet import SheetError
from netops.simulator import county
from web.bundle import NotBuilt
from web.port import NoPort
from web.settings import SettingError
from web.up import CannotStart

_TOLD = (
    CannotStart, NoPort, NotBuilt, Refused, Rejected, SecretError, SettingError, SheetError,
    county.NotRunning, county.Refused, county.UnknownDevice,
)  # fmt: skip
_log = logging.getLogger(__name__)


class Failed(click.ClickException):
    """The thing asked for is not so, or cannot be done now: exit 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), err=True, file=file)


class Console(click.Group):
    """The group of all verbs; every failure of theirs that has a remedy passes through here."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _TOLD as error:
            raise Failed(str(error)) from error
        except CommandError as error:
            raise Failed(f"数据库由更新的版本建立，请用较新的程序打开它（{error}）") from error
        except OperationalError as error:
            _log.debug("database", exc_info=True)
            cause = " ".join(str(error.orig).split())
            raise Failed(f"数据库用不了：{cause}；请检查 DATABASE_URL 和数据目录") from error
        except OSError as error:
            if error.filename is None:
                raise
            cause = f"不能使用 {error.filename}（{cause_of(error)}）：请检查这个位置和它的权限"
            raise Failed(cause) from error
