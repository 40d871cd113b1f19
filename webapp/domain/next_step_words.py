"""What happens next to a lead: the sentences for staff, for the partner's people and for the student.

Filled in as those of `standing_words` are.
"""

from collections.abc import Mapping
from typing import Final

from webapp.domain.lead import LeadStatus
from webapp.domain.standing_words import Three

S = LeadStatus

_NOTHING: Final = "Nothing more happens to it."
NEXT: Final[Mapping[LeadStatus, Three]] = {
    S.UNDO_WINDOW: (
        "It goes on by itself at {leaves}.",
        "It goes on by itself at {leaves}.",
        "It leaves by itself at {leaves}.",
    ),
    S.QUEUED: (
        "It goes out within minutes; if it does not, look at the outbox.",
        "It goes out within minutes.",
        "It leaves within minutes. Until then you can still cancel.",
    ),
    S.HELD_CAP: (
        "It is looked at again {until}, and ends on {end}.",
        "It goes out when there is room again, and we look again {until}. If there is none by {end}, it ends.",
        "We try again {until}. If there is no room by {end}, it ends and nothing is sent.",
    ),
    S.HELD_SCHEDULE: (
        "It is looked at again {until}, and ends on {end}.",
        "It goes out when you take leads again. If it still waits on {end}, it ends.",
        "We look again {until}. If it still waits at {end}, it ends and nothing is sent.",
    ),
    S.HELD_REVIEW: (
        "Release it if {partner} should have it; else it ends on {end}.",
        "You get it if we let it go. If nobody has by {end}, it ends.",
        "One of us looks at it and sends it or not. If nobody has by {end}, it ends and nothing is sent.",
    ),
    S.DELIVERING: (
        "The answer of {partner} decides, within a minute.",
        "The answer of your system decides, within a minute.",
        "If the school's computer does not answer, we try again for about three days and tell you when we give up.",
    ),
    S.DELIVERED: (
        "Nothing more is needed.",
        "It is your turn: contact the student in the ways they allow.",
        "It is the school's turn now. If you hear nothing within a week, write to it yourself.",
    ),
    S.REJECTED: (
        _NOTHING,
        "Nothing more happens to it. If your system should have taken it, look at its answer below.",
        "You can still apply there yourself, or choose another school from your list.",
    ),
    S.DUPLICATE_AT_PARTNER: (
        _NOTHING,
        "Nothing more is sent. Contact the student only in the ways they allow.",
        "Nothing changes by this. If you no longer want to hear from it, withdraw below, and we tell it so.",
    ),
    S.FAILED: (
        "Send it again once the cause is mended.",
        "Mend your system, then ask us to send it again. Its webhook-id stays the same.",
        "One of us may try again, unless you cancel. You can also apply there yourself.",
    ),
    S.WITHDRAWN: (_NOTHING, _NOTHING, "There is nothing more to do. You can ask again from your list."),
    S.EXPIRED: (
        _NOTHING,
        _NOTHING,
        "You can apply there yourself, or choose another school from your list.",
    ),
    S.FILTERED: (
        _NOTHING,
        _NOTHING,
        "You can apply there yourself, or choose another school from your list.",
    ),
    S.INVALID: (
        "It goes on when the student corrects it; else it ends on {end}.",
        "You get it if the student corrects it by {end}.",
        "Put it right below, and we look again at once. If it is not by {end}, it ends and nothing is sent.",
    ),
}
_ASK_AGAIN: Final = (_NOTHING, _NOTHING, "You can ask again from your list, or apply there yourself.")
NEXT_BY_REASON: Final[Mapping[tuple[LeadStatus, str], Three]] = {
    (S.EXPIRED, "expired_unconfirmed"): _ASK_AGAIN,
    (S.EXPIRED, "expired_uncorrected"): _ASK_AGAIN,
    (S.EXPIRED, "no_place"): (
        _NOTHING,
        _NOTHING,
        "You can apply there yourself, ask again another day, or choose the next school on your list.",
    ),
    (S.HELD_REVIEW, "awaiting_confirmation"): (
        "It moves on by itself when they do, and ends on {end} otherwise.",
        "You get it when they do. If they have not by {end}, it ends.",
        (
            "We mailed you a link. Open it and press the button there, and this goes on by itself. "
            "If you have not by {end}, it ends and nothing is sent."
        ),
    ),
    (S.HELD_REVIEW, "details_doubtful"): (
        NEXT[S.HELD_REVIEW][0],
        NEXT[S.HELD_REVIEW][1],
        (
            "If it is right, there is nothing to do. If not, put it right below, and we look again at once. "
            "If nobody has by {end}, it ends and nothing is sent."
        ),
    ),
    (S.FAILED, "no_endpoint"): (
        "Give {partner} an endpoint, then send it again.",
        "Give us an address to post to, then ask us to send it again.",
        NEXT[S.FAILED][2],
    ),
    (S.FAILED, "worker_lost_repeatedly"): (
        "Find out why the workers stop, then send it again.",
        "There is nothing for you to do: we look into it and send it again.",
        NEXT[S.FAILED][2],
    ),
    (S.FAILED, "expired_while_retrying"): (
        "The student's consent is old: it can be sent again, but ask whether it still should.",
        _NOTHING,
        NEXT[S.FAILED][2],
    ),
}
