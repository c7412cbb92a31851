"""Which names of a map stand in no row of a file: a misspelt one does nothing, and says so nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import orjson

from curate.core.read.decode import Record
from curate.core.read.fault import shown


class Unmapped:
    """The names, ours to theirs, that no row had so far, and the fields of the first row."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        self.has: list[str] = []

    def see(self, records: Iterable[Record | None], lines: Sequence[bytes]) -> None:
        """Take note of records that have our names already, and of their lines."""
        if not self.fields:
            return
        for record, line in zip(records, lines, strict=True):
            if record is not None:
                self.has = self.has or list(orjson.loads(line))
                for name in self.fields.keys() & record.keys():
                    del self.fields[name]

    def told(self) -> Iterator[str]:
        """Yield a sentence for each name, once all rows were seen; of a file without rows there is nothing to say."""
        if self.has:
            for ours, theirs in self.fields.items():
                yield f"no row has the field {theirs!r}, mapped to {ours!r}; the first has {shown(self.has, 160)}"
