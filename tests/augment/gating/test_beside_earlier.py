"""New rows beside earlier runs: what ``[input] against`` and ``[split] previous`` kept is held against them, too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from curate.core.run.errors import ThresherError
from tests.augment.made import augment, questions
from tests.curated import Curated, curate_rows

SPLIT = {"validation": 4, "test": 4}
AGAINST = {"input": {"files": ["rows.jsonl"], "against": ["mon/out"]}}
PREVIOUS = {"split": {"previous": "mon/out"}}


def nights(folder: Path, beside: dict[str, Any] = AGAINST, **index: Any) -> tuple[Curated, Curated]:
    """Return Monday's run, and Tuesday's beside it, which lies in ``folder / "out"``."""
    rows = questions(60)
    (folder / "mon").mkdir()
    monday = curate_rows(folder / "mon", rows[:30], split=SPLIT, index=index)
    return monday, curate_rows(folder, rows[30:], **beside)


def fates(folder: Path, tuesday: Curated, *rows: dict[str, Any], **more: Any) -> list[tuple[str | None, str | None]]:
    """Return the reason and the match of new rows that say what other rows say."""
    of = tuesday.rows("train")[0]["id"]
    written = [{"of": of, "texts": [turn["content"] for turn in row["messages"]]} for row in rows]
    after = augment(folder, [{"use": "written", "rows": written}], limits={"min_added": 0}, **more)
    return after.ledger.filter(origin="synthetic").select("reason", "matched_id").rows()


@pytest.mark.parametrize(
    "index", [{"write": True}, {"write": True, "kind": "exact"}, {}], ids=["compact index", "exact index", "no index"]
)
def test_rows_that_an_earlier_run_kept_are_none_to_add(tmp_path: Path, index: dict[str, Any]) -> None:
    monday, tuesday = nights(tmp_path, **index)
    taken = [monday.rows(name)[0] for name in ("train", "validation", "test")]

    assert fates(tmp_path, tuesday, *taken) == [("duplicate_of_earlier", row["id"]) for row in taken]


@pytest.mark.parametrize("beside", [AGAINST, PREVIOUS], ids=["against", "previous"])
@pytest.mark.parametrize("name", ["validation", "test"])
def test_what_an_earlier_run_holds_out_is_held_out(tmp_path: Path, beside: dict[str, Any], name: str) -> None:
    monday, tuesday = nights(tmp_path, beside, write=True)
    held, (question, _) = monday.rows(name)[0], monday.rows("train")[0]["messages"]
    other = {"messages": [held["messages"][0], {"content": "Nobody here knows, and so nobody says a word of it."}]}
    free = {"messages": [question, {"content": "Nobody here knows, and so nobody says a word of it either."}]}

    assert fates(tmp_path, tuesday, other, free) == [("held_out_prompt", held["id"]), (None, None)]


def test_a_dropped_row_names_the_earlier_run_and_the_manifest_what_was_held_against(tmp_path: Path) -> None:
    monday, tuesday = nights(tmp_path, PREVIOUS, write=True)
    held = monday.rows("test")[0]
    held["messages"][1]["content"] += " Or so."
    fates(tmp_path, tuesday, held)

    (dropped,) = (tmp_path / "more" / "dropped.jsonl").read_bytes().splitlines()
    place = {"id": held["id"], "source": "rows.jsonl", "line": int(held["id"][1:]), "run": "../mon/out"}
    assert json.loads(dropped)["matched"] == place
    manifest = json.loads((tmp_path / "more" / "manifest.json").read_bytes())
    assert manifest["previous"] == tuesday.manifest["previous"]


def test_an_augmented_run_is_augmented_beside_the_same_earlier_runs(tmp_path: Path) -> None:
    monday, tuesday = nights(tmp_path, AGAINST, write=True)
    fates(tmp_path, tuesday, questions(61)[-1])
    row = monday.rows("test")[0]

    assert fates(tmp_path, tuesday, row, run="more", to="most")[1:] == [("duplicate_of_earlier", row["id"])]


class TestWhereTheyAre:
    """The paths of the run's configuration start from a folder that no manifest names."""

    def test_they_are_found_from_above_the_run_wherever_the_configuration_is(self, tmp_path: Path) -> None:
        monday, tuesday = nights(tmp_path, write=True)
        (tmp_path / "new").mkdir()
        row = monday.rows("test")[0]

        assert fates(tmp_path / "new", tuesday, row, run="../out") == [("duplicate_of_earlier", row["id"])]

    def test_a_run_that_is_not_there_is_asked_for_and_found_from_the_base(self, tmp_path: Path) -> None:
        monday, tuesday = nights(tmp_path)
        row = monday.rows("test")[0]
        (tmp_path / "moved").mkdir()
        shutil.move(tmp_path / "mon", tmp_path / "moved" / "mon")

        with pytest.raises(ThresherError, match="was held against mon/out, which is not found") as error:
            fates(tmp_path, tuesday, row)
        assert 'base = "..." in [input]' in str(error.value.hint)
        found = fates(tmp_path, tuesday, row, input={"base": "moved"})
        assert found == [("duplicate_of_earlier", row["id"])]

    def test_a_run_that_was_run_again_is_not_the_one(self, tmp_path: Path) -> None:
        _, tuesday = nights(tmp_path, write=True)
        curate_rows(tmp_path / "mon", questions(30), split=SPLIT | {"test": 5}, index={"write": True})

        with pytest.raises(ThresherError, match="sha256 is"):
            fates(tmp_path, tuesday, questions(61)[-1])

    def test_files_of_an_earlier_run_that_are_gone_are_named(self, tmp_path: Path) -> None:
        monday, tuesday = nights(tmp_path, write=True, kind="exact")
        (monday.out / "test.jsonl").unlink()

        with pytest.raises(ThresherError, match=r"test\.jsonl is not there, and its 4 rows are held out"):
            fates(tmp_path, tuesday, questions(61)[-1])


