"""A question and what it became; and why that may be no candidate."""

from __future__ import annotations

from dataclasses import dataclass

from curate.core.chat.reply import FAULTS as REPLY_FAULTS

FAULTS = {
    "unchanged": "The rewording is the text as it was.",
    "same_for_others": "Another question, which has another answer, became the same words.",
    "constraint_lost": "The rewording lost a number, a name, code, a URL, a placeholder or a JSON key.",
    "constraint_added": "The rewording has a number, a URL or a placeholder that the text has not.",
    "too_close": "The rewording means so nearly the same that it adds nothing.",
    "too_far": "The rewording means something else.",
    "judged_other": "The judge says that the answer no longer holds.",
    "unchecked": "A check could not be made, for its request failed; the rewording is not trusted without it.",
    "repeats_prompt": "The reply holds the marks of the prompt: it repeats it, and is no answer.",
    "no_user_turn": "The row has no turn of a user that is plain text.",
}
REPLIES = {kind: sort.sentence for kind, sort in REPLY_FAULTS.items()}  # any of them may come in place of an answer


@dataclass
class Rewording:
    """One turn of a user, what it became, and what was found wrong with that."""

    source: str
    text: str = ""
    answer: str = ""  # to the turn, which must still hold
    word: str | None = None  # of `FAULTS` or `REPLIES`: why it is no candidate
    detail: str = ""

    def fail(self, word: str, detail: str = "") -> None:
        """Note why this is no candidate."""
        self.word, self.detail = word, detail[:200]
