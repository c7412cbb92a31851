"""The page ``docs/train-configuration.md``: every setting of train.toml."""

from __future__ import annotations

from curate.core.command.markdown import settings_table
from curate.core.run.fields import field_rows
from train.config import (
    AdapterTable,
    DataTable,
    EvaluationTable,
    ModelTable,
    QuantisationTable,
    RehearsalTable,
    TrainConfig,
    TrainingTable,
)

_HEAD = """# train.toml

What `thresher train` is asked. Paths are relative to the file; an unknown setting is an error.
`thresher train --schema` prints the JSON schema of this file, which ships as `train/train.schema.json`; an editor takes
it with `#:schema PATH` on the first line. How to choose, and what comes out: [training.md](training.md). With a table
`[hosted]` an endpoint trains, and other tables stand beside it: [hosted.md](hosted.md).

```toml
#:schema train.schema.json
seed = 7

[model]
path = "models/base"

[data]
run = "clean"                    # the folder of a curation run
max_tokens = 1024

[data.rehearsal]                 # general rows, against forgetting
file = "general.jsonl"
share = 0.1

[adapter]
rank = 16
alpha = 32
name = "tickets"
version = "1.0.0"

[quantisation]                   # the table present: QLoRA
type = "nf4"

[training]
learning_rate = 2e-4
epochs = 3
batch_tokens = 4096

[evaluation]
patience = 3
suites = ["arithmetic", "instructions"]
stop_on_regression = 0.05
```

`thresher train --markdown` writes this page.
"""


def configuration_page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title, model in (
        ("Top level", TrainConfig),
        ("[model]", ModelTable),
        ("[data]", DataTable),
        ("[data.rehearsal]", RehearsalTable),
        ("[adapter]", AdapterTable),
        ("[quantisation]", QuantisationTable),
        ("[training]", TrainingTable),
        ("[evaluation]", EvaluationTable),
    ):
        parts += [f"## {title}\n", settings_table(field_rows(model)), ""]
    return "\n".join(parts).rstrip("\n") + "\n"
