"""Feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table, and the column for the latest click."""
    op.create_table(
        "feedback",
        sa.Column("intent", sa.String, primary_key=True),
        sa.Column("helpful", sa.Boolean, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.add_column("exchange", sa.Column("helpful", sa.Boolean))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("exchange", "helpful")
    op.drop_table("feedback")
