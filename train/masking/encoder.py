"""Rows to Examples: rendered by the chat template, split into tokens, masked to the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from curate.core.run.errors import ConfigError
from evalkit.answers.local.calls import REFUSALS
from train.data.rows import Row
from train.examples import Examples
from train.masking.borders import Tokens, tokenise
from train.masking.chat import ChatTemplate, Span
from train.masking.prefix import Doubts, find_answers, leaves_out
from train.masking.text import BareText

TrainOn = Literal["assistant", "last", "all"]
CHUNK = 512  # rows rendered, then split into tokens together


class Rendered(NamedTuple):
    """A row as text, and the spans of it that are trained; ``refused`` says why the template would not have it."""

    text: str = ""
    spans: Sequence[Span] = ()
    refused: str | None = None
    doubts: Doubts = Doubts()


class Encoder:
    """A tokenizer with a chat template (its own, or another's text): what makes tokens and masks of rows.

    ``train_on``: every ``assistant`` turn, the ``last`` of them, or ``all`` of the text. A turn with ``weight: 0`` is
    never trained. A row is cut at ``max_tokens`` from its end.

    Raises:
        ConfigError: the tokenizer has no fast form, without which no mask is exact.
    """

    def __init__(self, tokenizer: Any, template: str | None, max_tokens: int, train_on: TrainOn = "assistant") -> None:
        if not getattr(tokenizer, "is_fast", False):
            problem = f"{type(tokenizer).__name__} does not say which characters a token stands for"
            raise ConfigError(problem, hint="use a folder with a tokenizer.json")
        tokenizer.backend_tokenizer.no_truncation()  # a tokenizer.json that a trainer saved may bring both
        tokenizer.backend_tokenizer.no_padding()
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        found = own_template(tokenizer) if template is None else template
        self.chat = None if found is None else ChatTemplate(tokenizer, found)
        self._bare = BareText(tokenizer)
        self.train_on = train_on

    @property
    def template_sha256(self) -> str | None:
        """Return the hash of the chat template; None where there is none."""
        return None if self.chat is None else self.chat.sha256

    @property
    def mask_source(self) -> Literal["generation marks", "prefix", "text"]:
        """Return by which rule the answers are found."""
        if self.chat is None:
            return "text"
        return "generation marks" if self.chat.has_marks else "prefix"

    @property
    def ends(self) -> frozenset[int]:
        """Return the tokens that end an answer: the tokenizer's own, and the one the template writes."""
        return frozenset({self.tokenizer.eos_token_id, self.written_end} - {None})

    @property
    def written_end(self) -> int | None:
        """Return the special token that is written after an answer; None where none is."""
        end = self.tokenizer.eos_token if self.chat is None else self.chat.end_of_turn()
        return None if end is None else int(self.tokenizer.convert_tokens_to_ids(end))

    def encode(self, rows: Sequence[Row]) -> Examples:
        """Return the rows as tokens with their masks, in their order; a row the template refuses has none."""
        rendered = [self.render(row) for row in rows]
        tokens = list(self._tokens(rendered))
        sizes = [len(one.ids) for one in tokens]
        kept = np.minimum(sizes, self.max_tokens) if sizes else np.zeros(0, dtype=np.int64)
        cut_trained = [int(one.trained[self.max_tokens :].sum()) for one in tokens]
        none = np.zeros(0, dtype=np.int32)
        for one in tokens:
            one.trained[:1] = False  # nothing stands before it that it could be predicted from
        return Examples(
            tokens=np.concatenate([none, *(one.ids[: self.max_tokens] for one in tokens)]).astype(np.int32),
            trained=np.concatenate([none, *(one.trained[: self.max_tokens] for one in tokens)]).astype(np.bool_),
            starts=np.concatenate([[0], np.cumsum(kept)]).astype(np.int64),
            cut=np.asarray(sizes, dtype=np.int64) - kept,
            cut_trained=np.asarray(cut_trained, dtype=np.int64),
            places=tuple(row.place for row in rows),
            refused={at: one.refused for at, one in enumerate(rendered) if one.refused is not None},
            **{
                name: tuple(at for at, one in enumerate(rendered) if getattr(one.doubts, name))
                for name in Doubts._fields
            },
        )

    def _tokens(self, rendered: Sequence[Rendered]) -> Iterator[Tokens]:
        for start in range(0, len(rendered), CHUNK):
            chunk = rendered[start : start + CHUNK]
            yield from tokenise(self.tokenizer, [one.text for one in chunk], [one.spans for one in chunk])

    def render(self, row: Row) -> Rendered:
        """Return a row as text, with the spans that are trained."""
        if row.text is not None:
            return Rendered(*self._bare.whole(row.text))
        messages = row.turns
        answers = [at for at, turn in enumerate(messages) if turn["role"] == "assistant"]
        chosen = answers[-1:] if self.train_on == "last" else answers
        muted = [at for at in answers if row.messages[at].get("weight") == 0]
        wanted = [at for at in chosen if at not in muted]
        try:
            if self.train_on == "all":
                text, outside, doubts = self._found(messages, row.tools, muted)
                return Rendered(text, _between(outside, len(text)), doubts=Doubts(rewritten=doubts.rewritten))
            if self.chat is None or not self.chat.has_marks:
                text, spans, doubts = self._found(messages, row.tools, wanted)
                return Rendered(text, spans, doubts=doubts)
            text, spans = self.chat.marked(messages, row.tools)
            if len(wanted) < len(answers):
                spans = self._chosen(text, spans, messages, row.tools, answers, wanted)
            return Rendered(text, spans, doubts=self._doubts(text, spans, messages, row.tools, wanted))
        except REFUSALS as error:
            return Rendered(refused=str(error) or type(error).__name__)

    def _found(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[Any] | None, wanted: Sequence[int]
    ) -> tuple[str, Sequence[Span], Doubts]:
        """Return the text, the spans of the answers ``wanted``, and what is doubtful in one of them."""
        if self.chat is None:
            return (*self._bare.chat(messages, wanted), Doubts())
        text = self.chat.render(messages, tools)
        found = find_answers(self.chat, text, messages, tools, wanted)
        if found.spans is None:
            raise ValueError("an answer cannot be found in what the template makes of the row")
        return text, found.spans, found.doubts

    def _doubts(
        self,
        text: str,
        spans: Sequence[Span],
        messages: Sequence[dict[str, Any]],
        tools: Sequence[Any] | None,
        wanted: Sequence[int],
    ) -> Doubts:
        """Return what is doubtful in answers that the template marks: in the last one's beginning, in all texts."""
        last = bool(wanted) and 0 < wanted[-1] == len(messages) - 1
        before = self.chat.tried(messages[:-1], tools, opened=True) if self.chat is not None and last else None
        matched = zip(spans, wanted, strict=True) if len(spans) == len(wanted) else ()
        unsaid = any(leaves_out(text, span, messages[at]) for span, at in matched)
        return Doubts(opened=before is not None and not text.startswith(before), unsaid=unsaid)

    def _chosen(
        self,
        text: str,
        marked: Sequence[Span],
        messages: Sequence[dict[str, Any]],
        tools: Sequence[Any] | None,
        answers: Sequence[int],
        wanted: Sequence[int],
    ) -> list[Span]:
        """Return those of the marked spans that are answers wanted: by their order, or else by where those stand."""
        if len(marked) == len(answers):
            return [span for span, at in zip(marked, answers, strict=True) if at in wanted]
        _, inside, _ = self._found(messages, tools, wanted)
        return [
            (max(start, first), min(end, last))
            for start, end in marked
            for first, last in inside
            if max(start, first) < min(end, last)
        ]


def own_template(tokenizer: Any) -> str | None:
    """Return the chat template that a tokenizer brings; of several, the default one."""
    found = tokenizer.chat_template
    text = found.get("default") if isinstance(found, dict) else found
    return None if text is None else str(text)


def _between(outside: Sequence[Span], length: int) -> list[Span]:
    """Return the spans of a text of this length that are not ``outside``."""
    cuts = [0, *(cut for span in outside for cut in span), length]
    return [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=True) if start < end]
