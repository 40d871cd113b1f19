"""How services get a transaction without owning one: the entry point hands them a way to begin."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

Begin = Callable[[], AbstractContextManager[Session]]
"""`with begin() as session:` commits on leaving, rolls back on an error. Nothing else commits."""
