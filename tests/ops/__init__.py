"""Health, readiness, metrics and the development inbox."""
