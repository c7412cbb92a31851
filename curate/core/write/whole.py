"""One file, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from curate.core.run.errors import OutputError
from curate.core.write.spared import refuse_target


def write_whole(path: Path, content: bytes, hint: str) -> None:
    """Write a file beside itself and move it into place; ``hint`` says what to do where it cannot be written.

    Raises:
        OutputError: it cannot be written, or a run lists it; what was there before stays.
    """
    refuse_target(path)
    made = path.with_name(f".{path.name}.part")
    try:
        made.write_bytes(content)
        made.replace(path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint=hint) from error
