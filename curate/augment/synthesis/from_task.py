"""New rows from the description of a task; the answers keep a JSON Schema."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import orjson
from pydantic import Field

from curate.augment.asking.answer import TEXT, Fault, schema_of
from curate.augment.asking.template import Holes, Template
from curate.augment.draw import Draw
from curate.augment.synthesis.wish import Given, Order, Source, Wish, Written, blank, nested
from curate.core.chat.schema import breach, check_schema
from curate.core.run.errors import ConfigError


class FromTask(Source):
    """New rows from the description of a task; the answers keep a JSON Schema."""

    kind: Literal["task"] = "task"
    task: str = Field(min_length=1, description="What the assistant does, in a few sentences.")
    answer_schema: str | None = Field(None, description="A file with the JSON Schema of answers; text, if absent.")

    template: ClassVar[str] = "task"
    holes: ClassVar[Holes] = Holes(
        data=(), words=("task", "schema", "attributes", "number"), required=("task", "schema")
    )

    def make(self, given: Given) -> TaskWishes:
        """Return where the rows come from.

        Raises:
            ConfigError: the schema is none.
        """
        schema = TEXT if self.answer_schema is None else read_json(given.folder / self.answer_schema)
        check_schema(schema)
        return TaskWishes(self.task, schema)


class TaskWishes:
    """Asks for one example after the other."""

    amount: int | None = None

    def __init__(self, task: str, schema: Mapping[str, Any]) -> None:
        self._task, self._answer = task, schema
        self._schema = schema_of(question=TEXT, answer=nested(schema))
        digest = hashlib.sha256(task.encode() + orjson.dumps(schema)).digest()
        self._digest, self._root = int.from_bytes(digest[:8], "big"), f"task-{digest.hex()[:12]}"

    def wish(self, order: Order, template: Template, draw: Draw) -> Wish:
        """Return the wish for one more example."""
        told = {
            "task": self._task,
            "schema": orjson.dumps(self._answer).decode(),
            "attributes": order.said,
            "number": str(order.number + 1),
        }
        return Wish(self._digest, template.fill({}, told), self._schema, self._written, root=self._root)

    def _written(self, value: Mapping[str, Any]) -> Written | Fault:
        answer = value["answer"]
        if (broken := breach(self._answer, answer)) is not None:
            return Fault("breaks_schema", broken)
        text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
        if blank(value["question"], text):
            return Fault("empty", "a question or an answer without a text")
        turns = [{"role": "user", "text": value["question"].strip()}, {"role": "assistant", "text": text}]
        return Written(turns, {}, [])


def read_json(path: Path) -> Any:
    """Return the JSON of a file.

    Raises:
        ConfigError: it cannot be read, or is no JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error
