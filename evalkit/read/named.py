"""The fields that flags name in a file that no one here made: those that no row has are a mistake, and said."""

from __future__ import annotations

from curate.core.read.decode import Record
from curate.core.run.errors import InputError, nearest
from evalkit.read.records import Fields, InputFile, holds


class Named:
    """The fields that flags name, until some row has them."""

    def __init__(self, fields: Fields) -> None:
        """Look for all that are named, by the flag that names each."""
        named = {
            "--id-field": fields.id,
            "--prediction-field": fields.prediction,
            "--reference-field": fields.reference,
            "--prompt-field": fields.prompt,
        }
        self._missing = [(flag, path) for flag, path in named.items() if path is not None]
        self._missing += [("--slice", path) for path in fields.slices]
        self._first: Record = {}

    def see(self, record: Record) -> None:
        """Look at a row."""
        self._first = self._first or record
        if self._missing:
            self._missing = [(flag, path) for flag, path in self._missing if not holds(record, path)]

    def refuse_missing(self, file: InputFile) -> None:
        """Refuse a file of which no row has a field, maybe with null in it.

        Raises:
            InputError: it is one; a file without rows is none.
        """
        for flag, path in self._missing if self._first else ():
            near = nearest(path, list(self._first)).partition("; there is")[0]
            raise InputError(
                f"no row of {file.name} has a field {path!r}{near}",
                f"the first row has: {', '.join(self._first)}",
                hint=f"{flag} FIELD",
            )
