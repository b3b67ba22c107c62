"""The archive past one machine: what the pipeline has put out on Kafka, in the state file's tables, by SQLAlchemy Core.

In SQLite it is a state file that every command reads; in PostgreSQL it is the same tables.
"""

from streams.archive.database import Database
from streams.archive.reader import Reader
from streams.archive.writer import Entry, Writer

__all__ = ["Database", "Entry", "Reader", "Writer"]
