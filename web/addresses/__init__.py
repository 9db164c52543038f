"""The pages of addresses: violations first, then ranges, hosts, ports, what devices enforce."""
