"""Lists and forms of every register, made from what its class says; nothing here names one."""
