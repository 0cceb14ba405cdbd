"""Decisions, feedback, what was not recognised, and chores."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2", "1"


def _text(name: str, most: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(most), nullable=False)


def _json(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    _decisions()
    _feedback()
    op.create_table(
        "unmapped",
        sa.Column("client", sa.String(256), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("system", sa.String(128), primary_key=True),
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("unit", sa.String(32), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_s", sa.BigInteger, nullable=False),
        sa.Column("last_s", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_unmapped_last_s", "unmapped", ["last_s"])
    op.create_table(
        "chores",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("at_s", sa.BigInteger, nullable=False),
    )


def _decisions() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "decisions",
        sa.Column("id", number, primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        _text("client", 256),
        _text("tenant", 512),
        _text("service", 32),
        _text("hook", 32),
        _text("hook_instance", 36),
        _text("request_id", 64),
        _text("patient", 64),
        sa.Column("http_status", sa.SmallInteger, nullable=False),
        _text("status", 16),
        _text("not_shown", 16),
        _text("verdict", 64),
        _text("row", 64),
        _text("indicator", 16),
        _json("open_rows"),
        _json("gaps"),
        _json("decided"),
        _json("evidence"),
        _json("drugs"),
        _text("card", 36),
        _json("suggestions"),
        _text("knowledge", 64),
        _text("configuration", 64),
        _text("version", 64),
        sa.Column("milliseconds", sa.Float, nullable=False),
    )
    op.create_index("ix_decisions_at", "decisions", ["at_ms"])
    op.create_index("ix_decisions_card", "decisions", ["card", "client"])
    op.create_index("ix_decisions_client_at", "decisions", ["client", "at_ms"])
    op.create_index("ix_decisions_patient", "decisions", ["patient", "client"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        _text("client", 256),
        _text("tenant", 512),
        _text("service", 32),
        _text("card", 64),
        sa.Column("matched", sa.Boolean, nullable=False),
        _text("outcome", 16),
        _json("accepted"),
        _text("reason", 64),
        sa.Column("outcome_ms", sa.BigInteger),
        sa.Column("has_comment", sa.Boolean, nullable=False),
        _json("comment"),
    )
    op.create_index("ix_feedback_at_ms", "feedback", ["at_ms"])
    op.create_index("ix_feedback_card", "feedback", ["card", "client"])
