"""Does a device accept these secrets? One question by SNMP or one login, and nothing else."""

from netops import snmp, ssh
from netops.errors import DeviceError
from netops.reading import Target
from netops.remote import KnownHosts


def refusal(target: Target, *, known: KnownHosts) -> str:
    """Why the device did not answer to the target's way in, "" when it did."""
    try:
        if target.snmp is not None:
            snmp.read(target, (), ())
        else:
            with ssh.connect(target, known=known):
                pass
    except DeviceError as error:
        return error.reason
    return ""
