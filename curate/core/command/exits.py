"""What every command ends with: an exit code that means one thing."""

from __future__ import annotations

DONE = 0  # done, or the answer is yes
NO = 1  # the answer is no: faults found, a limit passed, a gate failed
CANNOT = 2  # cannot run: usage, configuration, unreadable input
INCONCLUSIVE = 3
BUG = 70
INTERRUPTED = 130
