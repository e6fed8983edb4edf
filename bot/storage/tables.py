"""The tables, as the newest migration leaves them."""

from sqlalchemy import JSON, Column, Index, Integer, MetaData, String, Table

HEAD = "0001"
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
    Index("exchange_of_question", "channel", "conversation", "question", unique=True),
)
