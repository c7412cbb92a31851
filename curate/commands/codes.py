"""``thresher codes``: every code with its slug, severity, sentence and hint, by family."""

from __future__ import annotations

import click

from curate.check.codes import CODES, FAMILIES, Code
from curate.check.findings import SCHEMA_VERSION
from curate.check.formats.as_json import encoded, lines
from curate.check.profiles import PROFILES
from curate.core.command.exits import DONE
from curate.core.command.markdown import prose
from curate.core.command.terminal import emit, styled
from curate.core.run.errors import ConfigError

_HEAD = """# Codes

What `thresher check` finds, and what `thresher curate` names as the reason where it drops a row for it. A code is never
given to another fault. An error makes `thresher check` exit 1; a profile raises some warnings to errors.

`thresher codes --markdown` writes this page.
"""


@click.command("codes")
@click.option("--json", "wants_json", is_flag=True, help="Print one JSON object.")
@click.option("--markdown", is_flag=True, help="Print the page docs/codes.md.")
def command(*, wants_json: bool, markdown: bool) -> int:
    """List the codes of faults, with their hints."""
    if wants_json and markdown:
        raise ConfigError("--json and --markdown exclude each other", hint="leave one of them out")
    emit(_json() if wants_json else _markdown() if markdown else _text())
    return DONE


def _raised_by(code: Code) -> list[str]:
    """Return the profiles under which a warning is an error."""
    return [name for name, profile in PROFILES.items() if code.severity == "warning" and code.slug in profile.errors]


def _families() -> list[tuple[str, list[Code]]]:
    return [
        (f"{family}xx: {title}", [code for code in CODES.values() if code.code.startswith(family)])
        for family, title in FAMILIES.items()
    ]


def _severity(code: Code) -> str:
    raised = _raised_by(code)
    return f"{code.severity} (error with profile {', '.join(raised)})" if raised else code.severity


def _text() -> str:
    out: list[str] = []
    for title, codes in _families():
        out += [styled(title, "bold"), ""]
        for code in codes:
            out += [f"{code.code} {code.slug}, {_severity(code)}: {code.sentence}", f"  hint: {code.hint}"]
        out.append("")
    return "\n".join(out[:-1])


def _markdown() -> str:
    out = [_HEAD]
    for title, codes in _families():
        out += [f"## {title}\n", "| code | slug | severity | what it says | what to do |", "|---|---|---|---|---|"]
        out += [
            f"| {code.code} | `{code.slug}` | {_severity(code)} | {prose(code.sentence)} | {prose(code.hint)} |"
            for code in codes
        ]
        out.append("")
    return "\n".join(out[:-1])


def _json() -> str:
    values = (
        {**code._asdict(), "family": FAMILIES[code.code[:3]], "raised_by": _raised_by(code)} for code in CODES.values()
    )
    return f'{{"codes": {"".join(lines(values))},\n"schema_version": {encoded(SCHEMA_VERSION)}}}\n'
