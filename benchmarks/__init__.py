"""Measurements. Never tests: the machine they run on is shared, so they quote ratios."""
