"""The keyed hashes by which a student is recognised when they ask again."""

import hmac
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.duplicate import Facts, MatchSet, distinguishing
from webapp.domain.links import Links
from webapp.models import Prospect, ProspectKey, Submission


def keys_of(secret: str, facts: Facts) -> dict[MatchSet, bytes]:
    """One keyed hash for each set of facts that has no blank in it. Without `secret` nobody can try values out."""
    return {
        kind: hmac.digest(secret.encode(), f"person:{kind}:{text}".encode(), "sha256")
        for kind, text in distinguishing(facts).items()
    }


def key_rows(secret: str, prospect_id: UUID, facts: Facts) -> list[dict[str, Any]]:
    """The rows of `prospect_keys` for a student."""
    return [{"prospect_id": prospect_id, "kind": kind, "key": key} for kind, key in keys_of(secret, facts).items()]


def renew(session: Session, links: Links, prospect: Prospect) -> None:
    """Make the keys of `prospect` (already locked) anew, after something about them was put right."""
    session.execute(delete(ProspectKey).where(ProspectKey.prospect_id == prospect.id))
    profile: dict[str, Any] = session.execute(
        select(Submission.profile).where(Submission.prospect_id == prospect.id)
    ).scalar_one()
    facts = Facts(
        email=prospect.email or "",
        first_name=prospect.first_name or "",
        last_name=prospect.last_name or "",
        phone=prospect.phone or "",
        postal_code=profile.get("practical", {}).get("postal_code") or "",
    )
    rows = key_rows(links.secret, prospect.id, facts)
    if rows:
        session.execute(insert(ProspectKey).values(rows))


def forget(session: Session, prospect_id: UUID) -> None:
    """Delete the keys of somebody who is erased. The hash of the address stays, where consents need it."""
    session.execute(delete(ProspectKey).where(ProspectKey.prospect_id == prospect_id))
