"""What could not be read of a source of files: told one by one as far as anybody reads it, counted
to the end, and the end of the whole backup where nothing is left or the source itself is lost."""

import errno
from dataclasses import dataclass, field

from backups.gathering import NotGathered
from backups.set_writing import shown
from inventory.os_words import cause_of

_TOLD = 20
# The disk, the share or its server is gone, not one file: what is still read would be no whole.
_LOST = frozenset(
    (
        errno.EIO, errno.ESTALE, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENOTCONN, errno.ENODEV,
        errno.ENXIO, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNABORTED,
    )
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Of one run. `warnings` is what the set's page shows."""

    warnings: list[str] = field(default_factory=list)
    read: int = 0
    unreadable: int = 0
    special: int = 0
    _untold: int = 0

    def refused(self, path: str, error: OSError) -> None:
        """A file or folder could not be read; what is no longer there is no loss. Raises
        NotGathered when it is the source that is gone."""
        if error.errno in _LOST:
            raise NotGathered(
                f"{shown(path)} 读取时出错：{cause_of(error)}。磁盘、共享或它的服务器已不可用，"
                "这次备份没有采用；请恢复后重新备份"
            ) from error
        if isinstance(error, FileNotFoundError):
            self._tell(f"{shown(path)} 在备份时已被删除，没有备份")
            return
        self.unreadable += 1
        why = cause_of(error)
        self._tell(f"{shown(path)} 读不出来（{why}），没有备份；请检查读取权限")

    def changed(self, path: str, how: str) -> None:
        """A file was written to while it was read."""
        self._tell(f"{shown(path)} 在读取时{how}")

    def end(self) -> None:
        """All was walked. Raises NotGathered when nothing could be read at all."""
        if self.unreadable and not self.read:
            raise NotGathered(
                f"来源的 {self.unreadable} 个文件和目录全部读不出来，没有备份："
                "请给读取它的用户读取权限",
                permanent=True,
            )
        if self._untold:
            self.warnings.append(f"另有 {self._untold} 条同类情况没有逐条列出")
        if self.unreadable:
            self.warnings.append(f"共有 {self.unreadable} 个文件或目录读不出来")
        if self.special:
            self.warnings.append(f"跳过 {self.special} 个设备、管道、套接字等特殊文件")

    def _tell(self, words: str) -> None:
        if len(self.warnings) < _TOLD:
            self.warnings.append(words)
        else:
            self._untold += 1
