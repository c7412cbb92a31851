"""The endpoint's files and jobs, by the ``openai`` package: one call, one request, and errors that hold no key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import orjson

from curate.core.chat.backend import CONNECT_SECONDS, imported, told_by
from curate.core.chat.secret import Secret
from curate.core.chat.settings import OPENAI
from curate.core.run.errors import ThresherError
from train.hosted.config import HostedTable

JOBS = "/fine_tuning/jobs"
PAGE = 100  # events, or jobs, asked for at once
SHOWN = 80  # characters of an answer that makes no sense
_HINTS = {
    401: "the key is wrong, or not for this endpoint",
    403: "the key may not do this",
    404: "the endpoint knows no such model, file or job, or tunes no models at all",
    429: "too many requests, or no credit is left: run the same command later",
}


class EndpointError(ThresherError):
    """The endpoint refused, or could not be reached."""

    def __init__(self, problem: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(problem, hint=hint)
        self.status = status  # None: no answer came, and what was asked may have been done


class Endpoint:
    """Asks an endpoint, with the key of the environment. Looking is repeated where it fails, making never is."""

    def __init__(self, table: HostedTable) -> None:
        self._openai, self._httpx2 = imported()
        key = table.key() or ""
        self._secret = Secret(key)
        self._address = table.base_url
        headers: dict[str, Any] = {} if key else {"Authorization": self._openai.Omit()}
        if table.base_url != OPENAI:  # the package reads both from the environment, for whatever endpoint
            headers |= {"OpenAI-Organization": self._openai.Omit(), "OpenAI-Project": self._openai.Omit()}
        self._headers = headers
        self._client = self._openai.OpenAI(
            api_key=key or "none",
            base_url=table.base_url,
            http_client=self._openai.DefaultHttpxClient(
                timeout=self._httpx2.Timeout(table.timeout, connect=min(CONNECT_SECONDS, table.timeout)),
                follow_redirects=False,  # rows go nowhere but where the configuration says
            ),
        )
        self._once = self._client.with_options(max_retries=0)  # a job that was made twice is paid twice

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def upload(self, path: Path) -> str:
        """Send a file of rows; return the id that it has there."""
        with path.open("rb") as stream:
            file = (path.name, stream, "application/jsonl")
            made = self._safely(
                lambda: self._once.files.create(file=file, purpose="fine-tune", extra_headers=self._headers)
            )
        return _id(self._secret.out_of_reply(getattr(made, "id", None)), "file")

    def create(self, body: dict[str, Any]) -> str:
        """Make a job; return its id."""
        return _id(self._json(self._once.post, JOBS, body=body).get("id"), "job")

    def find(self, mark: str) -> str | None:
        """Return the id of the job that carries our mark, among the last ones; None where none does."""
        for job in self._listed(JOBS, {"limit": PAGE})[0]:
            told = job.get("metadata")
            if isinstance(told, dict) and told.get("thresher") == mark:
                return _id(job.get("id"), "job")
        return None

    def job(self, job: str) -> dict[str, Any]:
        """Return a job as it is now."""
        return self._json(self._client.get, _path(JOBS, job))

    def cancel(self, job: str) -> dict[str, Any]:
        """Stop a job; return it."""
        return self._json(self._once.post, _path(JOBS, job, "cancel"))

    def events(self, job: str, known: set[str]) -> list[dict[str, Any]]:
        """Return the events that are not known yet, the oldest first; the endpoint gives the newest first."""
        fresh: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": PAGE}
        while True:
            listed, more = self._listed(_path(JOBS, job, "events"), params)
            new = [event for event in listed if event_name(event) not in known]
            fresh += new
            last = new[-1].get("id") if new else None
            if len(new) < len(listed) or last is None or not more:
                return fresh[::-1]
            params["after"] = last

    def table(self, file: str) -> bytes:
        """Return a table of results as it is, without the key: some endpoints give it in Base64."""
        content = self._response(self._client.get, _path("/files", file, "content"))
        with suppress(binascii.Error):
            decoded = base64.b64decode(content, validate=True)
            content = decoded if decoded.startswith(b"step") else content
        text: str = self._secret.out_of_reply(content.decode(errors="surrogateescape"))
        return text.encode(errors="surrogateescape")

    def _listed(self, path: str, params: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """Return the objects of a page, and whether there are more pages; a list of none may be told as null."""
        page = self._json(self._client.get, path, params=params)
        listed = page.get("data") or []
        if not isinstance(listed, list):
            raise EndpointError(
                f"{self._address}{path} answers no list in 'data': {self._safe(str(listed))[:SHOWN]}",
                hint="is base_url a fine-tuning endpoint?",
            )
        return [one for one in listed if isinstance(one, dict)], bool(page.get("has_more"))

    def _json(self, verb: Callable[..., Any], path: str, **options: Any) -> dict[str, Any]:
        content = self._response(verb, path, **options)
        with suppress(orjson.JSONDecodeError):
            value = orjson.loads(content)
            if isinstance(value, dict):
                return dict(self._secret.out_of_reply(value))
        told = self._safe(content.decode(errors="replace"))[:SHOWN]  # cut last: half a key is one, too
        raise EndpointError(
            f"{self._address}{path} answers no JSON object: {told}",
            hint="base_url is the address of the API, up to /v1",
        )

    def _response(self, verb: Callable[..., Any], path: str, **options: Any) -> bytes:
        body = options.pop("body", None)
        asked = {"cast_to": self._httpx2.Response, "options": {"headers": self._headers, **options}}
        if body is not None:
            asked["body"] = body
        content: bytes = self._safely(lambda: verb(path, **asked)).content
        return content

    def _safely(self, ask: Callable[[], Any]) -> Any:
        """Return what a call gives. No exception of the package leaves: they hold the request, key and all."""
        try:
            return ask()
        except self._openai.APIStatusError as error:
            status: int = error.response.status_code
            code, said = told_by(error.response.content)
            named = f" ({code})" if code and code not in said else ""
            problem = f"{self._address} answers {status}{named}: {said or 'nothing'}"
        except self._openai.APIConnectionError as error:
            problem = f"{self._address} cannot be reached: {error.__cause__ or error}"
            raise EndpointError(self._safe(problem), hint="the same command goes on where this one stopped") from None
        raise EndpointError(self._safe(problem), hint=_HINTS.get(status), status=status)

    def _safe(self, text: str) -> str:
        return " ".join(self._secret.out_of(text).split())[:400]


def _path(*parts: str) -> str:
    return "/".join([parts[0], *(quote(part, safe="/:@") for part in parts[1:])])  # ids hold what their makers like


def event_name(event: Mapping[str, Any]) -> str:
    """Return what tells an event from others: its id, or all of it where it has none."""
    return str(event.get("id") or event)


def _id(given: object, what: str) -> str:
    if not isinstance(given, str) or not given:
        raise EndpointError(f"the endpoint gave the {what} no id", hint="is base_url a fine-tuning endpoint?")
    return given
