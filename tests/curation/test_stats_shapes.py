"""What stats tell of texts before and after: tokens, languages, clusters with their texts, prompts with several answers."""

from __future__ import annotations

import json

import pytest

from curate.curation.run import Options
from tests.conftest import chat
from tests.curated import curate_rows

LONG = "a tall ship sailed past the harbour wall while nine gulls watched the fishermen mend their nets at dawn"
AT_ODDS = [{"use": "contradictions"}]


def test_tokens_are_estimated_by_characters(tmp_path):
    run = curate_rows(tmp_path, [chat("12345678", "日本語!"), chat("Say nothing.", "")])
    sides = run.stats["histograms"]

    assert sides["tokens_by"].startswith("estimate: a fourth of the ASCII characters")
    assert sides["after"]["tokens_in_all"] == (2 + 4) + (3 + 1 + 4)
    assert sides["before"]["tokens_in_all"] == 14 + (3 + 4) + 4
    assert sum(sides["before"]["tokens"]) == 2
    assert sum(sides["after"]["tokens"]) == 1


def test_a_tokenizer_counts_them_where_one_is_given(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.save(str(tmp_path / "words.json"))

    run = curate_rows(tmp_path, [chat("one two three", "four five")], output={"tokenizer": "words.json"})

    assert run.stats["histograms"]["after"]["tokens_in_all"] == 5 + 2 * 4
    assert run.stats["histograms"]["tokens_by"].startswith("tokenizer: words.json sha256 ")


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        pytest.param("The cat is on the mat, and the dog is in the garden.", "English", id="English"),
        pytest.param("Der Hund ist nicht im Haus, und die Katze schläft auf dem Dach.", "German", id="German"),
        pytest.param("Le chat est dans la maison et il dort sur le lit.", "French", id="French"),
        pytest.param("El gato está en la casa y no duerme con los perros.", "Spanish", id="Spanish"),
        pytest.param("O gato está na casa, mas não dorme com os cães.", "Portuguese", id="Portuguese"),
        pytest.param("これは日本語で書かれた少し長いテキストです。ありがとうございます。", "Japanese", id="Japanese"),
        pytest.param(
            "这是一个用中文写的句子,它比三十个字符还要长一些,因为我们需要更多的文字。", "Chinese", id="Chinese"
        ),
        pytest.param("Кошка сидит на крыше и смотрит на улицу.", "Cyrillic script", id="Cyrillic"),
        pytest.param("xkq zzvw 8271 qqpl mnbv rtyx wpok", "not told", id="no language"),
    ],
)
def test_languages_are_told_by_script_and_small_words(tmp_path, answer, language):
    run = curate_rows(tmp_path, [chat("?", answer)], steps=[{"use": "empty"}])

    assert run.stats["histograms"]["after"]["languages"] == {language: 1}


def test_a_short_answer_leaves_the_word_to_its_prompt(tmp_path):
    run = curate_rows(
        tmp_path, [{"text": "Warum ist meine Karte nicht da, und wie lange dauert das?", "label": "card"}]
    )

    assert run.stats["histograms"]["before"]["languages"] == {"German": 1}


def test_of_a_long_source_some_rows_tell_their_language(tmp_path):
    rows = [chat(f"What is {n}?", f"The number {n} is the one that you have asked for.") for n in range(2_100)]

    languages = curate_rows(tmp_path, rows, steps=[{"use": "empty"}]).stats["histograms"]["before"]["languages"]

    assert languages == {"English": 1_000 + (2_100 // 64 - 1_000 // 64)}


def test_a_cluster_shows_what_its_first_rows_say(tmp_path):
    run = curate_rows(tmp_path, [chat("Tell a story.", LONG)] * 5, steps=[{"use": "exact_duplicates"}])
    [cluster] = run.stats["clusters"]["largest"]

    assert cluster["size"] == 5
    assert [row["line"] for row in cluster["rows"]] == [1, 2, 3, 4, 5]
    assert [LONG in row.get("text", "") for row in cluster["rows"]] == [True, True, True, False, False]


def rows_at_odds() -> list[object]:
    asked = "How long does a refund take to arrive on my card?"
    return [
        chat(asked, "It takes 14 days."),
        chat("Which bird is white?", "An egret is."),
        chat(asked, "It takes 30 days."),
        chat(asked, "It takes 14 days."),
    ]


def test_a_contradiction_is_told_as_a_group(tmp_path):
    told = curate_rows(tmp_path, rows_at_odds(), steps=AT_ODDS).stats["contradictions"]
    [group] = told["told"]

    assert (told["groups"], told["rows"], group["size"]) == (1, 3, 3)
    assert [(row["line"], row["answer"], row["decision"]) for row in group["rows"]] == [
        (1, "It takes 14 days.", "kept"),
        (3, "It takes 30 days.", "kept"),
        (4, "It takes 14 days.", "kept"),
    ]
    assert {row["word"] for row in group["rows"]} == {"contradiction"}
    assert "30 days" in group["rows"][1]["detail"]


def test_without_texts_groups_and_clusters_are_places_alone(tmp_path):
    rows = [*rows_at_odds(), *[chat("Tell a story.", LONG)] * 2]
    steps = [*AT_ODDS, {"use": "exact_duplicates"}]
    told = curate_rows(tmp_path, rows, steps, Options(quiet=True, texts=False)).stats

    assert told["contradictions"]["told"][0]["size"] == 3
    assert told["clusters"]["largest"]
    written = json.dumps([told["contradictions"], told["clusters"]])
    assert "14 days" not in written
    assert "refund" not in written
    assert "gulls" not in written


def test_long_texts_are_cut(tmp_path):
    rows = [chat("Tell a story.", LONG * 100)] * 2
    told = curate_rows(tmp_path, rows, steps=[{"use": "exact_duplicates"}]).stats

    assert all(len(row["text"]) <= 301 for row in told["clusters"]["largest"][0]["rows"])
