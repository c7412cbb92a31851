"""The page docs/configuration.md: every table and setting of ``curate.toml``, from the models themselves."""

from __future__ import annotations

from inspect import getdoc

from pydantic import BaseModel

from curate.core.command.markdown import prose, table
from curate.core.run.fields import field_rows
from curate.core.run.mistakes import model_in
from curate.curation.config import CurateConfig

_HEAD = """# Configuration

`curate.toml` says what `thresher curate curate.toml --out clean` reads, does and writes. `thresher init` writes one
with every setting in it; `thresher init --schema > curate.schema.json` writes its JSON schema, by which an editor
completes and checks it. Only `[input] files` must be there. `thresher init --markdown` writes this page.

- Paths are relative to the file.
- A setting or a step that does not exist is an error which names the nearest one that does.
- `--set split.test=0.1` changes a setting for one run: `--set` takes a place with dots and a TOML value.
- The manifest of a run holds the whole configuration, defaults included.
"""

_EXAMPLE = """
```toml
seed = 7

[input]
files = ["raw"]

[split]
validation = 0.05
test = 0.05

[limits]
max_unreadable = 0.01
```
"""

_MORE = {
    "input": (
        "An entry of `files` or `protect` is a path, or a table with these settings for files that need them. A file "
        "that a table names before a folder holds it is read as the table says:\n\n"
        '```toml\nfiles = [{ path = "raw/tickets.jsonl", map = { prompt = "question", completion = "reply" } }, '
        '"raw"]\n```'
    ),
    "split": (
        "Rows that share their prompt, a value of `group_by` or a removed twin, or that are alike, stay together, so "
        "that no test row has its like in training. Sizes are therefore approximate; the run shows them."
    ),
    "index": "`thresher curate --write-index` sets `write` for one run; [Increments](incremental.md) says what for.",
    "limits": "`thresher curate --strict` sets `max_unreadable` to 0 for one run.",
    "output": (
        "A row that cannot be converted, such as a preference pair to `messages`, is dropped with the reason "
        "`not_convertible`. Fields that the row's own layout does not know are carried along, those of messages too "
        "(`reasoning_content`); what the new layout has no place for is left out, and the row is warned of "
        "(`fields_not_converted`)."
    ),
}

_FREE = """## [defaults.STEP] and [[steps]]

`[defaults.STEP]` changes settings of one step of the preset; `[defaults.contamination]` adds [that
step](decontamination.md). `[[steps]]`, given, replaces the preset's list: each entry names its step by `use`, and steps
run in the order of the list. [Steps](steps.md) has every step with its settings.

```toml
[defaults.near_duplicates]
threshold = 0.85

[[steps]]
use = "near_duplicates"

[[steps]]
use = "length"
max_chars = 8000
```
"""


def configuration_page() -> str:
    """Return the page."""
    parts = [_HEAD, _EXAMPLE.strip(), "\n## Top level\n", _settings(CurateConfig), "", _FREE.rstrip()]
    for name, field in CurateConfig.model_fields.items():
        model = model_in(field.annotation)
        if model is None:
            continue
        parts += [f"\n## [{name}]\n", prose(getdoc(model) or ""), "", _settings(model)]
        parts += [f"\n{_MORE[name]}"] if name in _MORE else []
        inner = {part: None for field in model.model_fields.values() if (part := model_in(field.annotation))}
        parts += [text for part in inner for text in ("", _settings(part))]  # each once: two fields may share one
    return "\n".join(parts)


def _settings(model: type[BaseModel]) -> str:
    """Return the table of a model's settings; one that is a table of its own has its section instead."""
    rows = [
        [f"`{row.name}`", row.kind, f"`{row.shown}`" if not row.required else row.shown, prose(row.description)]
        for row in field_rows(model)
        if row.kind != "table" or model_in(model.model_fields[row.name].annotation) is None
    ]
    return table(["setting", "kind", "default", "what it says"], rows)
