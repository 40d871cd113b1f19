"""The surface for those who run the service: health, readiness, metrics, and the development inbox."""
