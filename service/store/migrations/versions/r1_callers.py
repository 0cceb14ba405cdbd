"""Spent tokens and notes about callers.

Stores older than the first migration have these tables already.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade() -> None:
    op.create_table(
        "spent_tokens",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("until_s", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_spent_tokens_until_s", "spent_tokens", ["until_s"], if_not_exists=True)
    op.create_table(
        "trust_notes",
        sa.Column("client", sa.String(256), primary_key=True),
        sa.Column("about", sa.String(16), primary_key=True),
        sa.Column("word", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_s", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "probe",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
