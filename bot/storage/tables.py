"""The tables, as the newest migration leaves them."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, MetaData, String, Table, text

HEAD = "0006"
"""The newest migration."""

metadata = MetaData()

dialogue = Table(
    "dialogue",
    metadata,
    Column("channel", String, primary_key=True),
    Column("conversation", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("state", JSON, nullable=False),
)

exchange = Table(
    "exchange",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("question", String, nullable=False),
    Column("replies", JSON, nullable=False),
    Column("readings", JSON, nullable=False),
    Column("language", String, nullable=False),
    Column("choices", JSON, nullable=False, server_default="[]"),
    Column("helpful", Boolean),
    Column("asker", String, nullable=False, server_default=""),
    Column("day", String, nullable=False, server_default=""),
    Index("exchange_of_question", "channel", "conversation", "question", unique=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("intent", String, primary_key=True),
    Column("helpful", Boolean, primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many answers helped or did not, by intent: of nobody in particular. The latest click is in the exchange, so that
the next one takes its place, and goes with it."""
question = Table(
    "question",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("day", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("asker", String, nullable=False),
    Column("text", String, nullable=False),
    Column("language", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("intent", String),
    Column("confidence", Float, nullable=False),
    Column("version", String, nullable=False),
    Index("question_of_day", "day"),
    Index("question_of_asker", "asker"),
)
"""What was asked, to improve the knowledge by; the `asker` is a pseudonym of the conversation."""

_STILL_OPEN = text("closed IS NULL")
inbox = Table(
    "inbox",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("id", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("payload", String, nullable=False),
    Column("at", String, nullable=False, server_default=""),
    Column("closed", String),
    Column("reason", String),
    Column("asker", String, nullable=False, server_default=""),
    Index("inbox_id", "channel", "id", unique=True),
    Index("inbox_open", "channel", "number", sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
    sqlite_autoincrement=True,
)
"""What came in, and when. Open until it is `closed` (when); with a `reason`, it is a dead letter, else it was handled.

A number is never used twice, so that who has read up to one misses nothing after it.
"""

position = Table(
    "position",
    metadata,
    Column("channel", String, primary_key=True),
    Column("token", String, nullable=False),
)
"""Up to where a channel has read, as its platform has it: what came in before that is in the inbox."""
