"""Alerts: what staff are told by mail without asking, since it cannot wait until somebody looks."""

from enum import StrEnum


class AlertKind(StrEnum):
    MAIL_COMPLAINTS = "mail_complaints"  # readers report our mail more often than providers bear
    MAIL_STOPPED = "mail_stopped"  # so often that we have stopped what can be stopped
