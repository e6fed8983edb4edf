"""Up to where a channel has read, and what an answer offered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "position",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("token", sa.String, nullable=False),
    )
    op.add_column("exchange", sa.Column("choices", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("exchange", "choices")
    op.drop_table("position")
