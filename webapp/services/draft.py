"""Drafts: a form being filled, kept on the server step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id, token_hash
from webapp.domain.links import Links
from webapp.models import (
    Attempt,
    Draft,
    DraftStep,
    Feedback,
    Message,
    OutboxEvent,
    ResumeLink,
    SharedList,
    ShortlistedProgram,
    Submission,
)
from webapp.services import inbox, publisher

MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft as the pages see it. `answers` holds {step: {field: value}}; `changes` counts what can be undone."""

    id: UUID
    answers: Mapping[str, Mapping[str, Any]]
    attribution: Mapping[str, str]
    is_complete: bool
    token_version: int
    changes: int = 0


def start(
    session: Session, clock: Clock, links: Links, *, keep: timedelta, attribution: Mapping[str, str]
) -> OpenDraft:
    """A new, empty draft. `links.draft_token(draft.id)` is what the cookie holds."""
    now = clock.now()
    draft_id = new_id()
    draft = Draft(
        id=draft_id,
        token_hash=token_hash(links.draft_token(draft_id)),
        results_hash=token_hash(links.results_token(draft_id)),
        token_version=1,
        answers={},
        attribution=dict(attribution),
        created_at=now,
        updated_at=now,
        expires_at=now + keep,
    )
    session.add(draft)
    publisher.count(session, clock, attribution, started=1)
    return _open(draft)


def find_by_cookie(session: Session, clock: Clock, token: str) -> OpenDraft | None:
    """The draft whose cookie token this is, unless it has expired."""
    return _find(session, clock, select(Draft).where(Draft.token_hash == token_hash(token)))


def find(session: Session, clock: Clock, draft_id: UUID) -> OpenDraft | None:
    """The draft with this id, unless it has expired. For who has proved by a token to know it."""
    return _find(session, clock, select(Draft).where(Draft.id == draft_id))


def find_by_results_token(session: Session, clock: Clock, token: str) -> OpenDraft | None:
    """The finished draft whose results link this is, unless it has expired."""
    found = _find(session, clock, select(Draft).where(Draft.results_hash == token_hash(token)))
    return found if found is not None and found.is_complete else None


def save_step(
    session: Session,
    clock: Clock,
    draft_id: UUID,
    step: str,
    answers: Mapping[str, Any],
    *,
    keep: timedelta,
    is_last: bool = False,
    leads_to: str | None = None,
) -> OpenDraft:
    """Keep the answers of one step; other steps stay as they are, also when another tab saves at the same time.

    `leads_to` is the step that is shown next. What the form says stands: changes made on the list before can no
    longer be undone.
    """
    now = clock.now()
    draft = _locked(session, draft_id)
    draft.answers = {**draft.answers, step: dict(answers)}
    draft.earlier = []
    draft.updated_at = now
    # A mailed link may have promised the answers for longer.
    draft.expires_at = max(draft.expires_at, now + keep)
    if is_last and draft.completed_at is None:
        draft.completed_at = now
        publisher.count(session, clock, draft.attribution, completed=1)
    session.flush()
    _note(session, draft_id, step, now, leads_to)
    return _open(draft)


def locked_answers(session: Session, draft_id: UUID) -> Mapping[str, Mapping[str, Any]]:
    """All answers as they stand now; nobody else changes them until the transaction ends."""
    return dict(_locked(session, draft_id).answers)


def _note(session: Session, draft_id: UUID, step: str, now: datetime, leads_to: str | None) -> None:
    saved = insert(DraftStep).values(draft_id=draft_id, step=step, saved_at=now, saved_last_at=now, saves=1)
    session.execute(
        saved.on_conflict_do_update(
            index_elements=["draft_id", "step"],
            set_={
                "saved_at": func.coalesce(DraftStep.saved_at, now),
                "saved_last_at": now,
                "saves": DraftStep.saves + 1,
            },
        )
    )
    if leads_to is not None:
        shown = insert(DraftStep).values(draft_id=draft_id, step=leads_to, shown_at=now)
        session.execute(
            shown.on_conflict_do_update(
                index_elements=["draft_id", "step"],
                set_={"shown_at": func.coalesce(DraftStep.shown_at, now)},
                where=DraftStep.saved_at.is_(None),
            )
        )


def discard(session: Session, draft_id: UUID) -> None:
    """Delete a draft from which nothing was asked for, and all that hangs on it. One that is gone is no error."""
    _discard_links(session, draft_id)
    session.execute(delete(Draft).where(Draft.id == draft_id).execution_options(synchronize_session=False))


