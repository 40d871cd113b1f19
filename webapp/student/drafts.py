"""The cookie that finds the draft again."""

from datetime import timedelta

from flask import Response, g, request

from webapp.context import runtime
from webapp.services import draft as drafts
from webapp.services.draft import OpenDraft

COOKIE, SECURE_COOKIE = "draft", "__Host-draft"


def cookie_name() -> str:
    """The prefix binds the cookie to this host where the site is served by HTTPS."""
    return SECURE_COOKIE if _is_secure() else COOKIE


def current_draft() -> OpenDraft | None:
    """The draft of this browser, unless it has none or it has expired; looked up once a request, as it was then."""
    if "current_draft" not in g:
        g.current_draft = _find()
    draft: OpenDraft | None = g.current_draft
    return draft


def remember(response: Response, draft: OpenDraft) -> None:
    """Set the cookie for as long as the draft is kept."""
    built = runtime()
    response.set_cookie(
        cookie_name(),
        built.links.draft_token(draft.id, draft.token_version),
        max_age=built.settings.draft_expiry_days * 86_400,
        httponly=True,
        samesite="Lax",
        secure=_is_secure(),
        path="/",
    )


def forget(response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(cookie_name(), path="/", httponly=True, samesite="Lax", secure=_is_secure())


def kept_for() -> timedelta:
    """How long a draft is kept after its last change."""
    return timedelta(days=runtime().settings.draft_expiry_days)


def _find() -> OpenDraft | None:
    token = request.cookies.get(cookie_name(), "")
    if not token or len(token) > 100:
        return None
    built = runtime()
    with built.begin() as session:
        return drafts.find_by_cookie(session, built.clock, token)


def _is_secure() -> bool:
    return runtime().settings.base_url.startswith("https://")
