"""Faults that are really made: processes killed, servers restarted, partners down."""
