"""Guards before the first step: the table of them, and the one loop that asks them."""

from __future__ import annotations

from collections.abc import Sequence

from train.data.rows import Row
from train.examples import Examples
from train.guards.finding import Examined, Facts, Finding, Guard
from train.guards.patience import patience_unused
from train.guards.rows.empty_answer import empty_answer
from train.guards.rows.held_out_rows import changed_since, held_out_rows
from train.guards.rows.no_trained_token import no_trained_token
from train.guards.rows.rehearsal_short import rehearsal_short
from train.guards.rows.too_few_rows import too_few_rows
from train.guards.rows.truncated import truncated
from train.guards.template.differs import no_template, template_differs
from train.guards.template.left_out import left_out
from train.guards.template.opened_otherwise import opened_otherwise
from train.guards.template.refuses import template_refuses
from train.guards.template.rewritten_answer import rewritten_answer
from train.guards.template.tools import tools_left_out
from train.guards.tokens.control_tokens import control_tokens
from train.guards.tokens.doubled_bos import doubled_bos
from train.guards.tokens.missing_end_of_turn import missing_end_of_turn
from train.guards.tokens.never_stops import never_stops
from train.guards.tokens.vocabulary import beyond_vocabulary, vocabulary
from train.guards.usual import usual_rates
from train.masking.encoder import Encoder

GUARDS: tuple[Guard, ...] = (
    too_few_rows,
    template_refuses,
    no_trained_token,
    empty_answer,
    missing_end_of_turn,
    doubled_bos,
    tools_left_out,
    vocabulary,
    held_out_rows,
    truncated,
    rewritten_answer,
    opened_otherwise,
    left_out,
    control_tokens,
    never_stops,
    template_differs,
    no_template,
    changed_since,
    rehearsal_short,
    patience_unused,
    usual_rates,
)
MEASURED: tuple[Guard, ...] = (  # of rows for evaluation
    template_refuses,
    no_trained_token,
    doubled_bos,
    beyond_vocabulary,
    truncated,
)


def examine(
    examples: Examples, rows: Sequence[Row], encoder: Encoder, facts: Facts, guards: Sequence[Guard] = GUARDS
) -> list[Finding]:
    """Return what the guards find, errors first, each guard's in the order of the rows.

    Raises:
        InputError: a file of tests cannot be read.
    """
    examined = Examined(examples, rows, encoder, facts)
    found = [finding for guard in guards for finding in guard(examined)]
    return sorted(found, key=lambda finding: finding.severity != "error")


__all__ = ["GUARDS", "MEASURED", "Examined", "Facts", "Finding", "examine"]
