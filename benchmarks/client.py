"""How many answers a second the client gets, beside a bare asyncio loop with the same package.

``python -m benchmarks.client`` starts a server that answers each request after 50 ms, and asks it with 32 requests in
flight: by our client (cache, log, budget and all), by a bare loop around the package's ``chat.completions.create``, and
by one around its untyped ``post``, which is what our client is built on. The ideal is 32 / 0.05 s = 640 a second; where
the package itself costs too much CPU to reach it, the bare loop is the measure, and ``--latency 0.25`` shows whether
the places in flight are kept filled. The three run in turn; medians, and medians of paired ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring.measure import print_table

FLIGHT = 32
ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "word " * 60}}],
    "usage": {"prompt_tokens": 50, "completion_tokens": 60, "total_tokens": 110},
}
BODY = json.dumps(ANSWER).encode()
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
NAMES = {"ours": "thresher", "create": "bare loop, chat.completions.create", "post": "bare loop, post"}


class Late(asyncio.Protocol):
    """Answers every request on a connection after some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer, some time after a request is whole."""
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        found = self._got.lower().find(b"content-length:")
        if head < 0 or len(self._got) < head + 4 + int(self._got[found + 15 :].split(b"\r\n", 1)[0]):
            return
        self._got = b""
        asyncio.get_running_loop().call_later(self._seconds, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(RESPONSE)


async def serve(seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Late(seconds), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def messages(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"{'hello ' * 40}{number}"}]


def bare(url: str, count: int, *, typed: bool) -> dict[str, float]:
    import httpx2
    from openai import AsyncOpenAI

    async def loop() -> dict[str, float]:
        async with AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:

            async def create(number: int) -> None:
                told: Any = messages(number)
                answer = await client.chat.completions.create(model="m", messages=told, max_tokens=99)
                if not answer.choices[0].message.content:
                    raise ValueError("no answer")

            async def post(number: int) -> None:
                body = {"model": "m", "messages": messages(number), "max_tokens": 99}
                answer = await client.post("/chat/completions", body=body, cast_to=httpx2.Response)
                if not answer.json()["choices"][0]["message"]["content"]:
                    raise ValueError("no answer")

            return await timed(create if typed else post, count)

    return asyncio.run(loop())


async def timed(one: Callable[[int], Awaitable[None]], count: int) -> dict[str, float]:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await one(number)

    await asyncio.gather(*(one(-1 - number) for number in range(FLIGHT)))  # opens the connections
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(FLIGHT)))
    return {"rate": count / (time.perf_counter() - wall), "cpu": (time.process_time() - cpu) / count}


def ours(url: str, count: int) -> dict[str, float]:
    from curate.core.chat.client import Client
    from curate.core.chat.request import chat_request
    from curate.core.chat.settings import ChatSettings, Limits

    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        limits = Limits(concurrency=FLIGHT)
        chat = ChatSettings(model="m", base_url=url, cache="chat.sqlite", max_output_tokens=99, limits=limits)
        with Client(chat, Path(folder), Path(folder) / "requests.jsonl") as client:
            client.ask([chat_request(chat, messages(-1 - number)) for number in range(FLIGHT)])
            wall, cpu = time.perf_counter(), time.process_time()
            replies = client.ask([chat_request(chat, messages(number)) for number in range(count)])
            used = {"rate": count / (time.perf_counter() - wall), "cpu": (time.process_time() - cpu) / count}
        if not all(reply.text for reply in replies):
            raise ValueError("not every request has an answer")
        return used


def child(role: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.client", "--role", role, *arguments], stdout=subprocess.PIPE, text=True
    )


def measured(role: str, url: str, count: int) -> dict[str, float]:
    run = child(role, "--url", url, "--requests", str(count))
    out, _ = run.communicate()
    if run.returncode:
        raise SystemExit(f"the run of {NAMES[role]} ended with {run.returncode}; what it said stands above")
    result: dict[str, float] = json.loads(out)
    return result


def compare(count: int, times: int, latency: float) -> None:
    server = child("serve", "--latency", str(latency))
    try:
        url = f"http://127.0.0.1:{server.stdout.readline().strip() if server.stdout else ''}/v1"
        used: dict[str, list[dict[str, float]]] = {"ours": [], "create": [], "post": []}
        for turn in range(times):
            for role, results in used.items():
                results.append(measured(role, url, count))
                told = f"turn {turn + 1} of {times}: {NAMES[role]}, {results[-1]['rate']:.0f} answers a second"
                print(told, file=sys.stderr, flush=True)  # a busy machine takes minutes until the table
    finally:
        server.kill()
        server.wait()
    ideal = FLIGHT / latency
    rows = []
    for role, results in used.items():
        pairs = zip(used["ours"], results, strict=True)
        ratio = statistics.median(mine["rate"] / theirs["rate"] for mine, theirs in pairs)
        rate = statistics.median(one["rate"] for one in results)
        cpu = statistics.median(one["cpu"] for one in results)
        rows.append([NAMES[role], f"{rate:.0f}", f"{rate / ideal:.0%}", f"{1000 * cpu:.2f}", f"{ratio:.0%}"])
    print_table(("client", "answers a second", f"of {ideal:.0f}", "CPU ms a request", "thresher's rate to its"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("--requests", type=int, default=1500, help="requests a run (1500)")
    parser.add_argument("--times", type=int, default=5, help="runs of each (5)")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds until the server answers (0.05)")
    parser.add_argument("--role", choices=["serve", "ours", "create", "post"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role is None:
        compare(arguments.requests, arguments.times, arguments.latency)
    elif arguments.role == "serve":
        asyncio.run(serve(arguments.latency))
    elif arguments.role == "ours":
        print(json.dumps(ours(arguments.url, arguments.requests)))
    else:
        print(json.dumps(bare(arguments.url, arguments.requests, typed=arguments.role == "create")))


if __name__ == "__main__":
    main()
