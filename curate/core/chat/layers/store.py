"""The file of replies: one SQLite database, safe for several processes. It holds replies and no prompts."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from curate.core.run.errors import InputError, OutputError

APPLICATION = 0x54485253  # "THRS": SQLite's place for saying whose file it is
FORMAT = 1
BUSY_SECONDS = 60.0
_TABLES = """
CREATE TABLE IF NOT EXISTS reply (
    key BLOB PRIMARY KEY, model TEXT NOT NULL, fault TEXT NOT NULL, prompt INTEGER NOT NULL,
    completion INTEGER NOT NULL, stored INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS probe (
    key BLOB PRIMARY KEY, model TEXT NOT NULL, stored INTEGER NOT NULL, body BLOB NOT NULL
);
"""


class Kept(NamedTuple):
    """What the file holds of one model."""

    model: str
    replies: int
    faults: int  # of these: refused, cut, empty, ...
    prompt_tokens: int
    completion_tokens: int
    bytes: int
    oldest: int  # seconds since 1970
    newest: int


class Store:
    """An open file of replies."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        with self._explained():
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # answers are data: the user's own
            self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _prepare(self) -> None:
        self._database.execute("BEGIN")  # so that all is read of one moment: another process may be making the tables
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = self._database.execute("PRAGMA application_id").fetchone()
        (format_,) = self._database.execute("PRAGMA user_version").fetchone()
        self._database.execute("COMMIT")
        if application != APPLICATION and (application or tables):
            raise InputError(f"{self.path} is another program's database", hint="name another file: chat.cache")
        if format_ > FORMAT:
            raise InputError(f"{self.path} was written by a newer thresher", hint="upgrade, or name another file")
        self._write_ahead()
        # A reply survives the death of the process at once; only a power cut can lose the last ones.
        self._database.execute("PRAGMA synchronous = NORMAL")
        if format_ < FORMAT:
            ours = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT};"
            self._database.executescript(f"BEGIN IMMEDIATE; {_TABLES} {ours} COMMIT;")

    def _write_ahead(self) -> None:
        """Have changes written to a log first; of processes that ask for it at once, SQLite lets none wait but one."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._database.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.01)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise OutputError(
                f"the file of replies {self.path} cannot be used: {error}",
                hint="check the disk and its permissions, or name another file: chat.cache",
            ) from error

    def get(self, key: bytes) -> bytes | None:
        """Return a reply, as it was kept."""
        with self._explained():
            found = self._database.execute("SELECT body FROM reply WHERE key = ?", (key,)).fetchone()
        return found[0] if found else None

    def put(self, key: bytes, body: bytes, *, model: str, fault: str, tokens: tuple[int, int]) -> bool:
        """Keep a reply; return False where another process kept one first, which then stands."""
        row = (key, model, fault, *tokens, int(time.time()), body)
        with self._explained():
            done = self._database.execute("INSERT OR IGNORE INTO reply VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return done.rowcount == 1

    def probed(self, key: bytes) -> bytes | None:
        """Return what was found out about an endpoint."""
        with self._explained():
            found = self._database.execute("SELECT body FROM probe WHERE key = ?", (key,)).fetchone()
        return found[0] if found else None

    def keep_probe(self, key: bytes, body: bytes, model: str) -> None:
        """Keep what was found out about an endpoint."""
        with self._explained():
            self._database.execute(
                "INSERT OR REPLACE INTO probe VALUES (?, ?, ?, ?)", (key, model, int(time.time()), body)
            )

    def stats(self) -> list[Kept]:
        """Return what the file holds, a line for each model."""
        sums = "count(*), sum(fault <> ''), sum(prompt), sum(completion), sum(length(body)), min(stored), max(stored)"
        with self._explained():
            rows = self._database.execute(f"SELECT model, {sums} FROM reply GROUP BY model ORDER BY model")  # noqa: S608
            return [Kept(*row) for row in rows]

    def prune(self, *, before: int | None, model: str | None, faults: bool, dry: bool) -> int:
        """Remove the replies that all of the conditions fit, and the space they took; return how many there are."""
        where, values = "1", list[object]()
        if before is not None:
            where, values = f"{where} AND stored < ?", [*values, before]
        if model is not None:
            where, values = f"{where} AND model = ?", [*values, model]
        if faults:
            where = f"{where} AND fault <> ''"
        with self._explained():
            (count,) = self._database.execute(f"SELECT count(*) FROM reply WHERE {where}", values).fetchone()  # noqa: S608
            if dry:
                return int(count)
            self._database.execute(f"DELETE FROM reply WHERE {where}", values)  # noqa: S608
            if not faults:  # what an endpoint can do is no faulty answer
                self._database.execute(f"DELETE FROM probe WHERE {where}", values)  # noqa: S608
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(count)
