"""A fine-tuning endpoint on a loopback port: files, jobs, events, results; each look at a job takes it a step on."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

KEY = "sk-loopback-0123456789abcdef"
RESULTS = b"step,train_loss,valid_loss\n1,2.5,\n2,1.25,1.5\n"
ON_THE_WAY = ("validating_files", "queued", "running", "running")


class FineTuning:
    """What an endpoint has: files by id, jobs by id, and the requests that came."""

    def __init__(self, *, ends: str = "succeeded", error: dict[str, Any] | None = None, page: int = 100) -> None:
        self.ends, self.error, self.page = ends, error, page
        self.asked: list[str] = []  # "POST /files"
        self.keys: set[str | None] = set()
        self.files: dict[str, bytes] = {"file-results": RESULTS}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.refuse: dict[str, tuple[int, dict[str, Any]]] = {}  # "POST /files" -> what it answers instead
        self.lose: set[str] = set()  # "POST /fine_tuning/jobs": done, and the answer never sent
        self.hold: set[str] = set()  # statuses at which a job stays
        self.looked = threading.Semaphore(0)  # released each time that a job is looked at

    def count(self, request: str) -> int:
        return self.asked.count(request)

    def __enter__(self) -> Self:
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                world._serve(self)

            do_POST = do_GET  # noqa: N815 - as http.server calls it

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        path, _, query = handler.path.removeprefix("/v1").partition("?")
        request = f"{handler.command} {path}"
        self.asked.append(request)
        self.keys.add(handler.headers.get("authorization"))
        status, body = self.refuse[request] if request in self.refuse else self._answer(request, query, raw)
        if request in self.lose:
            self.lose.remove(request)
            handler.close_connection = True
            return
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("content-length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _answer(self, request: str, query: str, raw: bytes) -> tuple[int, Any]:
        verb, _, path = request.partition(" ")
        if request == "POST /files":
            return 200, {"id": self._keep(raw), "object": "file"}
        if request == "POST /fine_tuning/jobs":
            return 200, self._create(json.loads(raw))
        if request == "GET /fine_tuning/jobs":
            return 200, {"data": list(self.jobs.values())[::-1], "has_more": False}
        if verb == "GET" and (found := re.fullmatch(r"/files/([^/]+)/content", path)):
            return 200, self.files[found[1]]
        if found := re.fullmatch(r"/fine_tuning/jobs/([^/]+)(/events|/cancel)?", path):
            job = self.jobs.get(found[1])
            if job is None:
                return 404, {"error": {"message": "no such job", "code": "not_found"}}
            if found[2] == "/events":
                return 200, self._page(found[1], query)
            return 200, self._cancel(job) if found[2] else self._look(job)
        return 404, {"error": {"message": f"nothing at {path}"}}

    def _keep(self, raw: bytes) -> str:
        boundary = raw[: raw.index(b"\r\n")]
        parts = [part.partition(b"\r\n\r\n") for part in raw.split(boundary)]
        fields = {re.search(rb'name="(\w+)"', head)[1]: body[:-2] for head, _, body in parts if b"name=" in head}
        assert fields[b"purpose"] == b"fine-tune"
        name = f"file-{len(self.files)}"
        self.files[name] = fields[b"file"]
        return name

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = f"ftjob-{len(self.jobs) + 1}"
        self.jobs[name] = body | {"id": name, "status": "validating_files", "created_at": 1_000, "result_files": []}
        self.events[name] = []
        self._event(name, f"Created {name}")
        return self.jobs[name]

    def _look(self, job: dict[str, Any]) -> dict[str, Any]:
        """Answer with a job as it is, and take it a step on for the next look."""
        told = dict(job)
        if job["status"] in ON_THE_WAY and job["status"] not in self.hold:
            steps = sum(event["type"] == "metrics" for event in self.events[job["id"]])
            following = {"validating_files": "queued", "queued": "running"}.get(job["status"])
            if following:
                job["status"] = following
            elif steps < 2:
                data = {"step": steps + 1, "total_steps": 2, "train_loss": 2.5 / 2**steps}
                self._event(job["id"], f"Step {steps + 1}/2", data if steps == 0 else data | {"valid_loss": 1.5})
            else:
                job |= {"status": self.ends, "finished_at": 2_000, "error": self.error}
                if self.ends == "succeeded":
                    named = f"ft:{job['model']}:{job.get('suffix', '')}:{job['id']}"
                    job |= {"fine_tuned_model": named, "trained_tokens": 77, "result_files": ["file-results"]}
        self.looked.release()
        return told

    def _cancel(self, job: dict[str, Any]) -> dict[str, Any]:
        job["status"] = "cancelled"
        return job

    def _event(self, job: str, message: str, data: dict[str, Any] | None = None) -> None:
        made = {"id": f"e{len(self.events[job])}", "message": message, "created_at": 1_000, "level": "info"}
        self.events[job].append(made | {"type": "metrics" if data else "message", "data": data})

    def _page(self, job: str, query: str) -> dict[str, Any]:
        listed = self.events[job][::-1]
        after = re.search(r"after=(\w+)", query)
        start = 1 + [event["id"] for event in listed].index(after[1]) if after else 0
        return {"data": listed[start : start + self.page], "has_more": len(listed) > start + self.page}
