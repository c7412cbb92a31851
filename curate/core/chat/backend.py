"""The endpoint itself, by the ``openai`` package: one request, one attempt, one reply."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson

from curate.core.chat.parse import parse
from curate.core.chat.reply import Fault, Reply
from curate.core.chat.request import Request
from curate.core.chat.secret import Secret
from curate.core.chat.settings import OPENAI, ChatSettings
from curate.core.run.errors import ConfigError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 5.0
_BY_STATUS = {401: "wrong_key", 402: "no_credit", 403: "forbidden", 404: "not_found", 429: "rate_limited"}


class OpenAIBackend:
    """Sends requests to an endpoint that speaks as OpenAI's does. Needs the ``chat`` extra, once something is sent."""

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings
        self._timeout = settings.limits.timeout
        self._key = ""
        self._secret = Secret("")
        self._client: AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    def _connected(self) -> AsyncOpenAI:
        """Return the package's client, made when first needed: what the cache answers needs no key and no package."""
        if self._client is None:
            self._key = self._settings.key() or ""
            self._secret = Secret(self._key)
            self._openai, self._httpx2 = openai, httpx2 = imported()
            self._options: Any = {"headers": self._headers()}
            self._client = openai.AsyncOpenAI(
                api_key=self._key or "none",
                base_url=self._settings.base_url,
                max_retries=0,  # ours are counted, paid from the budget, and stop when nothing works
                http_client=openai.DefaultAsyncHttpxClient(
                    timeout=httpx2.Timeout(self._timeout, connect=min(CONNECT_SECONDS, self._timeout)),
                    follow_redirects=False,  # prompts go nowhere but where the configuration says
                ),
            )
        return self._client

    def _headers(self) -> dict[str, Any]:
        headers: dict[str, Any] = {"Content-Type": "application/json"}
        if not self._key:
            headers["Authorization"] = self._openai.Omit()
        if self._settings.base_url != OPENAI:  # the package reads both from the environment, for whatever endpoint
            headers |= {"OpenAI-Organization": self._openai.Omit(), "OpenAI-Project": self._openai.Omit()}
        return headers

    async def reply(self, request: Request) -> Reply:
        """Return what came of one attempt. No exception of the package leaves: they hold the request, key and all.

        Raises:
            ConfigError: no key is in the environment, or the ``openai`` package is missing.
        """
        client = self._connected()
        try:
            # The package's own time-out starts anew with every byte that drips in.
            async with asyncio.timeout(self._timeout):
                response = await client.post(
                    request.path, content=request.wire, cast_to=self._httpx2.Response, options=self._options
                )
        except TimeoutError:
            return _failed("timed_out", f"after {self._timeout:g} s")
        except self._openai.APIStatusError as error:
            return Reply(failure=self._refusal(error.response))
        except self._openai.APIConnectionError as error:
            return self._broken(error.__cause__)
        return self._parsed(request, response.content)

    def _parsed(self, request: Request, content: bytes) -> Reply:
        try:
            return parse(request, self._secret.out_of_reply(orjson.loads(content)))
        except orjson.JSONDecodeError as error:
            return _failed("malformed", f"no JSON ({error})" if content.strip() else "an empty body")

    def _broken(self, cause: BaseException | None) -> Reply:
        if isinstance(cause, self._httpx2.ConnectError | self._httpx2.ConnectTimeout):
            return _failed("unreachable", self._safe(str(cause) or type(cause).__name__))
        if isinstance(cause, self._httpx2.TimeoutException):
            return _failed("timed_out", f"after {self._timeout:g} s")
        if isinstance(cause, self._httpx2.DecodingError):
            return _failed("malformed", "a body that cannot be decompressed")
        return _failed("dropped", self._safe(str(cause) or type(cause).__name__))

    def _refusal(self, response: Any) -> Fault:
        status: int = response.status_code
        code, detail = told_by(response.content)
        kind = _BY_STATUS.get(status, "server_error" if status >= 500 else "rejected")
        if code == "insufficient_quota":
            kind = "no_credit"
        elif status == 400 and code in ("content_filter", "content_policy_violation"):
            kind = "filtered"
        elif status == 400 and code == "model_not_found":
            kind = "not_found"
        elif status == 408:
            kind = "timed_out"
        elif status == 501:
            kind = "rejected"  # not implemented: embeddings, by a server that was started without them
        elif 300 <= status < 400:
            detail = f"it redirects to {response.headers.get('location', 'nowhere')}"
        return Fault(kind, self._safe(detail), status, retry_after(response.headers))

    def _safe(self, text: str) -> str:
        return " ".join(self._secret.out_of(text).split())[:200]  # cut last: half a key is one, too


def _failed(kind: str, detail: str) -> Reply:
    return Reply(failure=Fault(kind, detail))


def imported() -> tuple[Any, Any]:
    """Return the packages ``openai`` and ``httpx2``.

    Raises:
        ConfigError: they are not installed.
    """
    try:
        import httpx2  # noqa: PLC0415
        import openai  # noqa: PLC0415 - an extra, and 0.7 s of CPU
    except ImportError as error:
        raise ConfigError(
            "asking a language model needs the package 'openai', 3.0 or newer", hint="pip install 'thresher[chat]'"
        ) from error
    return openai, httpx2


def told_by(content: bytes) -> tuple[str, str]:
    """Return the code and the message of an error, as far as there are any."""
    try:
        payload = orjson.loads(content)
    except orjson.JSONDecodeError:
        return "", content.decode(errors="replace")
    error = payload.get("error", payload) if isinstance(payload, dict) else payload
    if not isinstance(error, dict):
        return "", str(error)
    code = error.get("code") or error.get("type") or ""
    return str(code), str(error.get("message") or error.get("detail") or error)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds the server asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or a date."""
    told = {name.lower(): value.strip() for name, value in headers.items()}
    try:
        if "retry-after-ms" in told:
            return max(0.0, float(told["retry-after-ms"]) / 1000)
        value = told.get("retry-after", "")
        if not value or value.replace(".", "", 1).isdigit():
            return float(value) if value else None
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
