"""The demo county: simulated devices that speak real SSH, telnet and SNMP on loopback.

Everything simulated says so (`模拟设备 SIMULATED`); nothing here runs in a real centre.
"""