class TestOtherFiles:
    """Evaluation sets and protected files: found as earlier runs are, and with the contents that they had."""

    ITEM = "Which of the seven old bridges over the river was closed on the first Monday of last winter?"

    def run(self, folder: Path) -> Curated:
        (folder / "sets").mkdir()
        (folder / "sets" / "eval.jsonl").write_text(json.dumps({"question": self.ITEM, "answer": "The third."}) + "\n")
        (folder / "sets" / "held.jsonl").write_text(json.dumps(questions(61)[-1]) + "\n")
        return curate_rows(
            folder,
            questions(20),
            input={"files": ["rows.jsonl"], "protect": ["sets/held.jsonl"]},
            defaults={"contamination": {"sets": ["sets/eval.jsonl"]}},
        )

    def new(self, folder: Path, of: Curated, **more: Any) -> list[str | None]:
        asked = {"messages": [{"content": self.ITEM}, {"content": "It was the third, as far as I know."}]}
        return [reason for reason, _ in fates(folder, of, asked, questions(61)[-1], **more)]

    def test_they_are_found_from_above_the_run_wherever_the_configuration_is(self, tmp_path: Path) -> None:
        run = self.run(tmp_path)
        (tmp_path / "new").mkdir()

        assert self.new(tmp_path / "new", run, run="../out") == ["contaminated", "leak_exact"]

    def test_other_files_of_their_names_are_passed_over(self, tmp_path: Path) -> None:
        run = self.run(tmp_path)
        (tmp_path / "new" / "sets").mkdir(parents=True)
        for name in ("eval", "held"):
            (tmp_path / "new" / "sets" / f"{name}.jsonl").write_text('{"question": "Another?", "answer": "Yes."}\n')

        assert self.new(tmp_path / "new", run, run="../out") == ["contaminated", "leak_exact"]

    @pytest.mark.parametrize("name", ["eval", "held"])
    def test_one_that_was_changed_since_is_refused(self, tmp_path: Path, name: str) -> None:
        run = self.run(tmp_path)
        file = tmp_path / "sets" / f"{name}.jsonl"
        file.write_bytes(file.read_bytes().replace(b"o", b"0"))

        with pytest.raises(ThresherError, match=rf"{name}\.jsonl is not what it was held against: its sha256") as error:
            self.new(tmp_path, run)
        assert "put it back, or say what folder" in str(error.value.hint)
