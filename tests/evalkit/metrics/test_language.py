"""Answers in the expected language; oracle: the people who wrote the texts."""

from __future__ import annotations

import json

import pytest

from curate.core.run.errors import ConfigError
from tests.evalkit.answers import answers, scored, values
from tests.evalkit.spoken import SPOKEN

GERMAN = "Der Laden öffnet um neun, und am Samstag um zehn."
ENGLISH = "The shop opens at nine, and at ten on Saturdays."


def test_short_texts_in_fifteen_languages():
    rows = [(text, other) for texts in SPOKEN.values() for text, other in zip(texts, texts[::-1], strict=True)]

    assert values(answers(*rows), "language") == [1] * 90


@pytest.mark.parametrize(
    ("expected", "said", "row", "found"),
    [
        pytest.param("reference", GERMAN, {"references": [GERMAN]}, 1, id="as the reference"),
        pytest.param("reference", ENGLISH, {"references": [GERMAN]}, 0, id="not as the reference"),
        pytest.param("reference", GERMAN, {}, "no_language", id="no reference"),
        pytest.param("reference", GERMAN, {"references": ["42"]}, "too_short", id="a reference too short to tell"),
        pytest.param("reference", "Nein.", {"references": [GERMAN]}, "too_short", id="an answer too short to tell"),
        pytest.param("prompt", GERMAN, {"prompt": GERMAN}, 1, id="as the prompt"),
        pytest.param(
            "prompt",
            GERMAN,
            {"prompt": json.dumps([{"role": "system", "content": ENGLISH}, {"role": "user", "content": GERMAN}])},
            1,
            id="as the user, not as the system prompt",
        ),
        pytest.param("slice:lang", GERMAN, {"slices": '{"lang":"de-AT"}'}, 1, id="a field; its region does not matter"),
        pytest.param("slice:lang", GERMAN, {"slices": '{"lang":"en"}'}, 0, id="another than the field says"),
        pytest.param("slice:lang", GERMAN, {}, "no_language", id="no such field"),
        pytest.param("DE", GERMAN, {}, 1, id="one code for all"),
        pytest.param("de", f"```\n{ENGLISH}\n```\n{GERMAN}", {}, 1, id="fenced code is not judged"),
        pytest.param("zh", "商店九点开门。", {}, 1, id="six letters of Chinese are enough"),
        pytest.param("de", " ", {}, "empty_prediction", id="an empty answer"),
        pytest.param("de", "1 + 1 = 2, 17 * 3 = 51", {}, "too_short", id="numbers are in no language"),
    ],
)
def test_one_answer(expected, said, row, found):
    columns = {name: [value] for name, value in row.items() if name != "references"}

    one = scored(answers((said, row.get("references")), **columns), "language", expected=expected)

    told = one.scores[0]
    assert (told.reasons or told.value) == ({found: 1} if isinstance(found, str) else found)


def test_the_signature_names_the_library_and_what_is_expected():
    one = scored(answers((GERMAN, None)), "language", expected="de")

    assert one.signatures[0].startswith("language|expected:de|min:15|first:1000|lib:py3langid-")


def test_what_came_in_the_place_of_what(thresher, jsonl, tmp_path):
    path = jsonl([{"id": 1, "prediction": ENGLISH, "reference": GERMAN}, {"id": 2, "prediction": GERMAN, "lang": "de"}])

    told = thresher("score", path, "--metrics", "language", "--json").json["metrics"]["language"]

    assert told["details"] == {"languages": [{"wanted": "de", "said": "en", "n": 1}]}
    assert (told["n"], told["reasons"]) == (1, {"no_language": 1})


def test_an_expectation_that_is_none_is_told():
    with pytest.raises(ConfigError, match="takes reference, prompt, slice:FIELD, or a code"):
        scored(answers((GERMAN, None)), "language", expected="german please")
