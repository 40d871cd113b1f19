"""The password of everybody in tests who logs in, hashed once a process: no other part of an account takes as long."""

from functools import cache

from webapp.services.password import hash_password

PASSWORD = "copper lantern eleven rivers"


@cache
def password_hash() -> str:
    """What an account keeps of it."""
    return hash_password(PASSWORD)
