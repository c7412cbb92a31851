"""The page ``docs/eval-configuration.md``: every setting of eval.toml."""

from __future__ import annotations

from curate.core.command.markdown import settings_table
from curate.core.run.fields import field_rows
from evalkit.eval.config import GateTable, PredictTable, ReportTable, ScoreTable, SuitesTable

_HEAD = """# eval.toml

`thresher eval eval.toml --out DIR` runs predict, score, compare, gate and report one after the other, and ends with the
gate's exit code; where that is 0, or there is no `[gate]`, it is 1 if not one item was answered.
DIR is new, empty, or of an earlier evaluation. Paths are relative to the file, those among settings of metrics too.
`thresher eval --schema` prints the JSON schema, which ships as `evalkit/eval/eval.schema.json`.

```toml
[predict]
data = "test.jsonl"
model = "replay:answers.jsonl"      # or openai:NAME, local:PATH+ADAPTER

[score]
metrics = ["exact_match:squad", "token_f1", "bleu"]

[score.settings.bleu]
tokenize = "zh"

[gate]
limits = "gate.toml"
baseline = "baseline.jsonl"         # or { prod = "runs/prod", base = "runs/base" }

[report]
output = "report.html"
```

`[suites]` (`names = ["arithmetic", "lists"]`, `n = 500`) makes the items in place of `data`, into `DIR/items.jsonl`.

`DIR` then holds `run/` (predictions and scores), `gate/` (verdict.json, junit.xml, summary.md), `compare.md`, and the
[page](reports.md) of all of it if there is a `[report]`. An evaluation that fails leaves none of these of an older one
but `run/`. Without `[predict]`, `predictions` in `[score]` names a file
of answers. `--json` prints the verdict as one JSON object (the scores, without a `[gate]`) and no other text;
`--no-text` leaves texts of the data out of what is shown, of the scores and of the page, as `no_text` in `[report]`.

`thresher eval --markdown` writes this page.
"""


def configuration_page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title, model in (
        ("suites", SuitesTable),
        ("predict", PredictTable),
        ("score", ScoreTable),
        ("gate", GateTable),
        ("report", ReportTable),
    ):
        parts += [f"## [{title}]\n", settings_table(field_rows(model)), ""]
    return "\n".join(parts).rstrip("\n") + "\n"
