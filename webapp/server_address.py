"""Addresses of servers, in the dialect of each library that is given them."""


def broker_url(redis_url: str) -> str:
    """`redis_url` in the dialect that Celery speaks."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, database = redis_url.removeprefix("unix://").partition("?db=")
    return f"redis+socket://{path}?virtual_host={database or 0}"


def limiter_url(redis_url: str) -> str:
    """`redis_url` in the dialect that the rate limiter speaks."""
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url


def with_driver(database_url: str) -> str:
    """`database_url` with the driver named."""
    return database_url.replace("postgresql://", "postgresql+psycopg://", 1)
