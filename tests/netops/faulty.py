"""Screens of simulated devices that go wrong while they show a configuration."""

import asyncio
from typing import ClassVar

from netops.simulator.cli_terminal import HungUp, Terminal

LONG = 15  # lines; what is shorter is no configuration


class Faulty(Terminal):
    """Shows what is short as it is, and a configuration with trouble.

    `left` says how often there is trouble at all; then the device behaves.
    """

    left: ClassVar[int] = 10**9
    prompt: ClassVar[str] = ""

    async def page(self, text: str) -> None:
        if text.count("\n") < LONG or type(self).left <= 0:
            await super().page(text)
            return
        type(self).left -= 1
        lines = text.splitlines(keepends=True)
        await self.trouble(lines[: len(lines) // 2], lines[len(lines) // 2 :])

    async def trouble(self, first: list[str], second: list[str]) -> None:
        raise NotImplementedError

    async def say(self, *lines: str) -> None:
        await super().page("".join(lines))

    async def hang(self) -> None:
        while True:
            await self.key()  # ends when the other side hangs up


class Halting(Faulty):
    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say(*first)
        await self.hang()


class Dropping(Faulty):
    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say(*first)
        raise HungUp


class Short(Faulty):
    """Half of it, then the prompt as if that were all."""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say(*first)


class EmptyOnce(Faulty):
    left = 1

    async def trouble(self, first: list[str], second: list[str]) -> None:
        return


class Empty(Faulty):
    async def trouble(self, first: list[str], second: list[str]) -> None:
        return


class HeaderOnly(Faulty):
    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say("!Software Version V200R011C10SPC600\n", "#\n", second[-1])


class Complaining(Faulty):
    """An error where a device would write it, at the start of a line."""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say(*first, "Error: The system is busy in building configuration.\n", *second)


class LoggingOnce(Faulty):
    """A log line tears a line of the configuration."""

    left = 1
    log: ClassVar[str] = ""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        torn = second[0]
        await self.say(*first, torn[:4], self.log, "\n", torn[4:], *second[1:])


class VrpLog(LoggingOnce):
    log = "%Sep 12 2026 10:20:30 DEV1 %%01SHELL/5/CMDRECORD(l)[3]:Recorded command information."


class ComwareLog(LoggingOnce):
    log = "\n%Sep 12 10:20:30:123 2026 DEV1 SHELL/5/SHELL_LOGIN: netadmin logged in from 10.1.1.1."


class IosLog(LoggingOnce):
    log = "\n*Mar  1 00:01:02.123: %SYS-5-CONFIG_I: Configured from console by vty0 (10.1.1.1)"


class LoggingAlways(VrpLog):
    """A log line of its own, another one each time."""

    left = 10**9

    async def trouble(self, first: list[str], second: list[str]) -> None:
        number = type(self).left
        await self.say(*first, f"\n{self.log}{number}\n", *second)


class Slow(Faulty):
    """Trickles, and pauses in the middle of lines."""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        text = "".join([*first, *second])
        for at in range(0, len(text), 100):
            self.write(text[at : at + 100])
            await asyncio.sleep(0.06)


class Pretending(Faulty):
    """Pauses right after a banner's line that looks like the prompt."""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say(*first)
        self.write(self.prompt)
        await asyncio.sleep(0.6)
        await self.say("\n", *second)


class Deceiving(Faulty):
    """A banner shows an end marker and a prompt, and the rest comes much later."""

    left = 1

    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say(*first, "return\n")
        self.write(self.prompt)
        await asyncio.sleep(0.3)
        await self.say("\n", *second)


class Stamped(Faulty):
    """VRP with `timestamp enable`."""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say("2026-09-12 10:20:30.123 +08:00\n", *first, *second)


class Paging(Faulty):
    """The pager stays on whatever is told, with a prompt of its own."""

    asks: ClassVar[str] = ""
    erase: ClassVar[str] = ""

    async def trouble(self, first: list[str], second: list[str]) -> None:
        self.paging, self.rows, self.more, self.wipe = True, 12, self.asks, self.erase
        await self.say(*first, *second)


class PagingReturn(Paging):
    asks, erase = "--More--", "\r        \r"


class PagingNewline(Paging):
    asks, erase = "--More--(byte 1234)", "\r\n"


class PagingAnyKey(Paging):
    asks, erase = "Press any key to continue (Q to quit)", "\r\x1b[K"


class PagingAngle(Paging):
    asks, erase = "<--- More --->", "\r              \r"
