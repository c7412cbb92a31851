"""``[chat]``: mistakes are told, and a key is in the environment or nowhere."""

from __future__ import annotations

import logging
import re
import tomllib
from pathlib import Path

import pytest

from curate.core.chat.client import Client
from curate.core.chat.layers.breaker import ChatError
from curate.core.chat.reply import FAULTS
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ConfigError
from curate.core.run.fields import field_rows
from curate.core.run.settings import read_toml, validate
from tests.core.chat.conftest import ask, prompts, settings
from tests.core.chat.server import Asked, reply

KEY = "sk-a1b2c3d4e5f6g7h8"
TABLE = """
[chat]
model = "small"
base_url = "https://models.example.com/v1/"
api_key_env = "EXAMPLE_KEY"
temperature = 0.7
cache = "replies.sqlite"
extra = { top_k = 20 }

[chat.limits]
concurrency = 32
requests_per_minute = 500

[chat.budget]
max_cost = 2.5

[chat.prices]
input = 0.15
output = 0.6
date = 2026-08-01
"""


def test_settings_from_a_file(tmp_path):
    (tmp_path / "augment.toml").write_text(TABLE)

    chat = validate(ChatSettings, read_toml(tmp_path / "augment.toml")["chat"], "augment.toml")

    assert chat.base_url == "https://models.example.com/v1"
    assert chat.limit_field == "max_tokens"
    assert chat.cache_path(tmp_path) == tmp_path / "replies.sqlite"
    assert chat.prices.cost(1_000_000, 500_000) == pytest.approx(0.45)
    assert ChatSettings.model_validate(chat.model_dump(mode="json")) == chat


def test_the_page_shows_settings_that_are_and_names_every_fault():
    page = (Path(__file__).parents[3] / "docs" / "chat.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)

    assert validate(ChatSettings, tomllib.loads(example)["chat"], "the page").budget.max_cost == 5.0
    assert [kind for kind in FAULTS if f"`{kind}`" not in page] == []


def test_every_setting_says_what_it_is():
    assert [row.name for row in field_rows(ChatSettings) if not row.description] == ["limits", "budget"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        pytest.param({"modle": "m"}, "modle: no such setting; did you mean 'model'?", id="a misspelt name"),
        pytest.param({"limits": {"concurency": 1}}, "did you mean 'concurrency'?", id="a misspelt limit"),
        pytest.param({"base_url": "models.example.com"}, "starts with http:// or https://", id="no address"),
        pytest.param({"extra": {"stream": True}}, "stream cannot stand here: the client sets it", id="a field of ours"),
        pytest.param(
            {"prices": {"input": 1, "output": 2}}, "prices.date: Field required", id="prices without their date"
        ),
        pytest.param({"api_key": KEY}, "api_key: no such setting; did you mean 'api_key_env'?", id="a key"),
        pytest.param({"api_key_env": KEY}, "no name of an environment variable", id="a key in place of its variable"),
        pytest.param({"base_url": f"https://me:{KEY}@h/v1"}, "more than an address", id="a key in the address"),
        pytest.param({"base_url": f"https://h/v1?key={KEY}"}, "more than an address", id="a key in the query"),
    ],
)
def test_a_mistake_is_told_and_never_shows_a_key(table, told):
    with pytest.raises(ConfigError) as stopped:
        validate(ChatSettings, {"model": "m", **table}, "augment.toml")

    assert told in str(stopped.value)
    assert KEY not in str(stopped.value)


def test_openais_own_key_goes_to_openai_alone(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    server = serve()
    chat = settings(server.url)
    ask(chat, prompts(chat, 1), tmp_path)

    sent = server.asked[0].headers
    assert "authorization" not in sent
    assert not [value for value in sent.values() if value in (KEY, "org-mine", "proj-mine")]
    assert settings("https://api.openai.com/v1").key() == KEY


def test_the_key_is_sent_where_its_variable_is_named(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    server = serve()
    chat = settings(server.url, api_key_env="MY_KEY")
    ask(chat, prompts(chat, 1), tmp_path)

    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_key_that_no_header_can_hold_is_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", f"{KEY}\n{KEY}")

    with pytest.raises(ConfigError, match="MY_KEY holds characters") as stopped:
        settings("http://127.0.0.1:9/v1", api_key_env="MY_KEY").key()

    assert KEY not in str(stopped.value)


@pytest.mark.parametrize("failure", ["answer", "401", "400", "500", "raw", "307"])
def test_a_server_that_says_the_key_back_does_not_get_it_written(serve, tmp_path, monkeypatch, capfd, caplog, failure):
    """Everything that a run leaves behind is searched: files, output, logs, errors with their chain, values."""
    monkeypatch.setenv("MY_KEY", KEY)
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="openai")

    def script(asked: Asked) -> str:
        said = asked.headers["authorization"]
        return {
            "answer": "answer",
            "raw": f"raw <html>{said}</html>",
            "307": f"307 Location: /{KEY}",
        }.get(failure, f"{failure} |you sent {said}")

    server = serve(script, answers=lambda asked: reply({"content": f"you sent {asked.headers['authorization']}"}))
    chat = settings(server.url, api_key_env="MY_KEY", log_text=True, limits={"breaker": 2})
    left: list[object] = []
    with Client(chat, tmp_path, tmp_path / "requests.jsonl") as client:
        try:
            left += client.ask(prompts(chat, 3))
        except ChatError as error:
            left += [error, error.__cause__, error.__context__]
        left += [client, vars(client), client.summary.text()]

    written = b"".join(path.read_bytes() for path in Path(tmp_path).rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert KEY not in "".join(capfd.readouterr()) + caplog.text + repr(left)
