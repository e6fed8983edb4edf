"""The inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "inbox",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("payload", sa.String, nullable=False),
        sa.Column("closed", sa.String),
        sa.Column("reason", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_id", "inbox", ["channel", "id"], unique=True)
    still_open = sa.text("closed IS NULL")
    op.create_index("inbox_open", "inbox", ["channel", "number"], sqlite_where=still_open, postgresql_where=still_open)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("inbox")
