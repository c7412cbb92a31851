"""Seeds as literals, and a step run on them against a server that answers as it is told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl

from curate.augment import AUGMENTS
from curate.augment.draw import Draw
from curate.augment.step import Chat, Made
from curate.core.chat.client import Client
from curate.core.record.block import BLOCK, row_of
from curate.core.run.settings import validate
from tests.core.chat.conftest import settings
from tests.core.chat.server import Asked, Server, reply

Says = Callable[[Asked], Any]
_FENCED = re.compile(r"<(data-[0-9a-f]{12})>\n(.*?)\n</\1>", re.DOTALL)


def seeds(*chats: Sequence[tuple[str, str]], **columns: Any) -> pl.DataFrame:
    """Return a block of chats, each a list of (role, text)."""
    rows = []
    for line, chat in enumerate(chats, 1):
        turns = [{"role": role, "text": text} for role, text in chat]
        digest = int.from_bytes(hashlib.sha256(json.dumps(turns).encode()).digest()[:8], "big")
        rows.append(
            {
                "row": row_of(0, line),
                "line": line,
                "id": f"s{line}",
                "digest": digest,
                "layout": "messages",
                "raw": b"{}",
            }
            | {"messages": turns, **columns}
        )
    return pl.DataFrame(rows, schema=BLOCK)


def asks(*questions: str) -> pl.DataFrame:
    """Return a block of questions, each with an answer."""
    return seeds(*([("user", question), ("assistant", f"answer {i}")] for i, question in enumerate(questions)))


def fenced(asked: Asked) -> list[str]:
    """Return what stands between the marks of a prompt, piece by piece."""
    return [match[2] for message in asked.body["messages"] for match in _FENCED.finditer(message["content"])]


def outside(asked: Asked) -> str:
    """Return a prompt without what stands between its marks."""
    return "\n".join(_FENCED.sub("", message["content"]) for message in asked.body["messages"])


def saying(says: Says) -> Callable[[Asked], dict[str, Any]]:
    """Return the answers of a server; what is no text is said as JSON."""

    def answer(asked: Asked) -> dict[str, Any]:
        said = says(asked)
        return reply({"content": said if isinstance(said, str) else json.dumps(said)})

    return answer


def make(
    step: Mapping[str, Any],
    block: pl.DataFrame,
    server: Server,
    folder: Path,
    *,
    beside: Mapping[str, Server] | None = None,
    seed: int = 7,
    **chat: Any,
) -> Made:
    """Return what a step makes; ``beside`` are the servers of the judge and of embeddings."""
    made = validate(AUGMENTS[step["use"]], step, "the step")
    with ExitStack() as stack:
        others = {
            name: Chat(stack.enter_context(Client(settings(one.url), folder)), folder)
            for name, one in (beside or {}).items()
        }
        client = stack.enter_context(Client(settings(server.url, **chat), folder))
        return made.apply(block, Chat(client, folder, **others), Draw(seed, made.called))


def planned(step: Mapping[str, Any], block: pl.DataFrame, server: Server, folder: Path, seed: int = 7) -> list[Any]:
    """Return the bodies of what a step would ask."""
    made = validate(AUGMENTS[step["use"]], step, "the step")
    with Client(settings(server.url), folder) as client:
        return [one.body for one in made.requests(block, Chat(client, folder), Draw(seed, made.called))]


def texts(made: Made) -> list[list[str]]:
    """Return what is said in each row."""
    return [[turn["text"] for turn in turns] for turns in made.rows["messages"].to_list()]


def told(made: Made) -> list[Any]:
    """Return how each row was made."""
    return [json.loads(one) for one in made.rows["made"]]


def faults(made: Made) -> list[tuple[int, int, str]]:
    """Return line, K and word of each fault."""
    mask = (1 << 40) - 1
    return [(parent & mask if parent is not None else 0, k, word) for parent, k, word, _ in made.faults.iter_rows()]
