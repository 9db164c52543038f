"""Host keys: who answered must be who answered the last time."""

import base64
import hashlib

import paramiko

from netops.errors import AuthRejected
from netops.remote import KnownHosts

# Outgrown (RFC 9142 key exchange, RFC 8332 ssh-rsa, CVE-2008-5161 CBC): only where allowed.
WEAK = {
    "kex": [
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
    "keys": ["ssh-rsa"],
    "pubkeys": ["ssh-rsa"],
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96"],
}


class HostKeyChanged(AuthRejected):
    """The address answers with another key than before. `expected` and `offered` are the keys,
    for a person who knows that the device was replaced to accept the new one."""

    def __init__(self, place: str, expected: str, offered: str) -> None:
        super().__init__(
            f"{place} 的主机密钥变了：原来 {fingerprint(expected)}，现在 {fingerprint(offered)}，"
            "已拒绝登录，口令没有发出。如果刚更换过设备或重新生成过密钥，"
            "请在设备页核对新指纹后确认接受；否则可能有人冒充这台设备，请立即查明。"
        )
        self.expected = expected
        self.offered = offered


class Verified(paramiko.MissingHostKeyPolicy):
    """Asked by paramiko for every key, because it is given none to remember itself.

    `offered` is the key the device showed.
    """

    def __init__(self, known: KnownHosts, host: str, port: int) -> None:
        self._known = known
        self._host = host
        self._port = port
        self.offered = ""

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        self.offered = f"{key.get_name()} {key.get_base64()}"
        expected = self._known.expected(self._host, self._port)
        if expected and expected != self.offered:
            raise HostKeyChanged(f"{self._host}:{self._port}", expected, self.offered)

    def remember(self) -> None:
        """Called once the login succeeded: a stranger's key is not learnt from a failed one."""
        if self.offered and not self._known.expected(self._host, self._port):
            self._known.learn(self._host, self._port, self.offered)


def fingerprint(key: str) -> str:
    """A key's SHA-256 fingerprint the way OpenSSH and the devices' own displays write it."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
