"""Do the turns follow each other as chat templates and trainers expect? Findings of the family TH3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from curate.core.read.fault import Fault
from curate.core.read.layouts import Message
from curate.core.read.layouts.layout import INSTRUCTING


def check_roles(roles: Sequence[str]) -> Iterator[Fault]:
    """Yield what is doubtful in the order of the roles of a conversation."""
    if "developer" in roles:
        yield Fault("developer_role", "a turn has the role developer")
    if "assistant" not in roles:
        yield Fault("no_assistant", f"the turns are {', '.join(dict.fromkeys(roles))}")
    elif roles[-1] != "assistant":
        yield Fault("last_not_assistant", f"the last turn is {roles[-1]}")
    if any(role == "system" for role in roles[1:]):
        yield Fault("system_not_first", "a system turn stands in the middle")
    spoken = [role for role in roles if role not in INSTRUCTING]
    if spoken[:1] == ["assistant"] and len(roles) > 1:
        yield Fault("assistant_first", "the first turn is the assistant's")
    for before, after in pairwise(spoken):
        if before == after and after in ("user", "assistant"):
            yield Fault("roles_repeat", f"two turns of the {after} follow each other")
            break


def check_weights(turns: Sequence[Message]) -> Iterator[Fault]:
    """Yield a finding where every assistant turn has weight 0."""
    weights = [turn.weight for turn in turns if turn.role == "assistant"]
    if weights and not any(weight is None or weight == 1 for weight in weights):
        told = "the only assistant turn has" if len(weights) == 1 else f"all {len(weights)} assistant turns have"
        yield Fault("nothing_trained", f"{told} weight 0")
