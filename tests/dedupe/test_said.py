"""What a question says: marks between words are none of it, and marks that are signs are."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.steps.normalise import Normalise


def question(text: str) -> str:
    return str(Normalise().questions(pl.Series([text])).item())


@pytest.mark.parametrize(
    "texts",
    [
        ["What is 7-5?", "What is 7.5?", "What is 7,5?", "What is 7:5?", "What is 7 5?", "What is 75?"],
        ["12 - 4 = ?", "12 : 4 = ?", "12 4 = ?"],
        ["What is 2-3-4?", "What is 2-3.4?", "What is 2.3.4?", "What is 2,3,4?"],
        ["Is a - b positive?", "Is a b positive?"],
        ["Is a-b positive?", "Is a b positive?"],
        ["Is total - 5 positive?", "Is total 5 positive?"],
        ["Is f(x) - g(x) odd?", "Is f(x) g(x) odd?"],
        ["Plot (2,-3).", "Plot (2,3)."],
        ["Is -x even?", "Is x even?"],
        ["What is .5 + 1?", "What is 5 + 1?", "What is -.5 + 1?"],
        ["5! = ?", "5 = ?"],
        ["What does a != b mean?", "What does a = b mean?"],
        ["What does !ready mean?", "What does ready mean?"],
        ["x -= 1", "x = 1"],
        ["What is a -> b?", "What is a > b?"],
        ["What does x <- 5 do?", "What does x < 5 do?"],
        ["What does i-- do?", "What does --i do?", "What does i do?"],
        ["What is f'(x)?", "What is f(x)?"],
        ["Solve y''' + y = 0.", "Solve y'' + y = 0.", "Solve y' + y = 0.", "Solve y + y = 0."],
        ["٧-٥ = ؟", "٧.٥ = ؟", "٧,٥ = ؟", "٧:٥ = ؟", "٧ ٥ = ؟", "٧٫٥ = ؟"],
        ["How long is 5'?", 'How long is 5"?', "How long is 5?"],
        ["What is the time at 12:30?", "What is the time at 12.30?"],
    ],
)
def test_marks_that_are_signs_tell_questions_apart(texts):
    assert len({question(text) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["Paris - the capital", "Paris, the capital", "Paris – the capital", "Paris: the capital.", "paris the capital!"],
        ["a well-known fact", "a well known fact", "A well‐known fact."],
        ["covid-19", "Covid 19"],
        ["Yes!", "yes", "Yes?!", "'Yes.'"],
        ["Born in 1990!", "born in 1990"],
        ["Use mp3!", "use mp3."],
        ["the letter 'a'", 'the letter "a"', "the letter “a”", "the letter a"],
        ["It is 5.", "it is 5", "It is 5?", "It is '5'", "It is “5”."],
        ["In 2024, she left", "In 2024 she left", "In 2024: she left"],
        ["Don't!", "don’t", "Don't..."],
        ["That's - so to say - it", "That’s, so to say, it"],
        ["so -- it is", "so it is", "so — it is"],
        ["wait--what", "wait, what", "wait—what"],
        ["What is 7−5", "What is 7-5?", "What is 7–5?"],
        ["Is a − b odd?", "Is a - b odd", "Is a – b odd?"],
        ["- one\n- two", "one, two", "one\ntwo"],
        ["Is it 5' 7\" long?", "Is it 5’ 7” long?", "Is it 5′ 7″ long?"],
    ],
)  # fmt: skip
def test_punctuation_does_not(texts):
    assert len({question(text) for text in texts}) == 1


_QUOTE, _DASH = "\"'`\u00b4\u2018-\u201f\u00ab\u00bb", "\u2010-\u2015-"
_MARK = f".,;:!?\u00a1\u00bf\u2026{_QUOTE}\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f{_DASH}"
_LEFT = rf"(?:(?<=[\d)\]}}])|(?<=(?<![\w{_QUOTE}])[A-Za-z])|(?<=\d[A-Za-z]))"
_ALONE = rf"(?<![\w{_QUOTE}])(?P<own>\d{{1,3}}|[A-Za-z])"
_SLOW = (
    (rf"(?<![\w)\]}}{_DASH}])-(?=[^\s)\]}}{_MARK}]|\.\d)", "\u2212"),
    (r"(?<![\w-])--(?=\w)|(?<=\w)--(?![\w-])", "\u2212\u2212"),
    (r"-(?=[=<>])|(?<=[=<>])-", "\u2212"),
    (rf"{_LEFT}[{_DASH}](?=[\d(\\$]|[A-Za-z](?![0-9A-Za-z_]))", "\u2212"),
    (rf"{_LEFT}(\s)[{_DASH}]\s", "\\1\u2212 "),
    (rf"(?<=\s)[{_DASH}](?=\s[\d$\\])", "\u2212"),
    (r"(?<![\w.])\.(?=\d)|(?<=\d)\.(?=\d)", "\u2024"),
    (r"(?<=\d),(?=\d)", "\ufe50"),
    (r"(?<=\d)(\s?):(?=\s?\d)", "\\1\u2236"),
    (r":(?==)", "\u2236"),
    (rf"{_ALONE}!", "\\g<own>\ufe57"),
    (r"(?<=[)\]}])!|!(?=[\w=(])", "\ufe57"),
    (rf"{_ALONE}(?:''|\u2019\u2019|[\"\u201d])(?![A-Za-z])", "\\g<own>\u2033"),
    (rf"{_ALONE}(?P<two>\u2033?)['\u2019](?![A-Za-z])", "\\g<own>\\g<two>\u2032"),
)


def _slowly(text: str) -> str:
    if not re.search(f"[{_MARK}]", text):
        return text
    for pattern, sign in _SLOW * 2:
        text = re.sub(pattern, sign, text)
    return re.sub(rf"[\s{_MARK}]+", " ", text).strip()


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.text(alphabet=" .,;:!-\u2212\u2013\u201c\u2019\u2026'\"()=>57٥०abxé日", max_size=25))
def test_signs_are_those_that_lookarounds_find(text):
    """Oracle: the same marks by Python's ``re``, which looks beside a mark without taking what stands there."""
    comparable = " ".join(text.split())

    assert question(comparable) == _slowly(comparable)
