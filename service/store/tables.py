"""The tables as they are after the last migration (`migrations/versions`); a test compares them.

Times are whole seconds or milliseconds since the epoch (UTC).  Lists and objects are JSON text:
they are read as a whole or not at all.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

METADATA = MetaData()
SPENT = Table(
    "spent_tokens",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("until_s", BigInteger, nullable=False, index=True),
)
NOTES = Table(
    "trust_notes",
    METADATA,
    Column("client", String(256), primary_key=True),
    Column("about", String(16), primary_key=True),
    Column("word", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_s", BigInteger, nullable=False),
)
# Written by each look at the store: reading alone says nothing of a full disk.
PROBE = Table(
    "probe",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
)


def _text(name: str, most: int) -> Column[str]:
    return Column(name, String(most), nullable=False)


def _json(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


# One row for each judgement.  patient: HMAC-SHA-256 of the id, by tenant.  card: its uuid, empty
# where there was none.  decided: codes, dates and values that decided.  evidence: what a later
# judgement is compared with, to see whether something new has come.  repeat: what an earlier
# override meant for the card.
DECISIONS = Table(
    "decisions",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    _text("client", 256),
    _text("tenant", 512),
    _text("service", 32),
    _text("hook", 32),
    _text("hook_instance", 36),
    _text("request_id", 64),
    _text("patient", 64),
    Column("http_status", SmallInteger, nullable=False),
    _text("status", 16),
    _text("not_shown", 16),
    _text("verdict", 64),
    _text("row", 64),
    _text("indicator", 16),
    _json("open_rows"),
    _json("gaps"),
    _json("decided"),
    _json("evidence"),
    _json("drugs"),
    _text("card", 36),
    _json("suggestions"),
    _json("repeat"),
    _text("knowledge", 64),
    _text("configuration", 64),
    _text("version", 64),
    Column("milliseconds", Float, nullable=False),
    Index("ix_decisions_at", "at_ms"),
    Index("ix_decisions_card", "card", "client"),
    Index("ix_decisions_client_at", "client", "at_ms"),
    Index("ix_decisions_patient", "patient", "client"),
)
# One row for each thing that was reported of a card, however often it was.  digest: of all that
# makes it another report.  matched: the card is one of ours, shown to this very client.
FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    _text("client", 256),
    _text("tenant", 512),
    _text("service", 32),
    _text("card", 64),
    Column("matched", Boolean, nullable=False),
    _text("outcome", 16),
    _json("accepted"),
    _text("reason", 64),
    Column("outcome_ms", BigInteger),
    Column("has_comment", Boolean, nullable=False),
    _json("comment"),
    Index("ix_feedback_card", "card", "client"),
)
# What was not recognised, and how often: a code and never a name.
UNMAPPED = Table(
    "unmapped",
    METADATA,
    Column("client", String(256), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("system", String(128), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("unit", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("first_s", BigInteger, nullable=False),
    Column("last_s", BigInteger, nullable=False, index=True),
)
# What one of several processes does for all: who updates the row first does it.
CHORES = Table(
    "chores",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("at_s", BigInteger, nullable=False),
)
# Who has read what is kept, and by which command.
READINGS = Table(
    "readings",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    _text("who", 64),
    _text("command", 32),
)
# How the built-in stories were answered when all was well, and under which versions.
GOOD_STATES = Table(
    "good_states",
    METADATA,
    Column("about", String(32), primary_key=True),
    _text("versions", 256),
    _json("state"),
    Column("at_s", BigInteger, nullable=False),
)
