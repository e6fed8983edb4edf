"""The questions that are kept; when something came in, and when and by whom an answer was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table and the columns."""
    op.create_table(
        "question",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("asker", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("intent", sa.String),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("version", sa.String, nullable=False),
    )
    op.create_index("question_of_day", "question", ["day"])
    op.create_index("question_of_asker", "question", ["asker"])
    op.add_column("exchange", sa.Column("asker", sa.String, nullable=False, server_default=""))
    op.add_column("exchange", sa.Column("day", sa.String, nullable=False, server_default=""))
    op.add_column("inbox", sa.Column("at", sa.String, nullable=False, server_default=""))
    op.execute("UPDATE inbox SET at = CURRENT_TIMESTAMP")
    # What was answered before is kept as long as what is answered today.
    op.execute("UPDATE exchange SET day = CURRENT_DATE")


def downgrade() -> None:
    """Drop them."""
    op.drop_column("inbox", "at")
    op.drop_column("exchange", "day")
    op.drop_column("exchange", "asker")
    op.drop_table("question")
