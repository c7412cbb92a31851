"""How many tokens a conversation has, by a tokenizer that the user gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from curate.core.read.fault import Fault
from curate.core.read.layouts import Message
from curate.core.run.errors import ConfigError

PER_MESSAGE = 3  # role and separators, as OpenAI's cookbook counts
PER_REPLY = 3


class TokenCounter:
    """Counts by a ``tokenizer.json`` of the ``tokenizers`` library (an optional dependency)."""

    def __init__(self, path: Path, limit: int) -> None:
        self.limit = limit
        self._tokenizer = load_tokenizer(path)

    def check(self, turns: Sequence[Message]) -> Iterator[Fault]:
        """Yield a finding where the conversation has more tokens than the limit."""
        texts = [text for turn in turns for text in (turn.text, turn.name, (turn.calls or b"").decode()) if text]
        count = sum(len(one.ids) for one in self._tokenizer.encode_batch(texts, add_special_tokens=False))
        count += PER_MESSAGE * len(turns) + PER_REPLY
        if count > self.limit:
            yield Fault("too_many_tokens", f"the row has {count:,} tokens; the limit is {self.limit:,}")


def load_tokenizer(path: Path) -> Any:
    """Return a tokenizer of the ``tokenizers`` library.

    Raises:
        ConfigError: the library is not here, or the file is no tokenizer.
    """
    try:
        import tokenizers  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ConfigError("counting tokens needs the package 'tokenizers'", hint="pip install tokenizers") from error
    try:
        return tokenizers.Tokenizer.from_file(str(path / "tokenizer.json" if path.is_dir() else path))
    except Exception as error:  # the library raises bare Exception
        raise ConfigError(f"{path} is no tokenizer: {error}", hint="give a tokenizer.json") from error
