"""Where predictions come from: our own files, any JSON Lines, and the logs of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evalkit.predictions import Answer
from evalkit.read.inspect_log import read_inspect
from evalkit.read.lm_eval import read_lm_eval
from evalkit.read.promptfoo import read_promptfoo
from evalkit.read.records import Fields, InputFile
from evalkit.read.rows import read_rows

Reader = Callable[[InputFile, Fields], Iterator[Answer]]

READERS: dict[str, Reader] = {
    "jsonl": read_rows,
    "lm-eval": read_lm_eval,
    "inspect": read_inspect,
    "promptfoo": read_promptfoo,
}

__all__ = ["READERS", "Fields", "InputFile", "Reader"]
