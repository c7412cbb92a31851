"""``[chat]``: which model is asked, where, within which limits, and what it costs."""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, field_validator, model_validator

from curate.core.run.errors import ConfigError

OPENAI = "https://api.openai.com/v1"
OURS = frozenset(
    "model messages input n seed stream temperature top_p max_tokens max_completion_tokens response_format logprobs "
    "top_logprobs tools encoding_format prompt echo".split()
)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Table):
    """How fast requests are sent, and how long they are tried."""

    concurrency: PositiveInt = Field(8, description="Requests in flight at once.")
    requests_per_minute: PositiveFloat | None = Field(None, description="Most requests sent a minute.")
    tokens_per_minute: PositiveFloat | None = Field(
        None, description="Most tokens a minute: prompts as estimated, and all that the answers may have."
    )
    timeout: PositiveFloat = Field(120.0, description="Seconds until a request without a whole answer is given up.")
    attempts: PositiveInt = Field(5, description="Times a request is sent before its failure is recorded.")
    backoff: float = Field(0.5, ge=0, description="Seconds before the second attempt; doubles from there, jittered.")
    max_backoff: float = Field(30.0, ge=0, description="Most seconds between two attempts, unless the server says so.")
    max_wait: float = Field(120.0, ge=0, description="A Retry-After of more seconds is not waited for.")
    breaker: PositiveInt = Field(10, description="Requests failed in a row, all their attempts, that stop the run.")


class Budget(_Table):
    """What a run may use. Checked before a request is sent, with the worst case of what is in flight."""

    max_cost: PositiveFloat | None = Field(None, description="Most cost, in the currency of the prices.")
    max_tokens: PositiveInt | None = Field(None, description="Most tokens, of prompts and answers together.")
    max_requests: PositiveInt | None = Field(None, description="Most requests sent, repeated attempts included.")


class Prices(_Table):
    """What tokens cost. Without prices no cost is claimed."""

    input: float = Field(ge=0, description="Price of a million prompt tokens.")
    output: float = Field(ge=0, description="Price of a million answer tokens; 0 for embeddings.")
    currency: str = Field("USD", description="The currency of the prices.")
    date: datetime.date = Field(description="The day on which these were the prices.")

    def cost(self, prompt: int, completion: int) -> float:
        """Return what so many tokens cost."""
        return (prompt * self.input + completion * self.output) / 1_000_000


class Endpoint(_Table):
    """A model behind an address that speaks as OpenAI's does, and where its key is."""

    table: ClassVar[str] = "chat"  # what errors call the settings

    model: str = Field(min_length=1, description="The model's name, as the endpoint knows it.")
    base_url: str = Field(OPENAI, description="The endpoint: vLLM, llama.cpp, Ollama, OpenAI, ...")
    api_key_env: str | None = Field(
        None, description="The environment variable that holds the key; OPENAI_API_KEY for OpenAI's own endpoint."
    )

    @field_validator("api_key_env", mode="before")
    @classmethod
    def _names_a_variable(cls, value: object) -> object:
        if value is not None and not (isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)):
            # not a ValueError: its message would show the value, and that may be a key
            raise ConfigError(
                f"{cls.table}.api_key_env is no name of an environment variable",
                hint='put the key into the environment, and its variable here: api_key_env = "MY_KEY"',
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ConfigError(
                f"{cls.table}.base_url holds more than an address",
                hint="a key belongs into the environment: api_key_env",
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address starts with http:// or https://")
        return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"

    @property
    def key_variable(self) -> str | None:
        """Return the variable that holds the key. OpenAI's is never read for another's endpoint."""
        return self.api_key_env or ("OPENAI_API_KEY" if self.base_url == OPENAI else None)

    def key(self) -> str | None:
        """Return the key, from the environment.

        Raises:
            ConfigError: the variable is not set, or holds what no header can.
        """
        if self.key_variable is None:
            return None
        key = os.environ.get(self.key_variable, "").strip()
        if not key:
            raise ConfigError(f"no key: {self.key_variable} is not set", hint=f"export {self.key_variable}=...")
        if not (key.isascii() and key.isprintable()):
            raise ConfigError(f"{self.key_variable} holds characters that no key has", hint="copy the key again")
        return key


class ChatSettings(Endpoint):
    """The model behind an endpoint that speaks as OpenAI's does, and how it is asked."""

    revision: str = Field("", description="What stands behind the name, where that may change: another asks anew.")
    temperature: float | None = Field(None, ge=0, description="The endpoint's own if absent.")
    top_p: float | None = Field(None, gt=0, le=1, description="The endpoint's own if absent.")
    seed: int | None = Field(None, description="Sent with requests that have no seed of their own.")
    max_output_tokens: PositiveInt = Field(1024, description="Most tokens of an answer; always sent.")
    output_limit_field: Literal["max_tokens", "max_completion_tokens"] | None = Field(
        None, description="How the endpoint calls that limit; max_completion_tokens for OpenAI's own, else max_tokens."
    )
    extra: dict[str, Any] = Field({}, description="More fields of the request, as the endpoint takes them.")
    tokenizer: str | None = Field(None, description="A tokenizer.json that counts prompt tokens in a dry run.")
    cache: str | None = Field(None, description="The file that keeps replies; one of the user's own if absent.")
    log_text: bool = Field(default=False, description="Write prompts and answers into requests.jsonl too.")
    limits: Limits = Limits()
    budget: Budget = Budget()
    prices: Prices | None = Field(None, description="Absent: no cost is claimed.")

    @field_validator("extra")
    @classmethod
    def _adds_only(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(OURS & value.keys()):
            raise ValueError(f"{', '.join(taken)} cannot stand here: the client sets it")
        return value

    @model_validator(mode="after")
    def _cost_needs_prices(self) -> Self:
        if self.budget.max_cost is not None and self.prices is None:
            raise ValueError("budget.max_cost needs prices: [chat.prices] with input, output and date")
        return self

    @property
    def limit_field(self) -> str:
        """Return the name under which the most tokens of an answer are sent."""
        return self.output_limit_field or ("max_completion_tokens" if self.base_url == OPENAI else "max_tokens")

    def cache_path(self, folder: Path) -> Path:
        """Return the file of replies; a relative path is relative to the folder."""
        return default_cache() if self.cache is None else folder / Path(self.cache).expanduser()


def default_cache() -> Path:
    """Return the user's own file of replies."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "thresher" / "chat.sqlite"
