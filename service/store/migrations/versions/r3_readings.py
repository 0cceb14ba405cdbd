"""Who has read what is kept."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "3", "2"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "readings",
        sa.Column("id", number, primary_key=True),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("command", sa.String(32), nullable=False),
    )
