"""One SQLite file that survives a kill at any moment: a table of entries, and nothing else.

A rollback journal, not a write-ahead log: what was committed is in the one file, and a copy of
that file alone is whole. While it is open nobody else can open it; the system lifts that lock when
the process ends, however it ends. A file is a stranger's: see docs/adr/0018.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

VERSION = 2
"""2 since a run says how its weights learned; version 1 is read, and 2 with the next write."""
MARK = 0x524D5453  # "RMTS", SQLite's application_id
MOST_BYTES = 2**28
"""Of all entries together; a file may be twice as large before it is packed anew."""
MOST_ENTRIES = 100_000

_TABLE = (
    "CREATE TABLE entry (kind TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL, "
    "body BLOB NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID"
)
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MOST_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 10_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 16,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 16,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
_NO_PROJECT = "is no project file, or is damaged"
_NEXT = "open another copy of it"
_REASONS = {
    sqlite3.SQLITE_BUSY: ("is open in another window", "close it there, or save a copy there"),
    sqlite3.SQLITE_LOCKED: ("is open in another window", "close it there, or save a copy there"),
    sqlite3.SQLITE_READONLY: ("cannot be written", "copy it to a folder you may write to"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "choose a file that you may read and write"),
    sqlite3.SQLITE_FULL: ("cannot be written, the disk is full", "free some space"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "look at the disk it is on"),
}


class Row(NamedTuple):
    """The values of an entry: JSON, and bytes that only the kind of entry knows to read."""

    about: str
    body: bytes = b""


Key = tuple[str, str]
"""Kind and name of an entry."""


class ProjectFile:
    """An open project file. Used by one thread at a time.

    Args:
        path: where it is.
        connection: locked for this process.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection
        self._identity = _identity(path)

    @classmethod
    def open(cls, path: Path | str) -> ProjectFile:
        """Open a project file for this process alone.

        Raises:
            InputError: no such file, no project, of a newer version, damaged, open elsewhere, or
                not to be written.
        """
        path = Path(os.path.realpath(path))
        _refuse_places(path)
        with _named(path):
            connection = _connected(path, "rw")
            try:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("COMMIT")
                _refuse_strangers(path, connection)
                connection.execute("PRAGMA journal_mode = DELETE")
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    @classmethod
    def create(cls, path: Path | str, rows: Mapping[Key, Row]) -> ProjectFile:
        """Write a new project file, whole or not at all, and open it.

        Raises:
            InputError: the place cannot be written, or holds a project that is open elsewhere.
        """
        path = Path(os.path.realpath(path))
        _refuse_open_elsewhere(path)
        with atomic_write(path) as beside, _named(path):
            connection = _connected(beside, "rw")
            try:
                connection.execute("PRAGMA journal_mode = MEMORY")
                connection.execute(f"PRAGMA application_id = {MARK}")
                connection.execute(_TABLE)
                _write(connection, rows, ())
            finally:
                connection.close()
        return cls.open(path)

    @property
    def in_place(self) -> bool:
        """Whether the file is still where it was opened; it may have been moved or removed."""
        return _identity(self.path) == self._identity

    def is_at(self, path: Path) -> bool:
        """Whether a path, perhaps by links, leads to this file."""
        return Path(os.path.realpath(path)) == self.path

    def read(self) -> dict[Key, Row]:
        """Return all entries.

        Raises:
            InputError: the file is damaged, or holds more than a project may.
        """
        with _named(self.path):
            sizes = "sum(length(CAST(about AS BLOB)) + length(body))"
            count, size = self._connection.execute(
                f"SELECT count(*), coalesce({sizes}, 0) FROM entry"  # noqa: S608 - a constant
            ).fetchone()
            if count > MOST_ENTRIES or size > MOST_BYTES:
                raise InputError(self.path.name, "holds more than a project may", _NEXT)
            found = self._connection.execute("SELECT kind, name, about, body FROM entry")
            rows = {(kind, name): Row(about, body) for kind, name, about, body in found}
        for (kind, name), row in rows.items():
            if not all(isinstance(x, str) for x in (kind, name, row.about)) or not isinstance(
                row.body, bytes
            ):
                raise InputError(self.path.name, _NO_PROJECT, _NEXT)
        return rows

    def write(self, rows: Mapping[Key, Row], gone: Iterable[Key] = ()) -> None:
        """Put entries in and take others out, all together or none.

        Raises:
            InputError: the disk is full or does not answer; the file is as it was.
        """
        with _named(self.path):
            _write(self._connection, rows, gone)

    def close(self) -> None:
        """Let others open it."""
        self._connection.close()


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection that believes nothing a file says about functions or sizes."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
    )
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0",
                   "temp_store = MEMORY", "synchronous = FULL"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _write(connection: sqlite3.Connection, rows: Mapping[Key, Row], gone: Iterable[Key]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.executemany("DELETE FROM entry WHERE kind = ? AND name = ?", gone)
        connection.executemany(
            "REPLACE INTO entry VALUES (?, ?, ?, ?)", ((*key, *row) for key, row in rows.items())
        )
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # some errors have rolled back already
            connection.execute("ROLLBACK")
        raise


def _refuse_places(path: Path) -> None:
    """Refuse what is no file, or larger than any project, before SQLite looks at it."""
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(path, error.strerror or str(error), "choose a project file") from error
    if not stat.S_ISREG(found.st_mode):
        raise InputError(path, "is no file", "choose a project file")
    if found.st_size == 0:
        raise InputError(path, _NO_PROJECT, _NEXT)
    if found.st_size > 2 * MOST_BYTES:
        raise InputError(path, "is larger than any project", _NEXT)


def _refuse_strangers(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse what is not of this program and this version, to the letter of its schema."""
    mark, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    if mark != MARK or version < 1:
        raise InputError(path, _NO_PROJECT, _NEXT)
    if version > VERSION:
        reason = f"was written by a newer rmt studio (file version {version}; known is {VERSION})"
        raise InputError(path, reason, "update rmt studio to open it")
    schema = connection.execute("SELECT type, name, sql FROM sqlite_master LIMIT 3").fetchall()
    if schema != [("table", "entry", _TABLE)]:
        raise InputError(path, "holds other tables than a project's", _NEXT)
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        raise InputError(path, _NO_PROJECT, _NEXT)


def _refuse_open_elsewhere(path: Path) -> None:
    """Refuse to replace a project that another window works on."""
    try:
        ProjectFile.open(path).close()
    except InputError as error:
        if error.reason == _REASONS[sqlite3.SQLITE_BUSY][0]:
            raise


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what SQLite or a wrong type raises into the one error for a person."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise InputError(path, *_REASONS.get(code, (_NO_PROJECT, _NEXT))) from error
    except (OverflowError, MemoryError) as error:
        raise InputError(path, _NO_PROJECT, _NEXT) from error
