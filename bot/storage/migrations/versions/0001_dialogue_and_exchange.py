"""Dialogue states and exchanges."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "dialogue",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("conversation", sa.String, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
    )
    op.create_table(
        "exchange",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("replies", sa.JSON, nullable=False),
        sa.Column("readings", sa.JSON, nullable=False),
        sa.Column("language", sa.String, nullable=False),
    )
    op.create_index("exchange_of_question", "exchange", ["channel", "conversation", "question"], unique=True)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("exchange")
    op.drop_table("dialogue")
