"""What a new row has to pass: all that the rows of the run had to, and that no validation or test row knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from curate.core.run.errors import ThresherError
from tests.augment.made import augment, curated, questions

QUESTION = "Please tell me where the green parcel went after it had left the old harbour on Monday morning"
ANSWER = "It went to the depot in the north and comes to your door on Tuesday before noon as it should"


def chat(id_: str, question: str, answer: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"id": id_, "messages": messages, **more}


def fates(folder: Path, *texts: tuple[str, str], of: str = "q1", **more: Any) -> list[str | None]:
    """Return the reason of each new row, None where it was kept."""
    written = {"use": "written", "rows": [{"of": of, "texts": list(one)} for one in texts]}
    after = augment(folder, [written], limits={"min_added": 0}, **more)
    return after.ledger.filter(origin="synthetic")["reason"].to_list()


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        pytest.param("Another thing entirely, if I may ask you?", "Yes.", None, id="new"),
        pytest.param(QUESTION, ANSWER, "exact_duplicate", id="its parent again"),
        pytest.param(f"{QUESTION.upper()}  ", ANSWER, "exact_duplicate", id="the same but for case and spaces"),
        pytest.param(f"{QUESTION} it was", f"{ANSWER} be", "near_duplicate", id="nearly its parent"),
        pytest.param("Anything else to know?", "", "empty_answer", id="no answer"),
    ],
)
def test_a_new_row_passes_what_the_rows_of_the_run_passed(
    tmp_path: Path, question: str, answer: str, reason: str | None
) -> None:
    curated(tmp_path, [chat("q1", QUESTION, ANSWER), *questions(3)[1:]])

    assert fates(tmp_path, (question, answer)) == [reason]


def test_new_rows_are_held_against_each_other(tmp_path: Path) -> None:
    curated(tmp_path, questions(3))

    assert fates(tmp_path, (QUESTION, ANSWER), (QUESTION, ANSWER), (f"{QUESTION} then", f"{ANSWER} so")) == [
        None,
        "exact_duplicate",
        "near_duplicate",
    ]


def test_the_steps_are_those_of_the_run_with_their_settings(tmp_path: Path) -> None:
    curated(tmp_path, questions(3), steps=[{"use": "length", "min_chars": 5, "max_chars": 60}])

    assert fates(
        tmp_path, (QUESTION, "Yes."), (QUESTION, "Yes it did."), (QUESTION, ANSWER), (QUESTION, "Yes it did.")
    ) == [
        "answer_too_short",
        None,
        "answer_too_long",
        None,
    ]


def test_schema_and_tool_arguments_are_checked_again(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"type": "object", "required": ["place"]}')
    rows = [chat(f"q{n}", f"Where is number {n} of all of them now?", f'{{"place": {n}}}') for n in range(1, 4)]
    curated(tmp_path, rows, check={"answer_schema": "answer.json"})

    assert fates(tmp_path, ("And where is the next?", '{"place": 9}'), ("And the last?", '{"spot": 9}')) == [
        None,
        "answer_schema",
    ]


def test_a_schema_that_is_not_where_it_was_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text("{}")
    curated(tmp_path, [chat("q1", QUESTION, "1")], check={"answer_schema": "answer.json"})
    (tmp_path / "answer.json").rename(tmp_path / "moved.json")

    with pytest.raises(ThresherError, match=r'answer_schema = "\.\.\." in \[input\]'):
        fates(tmp_path, ("And now?", "2"))
    assert fates(tmp_path, ("And now?", "2"), input={"answer_schema": "moved.json"}) == [None]


class TestHeldOut:
    """Validation and test rows, of which a new row may know nothing."""

    def held(self, folder: Path, name: str) -> tuple[str, dict[str, Any]]:
        """Return the id of a training row, and a row of a split."""
        run = curated(folder, questions(30), split={"validation": 3, "test": 3, "similarity": 0.5})
        return run.rows("train")[0]["id"], run.rows(name)[0]

    @pytest.mark.parametrize("name", ["validation", "test"])
    def test_a_new_row_that_is_nearly_one_is_dropped(self, tmp_path: Path, name: str) -> None:
        parent, row = self.held(tmp_path, name)
        question, answer = (turn["content"] for turn in row["messages"])
        steps = [{"use": "written", "rows": [{"of": parent, "texts": [f"{question} Well?", f"Say: {answer}"]}]}]

        after = augment(tmp_path, steps, limits={"min_added": 0})

        (new,) = after.ledger.filter(origin="synthetic").rows(named=True)
        assert (new["step"], new["reason"], new["matched_id"]) == ("held_out", "near_held_out", row["id"])
        assert new["similarity"] >= 0.5

    def test_a_new_row_with_its_prompt_is_dropped_whatever_it_answers(self, tmp_path: Path) -> None:
        parent, row = self.held(tmp_path, "test")
        texts = (row["messages"][0]["content"].upper(), "I would not know, and nobody told me anything about it.")

        assert fates(tmp_path, texts, of=parent) == ["held_out_prompt"]

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            pytest.param("{0}", "held_out_prompt", id="the prompt"),
            pytest.param("{1}", "held_out_prompt", id="in lower case, without its last mark and its commas"),
            pytest.param("Please solve: {0}", "near_held_out_prompt", id="with words before it"),
            pytest.param("{1}, and show how you found it", "near_held_out_prompt", id="with words behind it"),
            pytest.param("{2}", None, id="half of it"),
        ],
    )
    def test_a_question_that_is_held_out_is_known_by_what_only_it_says(
        self, tmp_path: Path, changed: str, reason: str | None
    ) -> None:
        asked = [row["messages"][0]["content"] for row in questions(30)]
        long = [
            f"{one} It left at dawn, {n} geese ahead, and {n * 3} of them came back." for n, one in enumerate(asked)
        ]
        rows = [chat(f"q{n}", one, f"It went to {n}.") for n, one in enumerate(long)]
        run = curated(tmp_path, rows, split={"test": 3, "similarity": 0.6})
        question = run.rows("test")[0]["messages"][0]["content"]
        bare = question.lower().removesuffix(".").replace(",", "")
        told = changed.format(question, bare, question[: len(question) // 2])

        answer = "Nobody here knows of any, and so we shall have to wait until the spring of the other year comes."
        assert fates(tmp_path, (told, answer), of=run.rows("train")[0]["id"]) == [reason]

    def test_no_answer_of_a_new_row_answers_a_prompt_that_is_held_out(self, tmp_path: Path) -> None:
        asked = chat("two", "What does a thatcher do?", "He covers roofs.")["messages"]
        asked += chat("two", "And what does he need most of all?", "Straw.")["messages"]
        rows = [*questions(30), {"id": "two", "messages": asked}]
        run = curated(tmp_path, rows, split={"test": 3})
        assert "two" in {row["id"] for row in run.rows("train")}
        row = run.rows("test")[0]
        said = (f"{row['messages'][0]['content']}?", "He covers roofs.", "And what does he need?", "Straw.")
        other = ("What would a thatcher do?", "He covers roofs.", "And what does he need?", "Straw.")

        after = augment(
            tmp_path, [{"use": "written", "rows": [{"of": "two", "texts": list(one)} for one in (said, other)]}]
        )

        assert after.ledger.filter(origin="synthetic").select("reason", "matched_id", "detail").rows() == [
            ("held_out_prompt", row["id"], "the prompt of answer 1 of 2"),
            (None, None, None),
        ]

    @pytest.mark.parametrize("words", [3, 40], ids=["short", "long"])
    def test_a_template_that_training_rows_share_is_no_question(self, tmp_path: Path, words: int) -> None:
        template = " ".join(f"instruction{n}" for n in range(words))
        texts = [row["messages"][0]["content"] for row in questions(40)]
        rows = [chat(f"q{n}", f"{template}: {text}", f"Number {n} it is, as they say.") for n, text in enumerate(texts)]
        run = curated(tmp_path, rows[:30], split={"test": 3, "similarity": 0.9})
        new = [tuple(turn["content"] for turn in row["messages"]) for row in rows[30:]]

        assert fates(tmp_path, *new, of=run.rows("train")[0]["id"]) == [None] * 10

    @pytest.mark.parametrize(
        ("held", "new", "reason"),
        [
            pytest.param("What is 5 factorial, or 5!?", "what is 5 factorial or 5!", "held_out_prompt", id="marks"),
            pytest.param("How much is 5!?", "How much is 5?", None, id="a mark that is a factorial"),
            pytest.param("How much is 2.5 and 3?", "How much is 25 and 3?", None, id="a point in a number"),
            pytest.param("How much is 2 + 3?", "How much is 2 - 3?", None, id="another operator"),
            pytest.param("What is C++?", "What is C?", None, id="signs that are a name"),
            pytest.param("去北京的车几点开？", "去北京的车几点开", "held_out_prompt", id="marks of other scripts"),
            pytest.param(
                "Where is the old harbour?", "Where is the old harbour of Kiel?", None, id="a short one, longer"
            ),
        ],
    )
    def test_short_prompts_are_equal_but_for_marks(
        self, tmp_path: Path, held: str, new: str, reason: str | None
    ) -> None:
        rows = [chat("q1", "And where might it be now?", "There."), chat("q2", held, "One.")]
        runs = (curated(tmp_path, rows, split={"test": 1}, seed=seed) for seed in range(20))
        next(run for run in runs if run.rows("test")[0]["id"] == "q2")  # the draw follows seed and text

        assert fates(tmp_path, (new, "I do not know that, and nobody told me of it.")) == [reason]

    def test_a_new_row_that_is_near_only_to_a_dropped_one_stays(self, tmp_path: Path) -> None:
        parent, row = self.held(tmp_path, "test")
        question, answer = (turn["content"] for turn in row["messages"])
        words = f"{question} {answer}".split()
        half = " ".join(words[: len(words) // 2])
        far = f"{half} and then there was another story that nobody had ever heard of before in this town"

        assert fates(tmp_path, (f"{question} Well?", f"Say: {answer}"), (far, "So it was, they say."), of=parent) == [
            "near_held_out",
            None,
        ]


def test_lines_afresh_have_the_layout_and_no_other_field_of_the_parent(tmp_path: Path) -> None:
    rows = [{"id": "a1", "prompt": "Where is the old town hall of this city?", "completion": "There.", "topic": "x"}]
    curated(tmp_path, rows)
    steps = [{"use": "afresh", "rows": [{"of": "a1", "texts": [QUESTION, ANSWER]}]}]

    after = augment(tmp_path, steps)

    assert after.rows("train")[1:] == [{"id": "a1~afresh.1", "prompt": QUESTION, "completion": ANSWER}]


def test_a_line_afresh_has_a_verdict_where_its_parent_has_one(tmp_path: Path) -> None:
    rows = [chat("good", QUESTION, ANSWER, label=True), chat("named", QUESTION[3:], ANSWER[3:], label="parcels")]
    curated(tmp_path, rows, steps=[])
    new = [{"of": of, "texts": [f"And {of} parcels?", "There."]} for of in ("good", "named")]

    after = augment(tmp_path, [{"use": "afresh", "rows": new}])

    assert [row.get("label") for row in after.rows("train")[2:]] == [True, None]


def test_limits_name_what_was_passed_and_the_outputs_are_written(tmp_path: Path) -> None:
    curated(tmp_path, [chat("q1", QUESTION, ANSWER)])
    steps = [{"use": "written", "rows": [{"of": "q1", "texts": [QUESTION, ANSWER]}]}]

    after = augment(tmp_path, steps, limits={"max_dropped": 0.5})

    assert after.outcome.broken == [
        "0 new rows were kept; min_added is 1. Most went for exact_duplicate (1). See why: dropped.jsonl, report.html",
        "the gates dropped 1 of 1 new rows (100.0%); max_dropped is 50.0%. See why: dropped.jsonl, report.html",
    ]
    assert after.stats["limits"]["set"] == {"max_dropped": 0.5, "min_added": 1}