def empty(session: Session, clock: Clock, draft_id: UUID) -> None:
    """Take everything out of a draft, and delete all that hangs on it. The row stays, for the request made from it.

    What was said of single programs stays without the draft, as it does when a draft is deleted.
    """
    _discard_links(session, draft_id)
    hanging: tuple[Any, ...] = (DraftStep, SharedList, ShortlistedProgram)
    for statement in (
        *(delete(table).where(table.draft_id == draft_id) for table in hanging),
        update(Feedback).where(Feedback.draft_id == draft_id).values(draft_id=None),
        update(Draft)
        .where(Draft.id == draft_id)
        .values(
            answers={},
            earlier=[],
            attribution={},
            completed_at=None,
            expires_at=clock.now(),
            token_version=Draft.token_version + 1,
        ),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _discard_links(session: Session, draft_id: UUID) -> None:
    """Delete the resume links of a draft with the mails about them, sent or not."""
    links = select(ResumeLink.id).where(ResumeLink.draft_id == draft_id)
    mails = list(session.scalars(select(Message.id).where(Message.resume_link_id.in_(links)).with_for_update()))
    inbox.forget(session, mails)
    for statement in (
        delete(Attempt).where(Attempt.message_id.in_(mails)),
        delete(OutboxEvent).where(OutboxEvent.kind == EventKind.MESSAGE_DUE, OutboxEvent.subject_id.in_(mails)),
        delete(Message).where(Message.id.in_(mails)),
        delete(ResumeLink).where(ResumeLink.draft_id == draft_id),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def change_answers(
    session: Session, clock: Clock, draft_id: UUID, changes: Mapping[str, Mapping[str, Any]], *, keep: timedelta
) -> OpenDraft:
    """Change single answers, {step: {field: value}}, so that it can be undone. Changes to what stands already are none.

    Of very many changes the first and the last `MOST_CHANGES` can be undone.
    """
    draft = _locked(session, draft_id)
    real = {
        step: {name: value for name, value in fields.items() if draft.answers.get(step, {}).get(name) != value}
        for step, fields in changes.items()
    }
    real = {step: fields for step, fields in real.items() if fields}
    if not real:
        return _open(draft)
    before = {
        step: {name: draft.answers.get(step, {}).get(name) for name in {*fields}} for step, fields in real.items()
    }
    draft.earlier = [*draft.earlier[:1], *[*draft.earlier[1:], before][-MOST_CHANGES:]]
    return _rewritten(draft, real, clock, keep)


def undo_change(session: Session, clock: Clock, draft_id: UUID, *, keep: timedelta, every: bool = False) -> OpenDraft:
    """Put back what the last change replaced, or `every` one: then the answers are what the form said."""
    draft = _locked(session, draft_id)
    undone = draft.earlier if every else draft.earlier[-1:]
    draft.earlier = [] if every else draft.earlier[:-1]
    for before in reversed(undone):
        _rewritten(draft, before, clock, keep)
    return _open(draft)


def _rewritten(draft: Draft, fields: Mapping[str, Mapping[str, Any]], clock: Clock, keep: timedelta) -> OpenDraft:
    """The draft with single answers written over; None takes an answer away."""
    answers = dict(draft.answers)
    for step, values in fields.items():
        merged = {**answers.get(step, {}), **values}
        answers[step] = {name: value for name, value in merged.items() if value is not None}
    draft.answers = answers
    draft.updated_at = clock.now()
    draft.expires_at = max(draft.expires_at, draft.updated_at + keep)
    return _open(draft)


def purge(session: Session, clock: Clock, *, limit: int = 10_000) -> int:
    """Delete expired drafts that nothing was asked for from; the number deleted.

    The draft of a submission stays with it: it finds the results page that the mail links to.
    """
    asked = exists().where(Submission.draft_id == Draft.id)
    old = select(Draft.id).where(Draft.expires_at <= clock.now(), ~asked).limit(limit).with_for_update(skip_locked=True)
    gone = session.execute(
        delete(Draft)
        .where(Draft.id.in_(old.scalar_subquery()))
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _locked(session: Session, draft_id: UUID) -> Draft:
    return session.execute(select(Draft).where(Draft.id == draft_id).with_for_update()).scalar_one()


def _find(session: Session, clock: Clock, query: Any) -> OpenDraft | None:
    draft: Draft | None = session.execute(query).scalar_one_or_none()
    if draft is None or _is_past(draft.expires_at, clock):
        return None
    return _open(draft)


def _is_past(moment: datetime, clock: Clock) -> bool:
    return moment <= clock.now()


def _open(draft: Draft) -> OpenDraft:
    return OpenDraft(
        id=draft.id,
        answers=draft.answers,
        attribution=draft.attribution,
        is_complete=draft.completed_at is not None,
        token_version=draft.token_version,
        changes=len(draft.earlier or ()),
    )
