"""CPU of one interface poll of a 24-port switch, beside gufo-snmp, pysnmp and net-snmp."""

from bench import fleet
