"""What can go wrong between the console and a device.

DeviceError
├── Unreachable        no answer in time: try again next sweep
├── AuthRejected       the device refused the credential: never retry, a person must act
├── CommandRejected    the device answered "no" to what was asked
└── Unreadable         an answer came, but it makes no sense: fix the profile or the device
    └── Garbled        an answer came in part, or mixed with something else: ask again later
"""

from typing import ClassVar

from inventory.explained import Explained


class DeviceError(Explained):
    """One device failed; `reason` is a Chinese sentence a network administrator can act on.

    `permanent` decides retry: a transient error is worth asking again, a permanent one is not.
    `detail` carries the technical text for the folded part of the page; never a secret.
    """

    permanent: ClassVar[bool] = True

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail


class Unreachable(DeviceError):
    """Nobody answered before the time-out."""

    permanent = False


class AuthRejected(DeviceError):
    """The credential was refused (SNMPv3 user, key or level; SSH login)."""


class CommandRejected(DeviceError):
    """The device understood us and declined."""


class Unreadable(DeviceError):
    """The answer is garbage, truncated, or does not fit the profile."""


class WayBarred(Unreadable):
    """This way does not lead to it, however well it is answered; another may."""


class Garbled(Unreadable):
    """The answer was cut short or something fell into it; the next one may be whole."""

    permanent = False
