"""REMEMBERS: every table, and every rule about one row."""
