"""What an administrator is told when an SNMP visit fails: errors in words, no sockets. Pure."""

from netops.errors import (
    AuthRejected,
    CommandRejected,
    DeviceError,
    Garbled,
    Unreachable,
    Unreadable,
)
from netops.reading import SnmpAuth, Target

# The start of every usmStats counter, 1.3.6.1.6.3.15.1.1 (RFC 3414 §5), in BER. A Report names
# the reason of a refusal by one of them, and is sent in the clear.
_USM_STATS = bytes.fromhex("2b060106030f0101")

_LEVELS = {(False, False): "不认证", (True, False): "只认证、不加密", (True, True): "认证并加密"}


def silence(target: Target) -> Unreachable:
    """Nobody answered in time: off, no route, SNMP off, filtered, or a wrong v2c community."""
    tries = target.retries + 1
    asked = f"{_place(target)}没有应答（共问 {tries} 次，每次等 {target.timeout:g} 秒）"
    if target.snmp is not None and target.snmp.version == "v3":
        causes = "设备没有开启 SNMPv3，或访问控制列表没有放行本机"
    else:
        causes = (
            "设备没有开启 SNMP、共同体（community）写错（v2c 写错时设备不作声），"
            "或访问控制列表没有放行本机"
        )
    return Unreachable(f"{asked}。常见原因：{causes}；如果 ping 也不通，则是断电或线路中断。")


def unsendable(target: Target, error: OSError) -> Unreachable:
    """The request did not arrive: closed port (ICMP port unreachable), no route, bad address."""
    told = str(error)
    if "refused" in told.lower():
        cause = (
            "主机在线，但这个端口上没有 SNMP 服务，或被防火墙明确拒绝。"
            "请在设备上开启 SNMP，或改正设备资料中的端口"
        )
    elif "invalid address" in told:
        cause = "这不是一个有效的 IP 地址，请改正设备资料中的地址"
    else:
        cause = "本机到它没有路由，或被本机防火墙拦截，请检查本机网络"
    return Unreachable(f"向{_place(target)}发出的 SNMP 请求没有送达：{cause}。", told)


def no_oid(text: str) -> CommandRejected:
    """A person typed it."""
    return CommandRejected(f"「{text}」不是 OID。请写成数字形式，例如 1.3.6.1.2.1.1。")


def reported(target: Target, answer: bytes) -> DeviceError | None:
    """What the Report in this raw answer complains about (RFC 3414 §3.2); None without one."""
    _, found, rest = answer.partition(_USM_STATS)
    auth = target.snmp
    if not found or not rest or auth is None:
        return None
    causes = {
        1: f"设备不支持对用户「{auth.user}」使用「{_level(auth)}」。"
        "请核对设备上这个用户的认证、加密设置",
        3: f"设备上没有 SNMPv3 用户「{auth.user}」。请核对用户名（区分大小写），或在设备上建立它",
        5: f"SNMPv3 用户「{auth.user}」的认证口令或认证算法（{auth.auth_protocol}）不对",
        6: f"SNMPv3 用户「{auth.user}」的加密口令或加密算法（{auth.priv_protocol}）不对",
    }
    if rest[0] in causes:
        return AuthRejected(f"{_place(target)}：{causes[rest[0]]}。", f"usmStats.{rest[0]}")
    return Unreachable(
        f"{_place(target)}的 SNMPv3 引擎时钟与上次不符，多半刚刚重启；稍后会自动重试。",
        f"usmStats.{rest[0]}",
    )


def status(answer: bytes) -> int:
    """The error-status in this raw SNMPv2c answer (RFC 3416 §3): 0 is none, -1 not to be made out.

    A message is a version, a community and a PDU; a PDU a request-id and then the status.
    """
    try:
        message, _ = _element(answer)
        _version, rest = _element(message)
        _community, rest = _element(rest)
        pdu, _ = _element(rest)
        _request, rest = _element(pdu)
        number, _ = _element(rest)
    except IndexError:
        return -1
    return int.from_bytes(number)


def _element(octets: bytes) -> tuple[bytes, bytes]:
    """The body of the first BER element, and what follows it; IndexError when it is cut."""
    size, start = octets[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(octets[2:start])
    if len(octets) < start + size:
        raise IndexError
    return octets[start : start + size], octets[start + size :]


def undeciphered(target: Target) -> AuthRejected:
    """The agent answers without encryption, and drops what is encrypted: net-snmp's way."""
    auth = target.snmp or SnmpAuth("v3")
    return AuthRejected(
        f"{_place(target)}：SNMPv3 用户「{auth.user}」的加密口令或加密算法"
        f"（{auth.priv_protocol}）不对：设备应答不加密的请求，丢弃加密的请求。"
    )


def not_permitted(target: Target) -> AuthRejected:
    """authorizationError, or a refusal without a reason: known to the agent, but not allowed."""
    auth = target.snmp
    if auth is None or auth.version == "v2c":
        who, level = "这个共同体", ""
    else:
        who, level = f"SNMPv3 用户「{auth.user}」", f"安全级别「{_level(auth)}」不够，或"
    return AuthRejected(
        f"{_place(target)}认得{who}，但不许它读取：{level}"
        "视图（view）没有包含要读的对象。请在设备上放宽，或改用别的凭据。",
        "authorizationError",
    )


def garbage(target: Target, told: str) -> Unreadable:
    """Bytes came that are no SNMP message."""
    return Unreadable(
        f"{_place(target)}的应答不是完整的 SNMP 报文：端口上可能是别的程序，报文可能被中途截断，"
        "也可能是设备软件的缺陷。请核对端口，并在设备侧抓包。",
        told,
    )


def looping(target: Target, oid: str) -> Unreadable:
    """The walk goes in circles."""
    return Unreadable(
        f"{_place(target)}遍历 {oid} 时反复返回同样的行，已经停止读取：设备软件有缺陷，"
        "请升级，或把这台设备的「每次读取行数」改为 1 再试。"
    )


def overlong(target: Target, oid: str, most: int) -> Unreadable:
    """More rows than any device of ours has."""
    return Unreadable(
        f"{_place(target)}的 {oid} 超过 {most} 行，已经停止读取。请核对厂商档案是否选对。"
    )


def broken_off(target: Target, oid: str) -> Garbled:
    """The walk ended in an error of the agent, not at the end of the column."""
    return Garbled(
        f"{_place(target)}读 {oid} 读到一半时报错，没有读完，稍后会再读。若一直如此，"
        "请升级设备软件。",
        "error-status",
    )


def slow(target: Target, seconds: float) -> Unreadable:
    """One visit must not hold a worker for ever."""
    return Unreadable(
        f"{_place(target)}应答太慢或丢包严重，一次读取超过 {seconds:g} 秒，已经放弃。"
        "请检查线路质量和设备负载。"
    )


def late(target: Target) -> Unreadable:
    """Nor must it hold up what is done with all the others."""
    return Unreadable(
        f"{_place(target)}应答太慢，到了本轮规定的时间还没有读完，下一轮再读。"
        "请检查线路质量和设备负载。"
    )


def _place(target: Target) -> str:
    return f"{target.address}（UDP {target.snmp_port} 端口）"


def _level(auth: SnmpAuth) -> str:
    return _LEVELS[bool(auth.auth_protocol), bool(auth.priv_protocol)]
