"""Why a lead stands where it stands: the sentences for staff, for the partner's people and for the student.

`{partner}`, `{leaves}`, `{until}`, `{retry}` and `{end}` are filled in by whoever reads them out.
"""

from collections.abc import Mapping
from typing import Final

from webapp.domain.lead import LeadStatus

S = LeadStatus
Three = tuple[str, str, str]
"""For staff, for the partner, for the student."""

_QUEUED: Final = (
    "It is next in line to be handed over to {partner}.",
    "It is next in line to be handed over to you.",
    "It is next in line to leave for {partner}.",
)
_ASKED_BEFORE: Final = "You, or somebody with your details, asked for a school before. Nothing has been sent this time."
WHY_BY_REASON: Final[Mapping[tuple[LeadStatus, str], Three]] = {
    (S.UNDO_WINDOW, "submitted"): (
        "The student can still undo it: nothing has left us.",
        "The student has just asked for it and can still undo it.",
        "Nothing has left us. You can still cancel.",
    ),
    (S.QUEUED, "undo_window_over"): _QUEUED,
    (S.QUEUED, "hold_over"): _QUEUED,
    (S.QUEUED, "corrected_by_student"): (
        "The student put their details right; it is next in line for {partner}.",
        "The student put their details right; it is next in line to be handed over to you.",
        "You put your details right. It is next in line to leave for {partner}.",
    ),
    (S.QUEUED, "address_confirmed"): (
        "The student confirmed their address; it is next in line for {partner}.",
        "The student confirmed their address; it is next in line to be handed over to you.",
        "You confirmed your address. It is next in line to leave for {partner}.",
    ),
    (S.QUEUED, "released_by_staff"): (
        "Staff released it from review; it is next in line for {partner}.",
        "We looked at it and let it go; it is next in line to be handed over to you.",
        "One of us looked at it and let it go. It is next in line to leave for {partner}.",
    ),
    (S.QUEUED, "replayed_by_staff"): (
        "Staff sent it again; it is next in line for {partner}.",
        "We send it again; it is next in line to be handed over to you.",
        "One of us sends it once more. It is next in line to leave for {partner}.",
    ),
    (S.QUEUED, "replayed_by_partner"): (
        "{partner} asked for it again; it is next in line.",
        "You asked for it again; it is next in line to be handed over to you.",
        "{partner} asked us to try once more. It is next in line to leave.",
    ),
    (S.HELD_CAP, "cap_full"): (
        "The cap of {partner} is full.",
        "Your cap is full for now.",
        "{partner} takes so many introductions at a time, and the limit is reached. Nothing has been sent.",
    ),
    (S.HELD_SCHEDULE, "outside_hours"): (
        "{partner} takes leads at certain days and hours only, and this is none of them.",
        "It came outside the days and hours in which you take leads.",
        "{partner} takes introductions at certain hours only. Nothing has been sent.",
    ),
    (S.HELD_SCHEDULE, "paced"): (
        "{partner} takes so many leads at a time, and these are out.",
        "The leads of this interval, as you set it, are out.",
        "{partner} takes a few introductions at a time. Nothing has been sent.",
    ),
    (S.HELD_SCHEDULE, "partner_paused"): (
        "{partner} is paused.",
        "Your leads are paused.",
        "{partner} has asked us to send nothing at the moment. Nothing has been sent.",
    ),
    (S.HELD_REVIEW, "duplicate_in_window"): (
        "The same person was introduced to {partner} within its window, so somebody must look first.",
        "It looks like a student you were introduced to lately, so one of us looks at it first.",
        _ASKED_BEFORE,
    ),
    (S.HELD_REVIEW, "duplicate_in_flight"): (
        "Another introduction of the same person to {partner} has not ended yet, so somebody must look first.",
        "It looks like a student whose other introduction to you is on its way, so one of us looks at it first.",
        _ASKED_BEFORE,
    ),
    (S.HELD_REVIEW, "duplicate_in_system"): (
        "The same person was introduced to another partner, and {partner} asked that somebody looks first.",
        "One of us looks at it first, as you asked for students who were introduced elsewhere.",
        _ASKED_BEFORE,
    ),
    (S.HELD_REVIEW, "details_doubtful"): (
        "Something in the student's details looks unusual.",
        "Something in the student's details looks unusual, so one of us looks at it first.",
        "Something in your details looks unusual, so one of us looks at it. Nothing has been sent.",
    ),
    (S.HELD_REVIEW, "corrected_by_student"): (
        "The student put their details right after staff had called them invalid.",
        "The student put their details right, so one of us looks at them first.",
        "You put your details right, and one of us looks at them. Nothing has been sent.",
    ),
    (S.HELD_REVIEW, "filter_unknown"): (
        "The lead does not say enough for a rule of {partner}'s filter, and {partner} wants somebody to look.",
        "It does not say enough for a rule of your filter, so one of us looks at it first.",
        "Your answers leave open whether {partner} takes the request, so one of us looks at it. Nothing has been sent.",
    ),
    (S.HELD_REVIEW, "filter_unreadable"): (
        "The filter of {partner} can no longer be read: write it anew.",
        "Your filter can no longer be read, so one of us looks at it first.",
        "Something about it needs a person of ours. Nothing has been sent.",
    ),
    (S.HELD_REVIEW, "awaiting_confirmation"): (
        "{partner} takes confirmed addresses only, and the student has not confirmed theirs yet.",
        "You take confirmed addresses only, and this student has not confirmed theirs yet.",
        "{partner} takes only introductions whose e-mail address was confirmed. Nothing has been sent.",
    ),
    (S.DELIVERING, "delivery_started"): (
        "It is being handed over to {partner} right now.",
        "It is being handed over to you right now.",
        "It is on its way to {partner}.",
    ),
    (S.DELIVERED, "in_portal"): (
        "{partner} has it in the portal, as it wants.",
        "You have it here in the portal.",
        "{partner} has your details and may contact you in the ways you allowed.",
    ),
    (S.DELIVERED, "in_batch_file"): (
        "{partner} has it in a file that waits in the portal.",
        "You have it in a file that waits here in the portal.",
        "{partner} has your details and may contact you in the ways you allowed.",
    ),
    (S.DELIVERED, "mail_handed_over"): (
        "The mail server of {partner} took the mail about it.",
        "Your mail server took the mail about it.",
        "{partner} has your details and may contact you in the ways you allowed.",
    ),
    (S.DELIVERED, "accepted_earlier"): (
        "{partner} had taken it at an earlier try, whose answer was lost.",
        "Your system had taken it at an earlier try, whose answer we missed.",
        "{partner} has your details and may contact you in the ways you allowed.",
    ),
    (S.REJECTED, "answer_rejected"): (
        "The system of {partner} answered that it does not take it.",
        "Your system answered that it does not take it.",
        "{partner} did not take the introduction. Schools may do so for many reasons; it says nothing about you.",
    ),
    (S.DUPLICATE_AT_PARTNER, "answer_duplicate"): (
        "The system of {partner} answered that it knows the student already.",
        "Your system answered that it knows the student already.",
        "{partner} told us that it had your details before.",
    ),
    (S.DUPLICATE_AT_PARTNER, "http_409"): (
        "The system of {partner} answered 409: it knows the student already.",
        "Your system answered 409, which means that it knows the student already.",
        "{partner} told us that it had your details before.",
    ),
    (S.FAILED, "retries_used_up"): (
        "Every try over about three days failed.",
        "Your system could not take it at any of the tries over about three days.",
        "The computer of {partner} did not take it, though we tried for about three days.",
    ),
    (S.FAILED, "expired_while_retrying"): (
        "Its time ran out before the next try.",
        "Its time ran out before your system could take it.",
        "Its time ran out before the computer of {partner} took it.",
    ),
    (S.FAILED, "endpoint_disabled"): (
        "The delivery method of {partner} is switched off, after too many failures or by hand.",
        "Your delivery method is switched off, after too many failures or by hand.",
        "The address that {partner} gave us does not work at the moment.",
    ),
    (S.FAILED, "mapping_failed"): (
        "The lead lacks a field that the field map of {partner} needs.",
        "The lead lacks a field that your field map needs.",
        "Your request lacks something that the computer of {partner} asks for.",
    ),
    (S.FAILED, "mail_failed"): (
        "The mail server of {partner} refused the mail, or could not be reached for days.",
        "Your mail server refused the mail, or could not be reached for days.",
        "The mail server of {partner} did not take it.",
    ),
    (S.DELIVERING, "mail_bounced"): (
        "The mail to {partner} came back: it did not arrive. It is being sent in another way.",
        "The mail to you came back: it did not arrive. It is being sent in another way.",
        "The mail to {partner} came back. It is being sent in another way.",
    ),
    (S.FAILED, "mail_bounced"): (
        "The mail to {partner} came back: it did not arrive.",
        "The mail to you came back: it did not arrive.",
        "The mail to {partner} came back: it did not arrive.",
    ),
    (S.FAILED, "mail_suppressed"): (
        "The address of {partner} gets no mail from us.",
        "Your address gets no mail from us, after a complaint or because it bounced.",
        "The mail address that {partner} gave us takes nothing from us.",
    ),
    (S.FAILED, "mail_uncertain"): (
        "Whether the mail server of {partner} took the mail is not known: ask before sending it again.",
        "Whether your mail server took the mail is not known: look for it by its lead id.",
        "We do not know whether the mail to {partner} arrived.",
    ),
    (S.FAILED, "no_endpoint"): (
        "{partner} has no working endpoint to post to.",
        "We have no working address of yours to hand it over to.",
        "{partner} has no working address for introductions.",
    ),
    (S.FAILED, "worker_lost_repeatedly"): (
        "Each worker that took it up stopped before it could finish: look at the logs.",
        "Something broke on our side each time we tried. It may have reached you: look for it by its webhook-id.",
        "Something broke on our side each time we tried.",
    ),
    (S.FAILED, "http_410"): (
        "The endpoint of {partner} answered 410: it is gone for good, and nothing more is posted there.",
        "Your system answered 410, which means that it is gone for good, so nothing more is posted there.",
        "The computer of {partner} says that it takes no more introductions.",
    ),
    (S.FAILED, "address_refused"): (
        "The address of {partner} lies inside a private network, where nothing is posted.",
        "The address we have of you lies inside a private network, where we do not post.",
        "The address that {partner} gave us cannot be used.",
    ),
    (S.FAILED, "url_refused"): (
        "The address of {partner} is not one that may be posted to.",
        "The address we have of you is not one that we may post to.",
        "The address that {partner} gave us cannot be used.",
    ),
    (S.FAILED, "redirect_refused"): (
        "{partner} answered with a redirect, which is never followed.",
        "Your system answered with a redirect, which we never follow.",
        "The address that {partner} gave us cannot be used.",
    ),
    (S.WITHDRAWN, "withdrawn_by_student"): (
        "The student took it back before it left: {partner} got nothing.",
        "The student took it back before it left, so you got nothing of it.",
        "You cancelled it before it was sent. The school got nothing.",
    ),
    (S.WITHDRAWN, "erased_by_student"): (
        "The student had everything erased before it left: {partner} got nothing.",
        "The student had everything erased before it left, so you got nothing of it.",
        "You had everything about you erased before it was sent. The school got nothing.",
    ),
    (S.EXPIRED, "expired"): (
        "Its time ran out while it was held.",
        "Its time ran out while it waited, so nothing was handed over.",
        "It could not be sent in time, so it ended. The school got nothing.",
    ),
    (S.EXPIRED, "expired_unconfirmed"): (
        "The student did not confirm their address in time.",
        "The student did not confirm their address in time, so nothing was handed over.",
        "Your e-mail address was not confirmed in time, so it ended. The school got nothing.",
    ),
    (S.EXPIRED, "expired_uncorrected"): (
        "The student did not put their details right in time.",
        "The student's details could not be right and were not corrected, so nothing was handed over.",
        "What could not be right in your details was not put right in time, so it ended. The school got nothing.",
    ),
    (S.EXPIRED, "no_place"): (
        "A cap of {partner} is full, and one of the two sides does not want it to wait.",
        "Your cap was full, and one of the two sides did not want it to wait.",
        "{partner} has no free place at the moment, so it ended. The school got nothing.",
    ),
    (S.FILTERED, "filter_excluded"): (
        "The filter of {partner} keeps it out; the timeline names the rule.",
        "Your filter keeps it out, so nothing was handed over.",
        "{partner} takes introductions of other students at the moment, which says nothing about you. It got nothing.",
    ),
    (S.FILTERED, "ended_as_repeat"): (
        "Staff found that it repeats another introduction of the same person, and ended it.",
        "One of us found that it repeats another introduction of the same student, so nothing was handed over.",
        "One of us saw that you, or somebody with your details, asked before, so it ended. {partner} got nothing more.",
    ),
    (S.FILTERED, "ended_as_unfit"): (
        "Staff found that it is outside what {partner} takes, and ended it.",
        "One of us found that it is outside what you take, so nothing was handed over.",
        "One of us saw that {partner} takes introductions of other students at the moment. It got nothing.",
    ),
    (S.INVALID, "details_invalid"): (
        "Something in the student's details cannot be right, and they were asked to correct it.",
        "Something in the student's details cannot be right, and they were asked to correct it.",
        "Something in your details cannot be right, so nothing was sent.",
    ),
    (S.INVALID, "marked_invalid_by_staff"): (
        "Staff found that the details cannot be right, and the student was asked to correct them.",
        "One of us found that the details cannot be right, and the student was asked to correct them.",
        "One of us found that something in your details cannot be right, so nothing was sent.",
    ),
    (S.EXPIRED, "partner_ended"): (
        "{partner} takes no more leads.",
        "You take no more leads, so nothing was handed over.",
        "{partner} no longer works with us, so it ended. The school got nothing.",
    ),
}
WHY: Final[Mapping[LeadStatus, Three]] = {
    S.UNDO_WINDOW: WHY_BY_REASON[S.UNDO_WINDOW, "submitted"],
    S.QUEUED: _QUEUED,
    S.HELD_CAP: WHY_BY_REASON[S.HELD_CAP, "cap_full"],
    S.HELD_SCHEDULE: (
        "{partner} takes no leads at this hour.",
        "You take no leads at this hour.",
        "{partner} takes no introductions at this hour. Nothing has been sent.",
    ),
    S.HELD_REVIEW: (
        "A member of staff must look at it first.",
        "One of us looks at it first.",
        "Something about it needs a person. Nothing has been sent.",
    ),
    S.DELIVERING: WHY_BY_REASON[S.DELIVERING, "delivery_started"],
    S.DELIVERED: (
        "{partner} has it.",
        "You have it: your system took it.",
        "{partner} has your details and may contact you in the ways you allowed.",
    ),
    S.REJECTED: (
        "{partner} refused it.",
        "Your system refused it.",
        "{partner} did not take the introduction. Schools may do so for many reasons; it says nothing about you.",
    ),
    S.DUPLICATE_AT_PARTNER: WHY_BY_REASON[S.DUPLICATE_AT_PARTNER, "answer_duplicate"],
    S.FAILED: (
        "It could not be handed over to {partner}.",
        "It could not be handed over to you.",
        "We could not hand it over to {partner}.",
    ),
    S.WITHDRAWN: WHY_BY_REASON[S.WITHDRAWN, "withdrawn_by_student"],
    S.EXPIRED: WHY_BY_REASON[S.EXPIRED, "expired"],
    S.FILTERED: (
        "It is outside what {partner} agreed to take.",
        "It is outside what you agreed to take.",
        "It is outside what {partner} takes introductions for. The school got nothing.",
    ),
    S.INVALID: (
        "Something in the student's details cannot be right.",
        "Something in the student's details could not be right, so nothing was handed over.",
        "Something in your details cannot be right, so nothing was sent.",
    ),
}
BETWEEN_TRIES: Final[tuple[Three, Three]] = (
    (
        "The last try at {partner} failed, and it will be tried again.",
        "Your system could not take it at the last try.",
        "The computer of {partner} did not take it yet.",
    ),
    (
        "The next try is at {retry}, by itself. After about three days of tries it fails, and may be sent again.",
        "We try again at {retry}, by ourselves, for about three days in all. Your answers are below.",
        "We try again at {retry}, for about three days in all, and tell you when we give up.",
    ),
)
WITHDRAWN_AFTER: Final[tuple[Three, Three]] = (
    (
        "The student took it back after {partner} had got it, or may have.",
        "The student took it back after it was handed over.",
        "You withdrew it after it was sent. We told the school to delete your details.",
    ),
    (
        "{partner} is told to stop and to delete it; the notices say whether it did.",
        "Stop contacting the student about it, delete what you got with it, and confirm by the link we mailed.",
        "There is nothing more to do. You can ask again from your list.",
    ),
)
