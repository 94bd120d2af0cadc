"""The tables. A change here needs a migration in `migrations/versions/`; a test holds the two against each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, MetaData, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

DIGEST_CHARS = 64
"""A sha256 in hexadecimal."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        """Return the moment as it is kept."""
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        """Return the moment with its time zone."""
        return value and value.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy reads it so


class ListRow(Base):
    """One visitor's list, or the shared one.

    `id` is a hash of the list's key, which itself is kept nowhere; `counted` how many exams were ever added.
    """

    __tablename__ = "worklists"
    id: Mapped[str] = mapped_column(String(DIGEST_CHARS), primary_key=True)
    reader_first: Mapped[bool] = mapped_column(default=False)
    counted: Mapped[int] = mapped_column(default=0)


class ExamRow(Base):
    """One woman's visit.

    `number` counts within its list and is never given twice. `together` is a keyed hash of what its films have in
    common, `woman` one of the patient's number (empty where nothing tells it). `origin` is `demo A` or `MIAS 14` for
    films that the program knows, else empty. `state` is `unread`, `reading`, `read` or `failed`; `claim` names the
    running program that reads it, `tries` counts how often one began.
    """

    __tablename__ = "exams"
    __table_args__ = (UniqueConstraint("list_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(ForeignKey(ListRow.id, ondelete="CASCADE"), index=True)
    number: Mapped[int]
    together: Mapped[str] = mapped_column(String(DIGEST_CHARS), index=True)
    woman: Mapped[str] = mapped_column(String(DIGEST_CHARS), default="")
    origin: Mapped[str] = mapped_column(String(32), default="")
    added_at: Mapped[datetime] = mapped_column(default=now)
    touched_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(String(16), default="unread", index=True)
    reason: Mapped[str] = mapped_column(default="")
    claim: Mapped[str] = mapped_column(String(32), default="")
    tries: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]
    films: Mapped[list[FilmRow]] = relationship(order_by="FilmRow.id", passive_deletes=True)
    readings: Mapped[list[ReadingRow]] = relationship(order_by="ReadingRow.id", passive_deletes=True)
    answer: Mapped[AnswerRow | None] = relationship(passive_deletes=True)


class FilmRow(Base):
    """One film: its file lies under its digest. `place` is such as `R-MLO`; `error` why it could not be read."""

    __tablename__ = "films"
    __table_args__ = (UniqueConstraint("list_id", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(ForeignKey(ListRow.id, ondelete="CASCADE"))
    exam_id: Mapped[int] = mapped_column(ForeignKey(ExamRow.id, ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_CHARS))
    name: Mapped[str]
    place: Mapped[str] = mapped_column(String(8), default="")
    error: Mapped[str] = mapped_column(default="")


class ReadingRow(Base):
    """What one model said of an exam; never changed. `answer` is the whole of it, as `exam_to_json` makes it."""

    __tablename__ = "readings"
    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey(ExamRow.id, ondelete="CASCADE"), index=True)
    model_id: Mapped[str] = mapped_column(String(128))
    read_at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[dict[str, Any]]


class AnswerRow(Base):
    """What the reader says of an exam: `before` seeing the program's answer, `after`, and why it differs from that.

    `reading_id` is the reading that was seen; both answers are held against it.
    """

    __tablename__ = "answers"
    exam_id: Mapped[int] = mapped_column(ForeignKey(ExamRow.id, ondelete="CASCADE"), primary_key=True)
    before: Mapped[str] = mapped_column(String(16), default="")
    after: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(default="")
    reading_id: Mapped[int | None] = mapped_column(ForeignKey(ReadingRow.id, ondelete="SET NULL"))


class ChangeRow(Base):
    """One line a change of an exam: what was done, and what stood there before, so that it can be undone.

    `act` is one for all exams that were changed in one go; `kind` is `added`, `deleted`, `before`, `after`, `again`
    or `undone`.
    """

    __tablename__ = "changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey(ExamRow.id, ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(default=now)
    was: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone: Mapped[bool] = mapped_column(default=False)
