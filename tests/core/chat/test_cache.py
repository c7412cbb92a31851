"""What was answered once is not asked again: not in this run, the next, or another process."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curate.core.chat.client import Client
from curate.core.chat.layers.store import Store
from curate.core.chat.request import chat_request, embedding_request
from curate.core.run.errors import InputError, OutputError
from tests.core.chat.conftest import ask, prompts, settings
from tests.core.chat.server import Asked

ROOT = Path(__file__).resolve().parents[3]
RUN = """
import json, sys
from pathlib import Path
from curate.core.chat.client import Client
from curate.core.chat.request import chat_request
from curate.core.chat.settings import ChatSettings

chat = ChatSettings.model_validate({"model": "m", "base_url": sys.argv[1], "cache": "chat.sqlite"})
asked = [chat_request(chat, [{"role": "user", "content": f"question {i}"}]) for i in range(60)]
with Client(chat, Path(sys.argv[2])) as client:
    print(json.dumps([reply.text for reply in client.ask(asked)]))
"""


def start(url: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, url, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_finished_run_repeated_asks_nothing_and_gets_the_same(serve, tmp_path):
    server = serve()
    chat = settings(server.url)
    requests = [*prompts(chat, 20), *prompts(chat, 5, logprobs=2, seed=3), embedding_request(chat, ["a", "bcd"])]
    first = ask(chat, requests, tmp_path)

    second = ask(chat, requests, tmp_path)

    assert second == first
    assert len(server.asked) == 26
    assert [one.cached for one in second] == [True] * 26


def test_equal_requests_at_the_same_time_are_sent_once(serve, tmp_path):
    server = serve(lambda _: "later")
    chat = settings(server.url)

    got = ask(chat, prompts(chat, 1) * 30, tmp_path)

    assert [one.text for one in got] == ["re: question 0"] * 30
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"model": "m2"}, id="model"),
        pytest.param({"temperature": 0.5}, id="temperature"),
        pytest.param({"seed": 8}, id="seed"),
        pytest.param({"max_output_tokens": 9}, id="answer length"),
        pytest.param({"extra": {"top_k": 3}}, id="a field of the endpoint's own"),
        pytest.param({"revision": "b"}, id="what stands behind the name"),
    ],
)
def test_what_moves_an_answer_asks_anew(serve, tmp_path, other):
    server = serve()
    first, second = settings(server.url), settings(server.url, **other)
    ask(first, prompts(first, 1), tmp_path)

    ask(second, prompts(second, 1), tmp_path)

    assert len(server.asked) == 2


def test_another_endpoint_is_another_backend(serve, tmp_path):
    for server in (serve(), serve()):
        chat = settings(server.url)
        ask(chat, prompts(chat, 1), tmp_path)
        assert len(server.asked) == 1


def test_the_order_of_a_schemas_properties_reaches_the_model_and_the_key(serve, tmp_path):
    server = serve(answers=lambda _: {"choices": [{"message": {"content": "{}"}}]})
    chat = settings(server.url)
    for names in ("ab", "ba"):
        schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
        ask(chat, [chat_request(chat, [{"content": "q", "role": "user"}], schema=schema)], tmp_path)

    sent = [one.body["response_format"]["json_schema"]["schema"]["properties"] for one in server.asked]
    assert [list(properties) for properties in sent] == [["a", "b"], ["b", "a"]]


def test_what_failed_on_the_way_is_asked_again_by_the_next_run(serve, tmp_path):
    server = serve(lambda asked: "503" if asked.attempt <= 3 else "answer")
    chat = settings(server.url)

    assert ask(chat, prompts(chat, 1), tmp_path)[0].fault.kind == "server_error"
    assert ask(chat, prompts(chat, 1), tmp_path)[0].text == "re: question 0"


def test_a_run_killed_in_the_middle_goes_on_without_asking_twice(serve, tmp_path):
    """Every slot hangs in its next request when the kill comes: all that was answered before has been kept."""
    dead: list[bool] = []
    server = serve(lambda asked: "answer" if dead or int(asked.prompt.split()[1]) < 30 else "hang")
    child = start(server.url, tmp_path)
    for _ in range(8):
        assert server.held.acquire(timeout=60), child.stderr.read()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    dead.append(True)
    assert sum(server.answered.values()) == 30

    second = start(server.url, tmp_path)
    out, err = second.communicate()

    assert (second.returncode, err) == (0, "")
    assert json.loads(out) == [f"re: question {i}" for i in range(60)]
    assert server.answered == {f"question {i}": 1 for i in range(60)}
    assert len(server.asked) == 60 + 8  # the eight that nobody had answered


def test_several_processes_share_one_file(serve, tmp_path):
    server = serve(lambda _: "later")
    children = [start(server.url, tmp_path) for _ in range(3)]

    outs = {child.communicate() for child in children}

    assert outs == {(json.dumps([f"re: question {i}" for i in range(60)]) + "\n", "")}
    with Store(tmp_path / "chat.sqlite") as store:
        assert [line.replies for line in store.stats()] == [60]


def test_of_two_replies_the_one_kept_first_stands(serve, tmp_path):
    """As if another process had been faster: both go on with the same bytes."""
    said = iter(["slow", "fast"])
    server = serve(answers=lambda _: {"choices": [{"message": {"content": next(said)}}]})
    chat = settings(server.url)
    first, second = tmp_path / "a", tmp_path / "b"
    (slow,) = ask(chat, prompts(chat, 1), first)
    (fast,) = ask(chat, prompts(chat, 1), second)
    key = prompts(chat, 1)[0].key

    with Store(first / "chat.sqlite") as one, Store(second / "chat.sqlite") as other:
        assert not one.put(key, other.get(key), model="m", fault="", tokens=(0, 0))

    assert (slow.text, fast.text) == ("slow", "fast")
    assert ask(chat, prompts(chat, 1), first)[0].text == "slow"


def test_what_cannot_be_kept_is_not_bought(serve, tmp_path):
    """From the sixth request on the file takes nothing more, as if the disk were full."""

    def script(asked: Asked) -> str:
        if asked.prompt == "question 5":
            database = sqlite3.connect(tmp_path / "chat.sqlite", isolation_level=None)
            database.execute("CREATE TRIGGER full BEFORE INSERT ON reply BEGIN SELECT RAISE(ABORT, 'disk full'); END")
            database.close()
        return "answer"

    server = serve(script)
    chat = settings(server.url, limits={"concurrency": 2})
    with pytest.raises(OutputError, match="cannot be used: disk full"):
        ask(chat, prompts(chat, 100), tmp_path)

    assert len(server.asked) <= 8


def test_an_interrupt_keeps_what_was_answered(serve, tmp_path):
    server = serve(lambda asked: "answer" if int(asked.prompt.split()[1]) < 30 else "hang")
    child = start(server.url, tmp_path)
    for _ in range(8):
        assert server.held.acquire(timeout=60), child.stderr.read()
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()

    assert err.splitlines()[-1] == "KeyboardInterrupt"
    with Store(tmp_path / "chat.sqlite") as store:
        assert [line.replies for line in store.stats()] == [30]


def test_the_file_is_the_users_own_and_holds_no_prompt(serve, tmp_path):
    chat = settings(serve(answers=lambda _: {"choices": [{"message": {"content": "fine"}}]}).url)
    ask(chat, [chat_request(chat, [{"role": "user", "content": "the secret plan"}])], tmp_path)

    file = tmp_path / "chat.sqlite"
    assert file.stat().st_mode & 0o077 == 0
    assert b"secret plan" not in file.read_bytes()


def foreign(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE theirs (a)")
    database.commit()
    database.close()


@pytest.mark.parametrize(
    ("made", "error", "told"),
    [
        pytest.param(foreign, InputError, "is another program's database", id="another's database"),
        pytest.param(lambda path: path.write_text("x" * 5000), OutputError, "not a database", id="no database"),
        pytest.param(Path.mkdir, OutputError, "cannot be used", id="a folder"),
    ],
)
def test_a_file_that_is_not_ours_is_left_alone(tmp_path, made, error, told):
    made(tmp_path / "chat.sqlite")
    chat = settings("http://127.0.0.1:9/v1")

    with pytest.raises(error, match=told), Client(chat, tmp_path):
        pass


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path):
    """Some saw tables that another was making and took them for another program's; some found it locked."""

    def opened(number: int) -> bool:
        together.wait()
        with Store(tmp_path / str(number // 6)) as store:
            return store.put(b"%d" % number, b"{}", model="m", fault="", tokens=(1, 1))

    together = threading.Barrier(6)
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(opened, range(6 * 40)))
