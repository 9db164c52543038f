"""How far a long piece of copying is, told in MiB over all its sets."""

from dataclasses import dataclass, field

from backups.pace import Pace
from playbooks.jobs import Job

_MIB = 1 << 20


@dataclass(slots=True)
class Progress:
    """`total` bytes of all sets together; reading again what was sent is part of each."""

    job: Job
    total: int
    _before: int = field(default=0, init=False)

    def of(self, size: int, note: str, limit: int = 0) -> Pace:
        """The pace of the next set (`size` bytes), at most `limit` bytes a second (0: no limit)."""
        before = self._before
        self._before += size

        def tell(done: int) -> None:
            told = before + min(done, size)
            self.job.tell(told // _MIB, -(-self.total // _MIB), note)

        return Pace(limit=limit, stop=self.job.halted, tell=tell)
