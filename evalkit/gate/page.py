"""The page ``docs/gate-configuration.md``: every setting of gate.toml and of the file of waivers."""

from __future__ import annotations

from curate.core.command.markdown import settings_table
from curate.core.run.fields import field_rows
from evalkit.gate.config import GateConfig, Limit, Planned
from evalkit.gate.rules.waivers import Waiver

_HEAD = """# gate.toml

The rules that `thresher gate` holds a model against. `thresher gate --schema` prints the JSON schema of this file; it
ships as `evalkit/gate/gate.schema.json`; an editor takes it with `#:schema PATH` on the first line. What the verdicts
mean, and how to choose a margin: [statistics.md](statistics.md).

```toml
#:schema gate.schema.json
alpha = 0.05
on_inconclusive = "inconclusive"
waivers = "waivers.toml"

[[limits]]
metric = "exact_match:gsm8k_flexible"
max_drop = 0.02

[[limits]]
metric = "exact_match:gsm8k_flexible"
max_drop = 0.05
slice = "language"          # a rule for each language
baseline = "prod"           # --baseline prod=runs/prod

[[limits]]
metric = "length"
max_ratio = 1.25

[[limits]]
metric = "json_valid"
min_value = 0.98
```

`thresher gate --markdown` writes this page.
"""
_WAIVERS = """## The file of waivers

```toml
[[waivers]]
rule = "exact_match:gsm8k_flexible max_drop"
reason = "12 of 14 flips are wrong references"
who = "mara"
until = 2027-01-31
```
"""


def configuration_page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title, model in (("Top level", GateConfig), ("[[limits]]", Limit), ("[plan]", Planned)):
        parts += [f"## {title}\n", settings_table(field_rows(model)), ""]
    return "\n".join([*parts, _WAIVERS, settings_table(field_rows(Waiver))])
