"""Counts by day, which spare dashboards from counting a year of rows anew. The rows they count are the record."""

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class DayCount(Base):
    """How many of one topic there were on one day (UTC) under these keys, which the topic gives a meaning.

    No personal data: keys are statuses, ids of partners, words of fixed lists, and codes of reference tables.
    """

    __tablename__ = "day_counts"

    topic: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class CountedDay(Base):
    """A day of a topic that `day_counts` holds whole, also where there was nothing to count."""

    __tablename__ = "counted_days"

    topic: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]


class StaleDay(Base):
    """Rows of a topic changed after their day was over: what was counted of that day is to be counted again.

    A trigger writes it in the transaction that changes a row, only ever adding, so that nobody waits for anybody.
    """

    __tablename__ = "stale_days"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    topic: Mapped[str]
    day: Mapped[date]

    __table_args__ = (Index("ix_stale_days_topic_day", "topic", "day"),)
