"""Of whom an event is, so that a person of a group can have their own deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the column; of what came in before, it is known where one person writes to the bot."""
    op.add_column("inbox", sa.Column("asker", sa.String, nullable=False, server_default=""))
    op.execute("UPDATE inbox SET asker = chat WHERE channel = 'telegram' AND chat NOT LIKE '-%'")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("inbox", "asker")
