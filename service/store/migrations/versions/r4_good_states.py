"""How the built-in stories were answered when all was well."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "4", "3"


def upgrade() -> None:
    op.create_table(
        "good_states",
        sa.Column("about", sa.String(32), primary_key=True),
        sa.Column("versions", sa.String(256), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at_s", sa.BigInteger, nullable=False),
    )
