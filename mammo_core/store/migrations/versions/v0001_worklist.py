"""The first tables: lists, exams, films, readings, the reader's answers, and a line for every change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "worklists",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("reader_first", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worklists"),
    )
    op.create_table(
        "exams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("together", sa.String(64), nullable=False),
        sa.Column("woman", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("touched_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exams"),
        sa.ForeignKeyConstraint(["list_id"], ["worklists.id"], name="fk_exams_list_id", ondelete="CASCADE"),
        sa.UniqueConstraint("list_id", "number", name="uq_exams_list_id_number"),
    )
    op.create_index("ix_exams_list_id", "exams", ["list_id"])
    op.create_index("ix_exams_together", "exams", ["together"])
    op.create_index("ix_exams_state", "exams", ["state"])
    op.create_table(
        "films",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.String(64), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(8), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_films"),
        sa.ForeignKeyConstraint(["list_id"], ["worklists.id"], name="fk_films_list_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name="fk_films_exam_id", ondelete="CASCADE"),
        sa.UniqueConstraint("list_id", "digest", name="uq_films_list_id_digest"),
    )
    op.create_index("ix_films_exam_id", "films", ["exam_id"])
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.String(128), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name="fk_readings_exam_id", ondelete="CASCADE"),
    )
    op.create_index("ix_readings_exam_id", "readings", ["exam_id"])
    op.create_table(
        "answers",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("exam_id", name="pk_answers"),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name="fk_answers_exam_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name="fk_answers_reading_id", ondelete="SET NULL"),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name="fk_changes_exam_id", ondelete="CASCADE"),
    )
    op.create_index("ix_changes_exam_id", "changes", ["exam_id"])
    op.create_index("ix_changes_act", "changes", ["act"])
