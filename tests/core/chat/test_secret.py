"""The key in what an endpoint says back: in no reply, no error and no file."""

from __future__ import annotations

import json

import pytest

from curate.core.chat.secret import Secret
from tests.core.chat.conftest import ask, prompts, settings
from tests.core.chat.server import reply

KEY = "sk-abc/def+0123456789"


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        pytest.param(KEY, f"so {KEY}.", "so ***.", id="as it is"),
        pytest.param(KEY, KEY.replace("/", "\\/"), "***", id="a stroke that JSON may escape"),
        pytest.param(KEY, KEY.replace("/", "\\\\\\/"), "***", id="JSON in JSON"),
        pytest.param(KEY, KEY.replace("/", "\\u002F"), "***", id="by its number"),
        pytest.param(KEY, KEY.upper(), KEY.upper(), id="another"),
        pytest.param("ollama", "ollama is a llama", "ollama is a llama", id="a short key may be a word"),
        pytest.param("ollama", "Authorization: Bearer ollama", "Authorization: Bearer ***", id="but not there"),
        pytest.param("", "text", "text", id="no key"),
    ],
)
def test_a_key_is_masked_in_answers_however_it_is_spelt(key, text, told):
    secret = Secret(key)

    assert secret.out_of_reply({"said": [text, 1.5, None]}) == {"said": [told, 1.5, None]}
    assert secret.out_of_reply({text: 1}) == {told: 1}


@pytest.mark.parametrize("key", [KEY, "short/1"], ids=["long", "short"])
@pytest.mark.parametrize("before", range(180, 205, 4))
def test_no_part_of_a_key_is_in_an_error_wherever_it_is_cut(serve, tmp_path, monkeypatch, key, before):
    monkeypatch.setenv("MY_KEY", key)
    body = f"raw {'x' * before} {key}"
    for script in (lambda _: f"400 |{body}", lambda _: body):
        chat = settings(serve(script).url, api_key_env="MY_KEY", cache=f"{before}.sqlite", limits={"attempts": 1})
        (got,) = ask(chat, prompts(chat, 1), tmp_path)

        assert got.fault is not None
        assert key[:4] not in got.fault.detail


def test_a_key_that_a_server_escapes_is_in_no_file(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", KEY)
    said = json.dumps(reply({"content": f"you sent {KEY}"})).replace("/", "\\/")
    chat = settings(serve(lambda _: f"raw {said}").url, api_key_env="MY_KEY", log_text=True)

    (got,) = ask(chat, prompts(chat, 1), tmp_path)

    assert got.text == "you sent ***"
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(spelt in files for spelt in (KEY.encode(), b"0123456789"))


def test_a_run_of_backslashes_costs_no_more_than_its_length():
    """By its square this would take ten minutes: a degenerate reply stopped every other request for seconds."""
    secret, many = Secret(KEY), "\\" * 200_000

    assert secret.out_of_reply({"text": many}) == {"text": many}
    assert secret.out_of(f"{many} {KEY}") == f"{many} ***"
