"""What an earlier override meant for a card."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "5", "4"


def upgrade() -> None:
    op.add_column("decisions", sa.Column("repeat", sa.Text, nullable=False, server_default="{}"))
