"""What a run may use, asked before each attempt is sent: what is in flight counts with its worst case.

It stands inside of the retries, so that an attempt that repeats another is counted as well: outside of them it would
have to set aside the worst case of all attempts, or let more be sent than the budget allows.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from curate.core.chat.reply import Chat, Reply, Usage
from curate.core.chat.request import Request
from curate.core.chat.settings import Budget, Prices
from curate.core.run.errors import ThresherError


class BudgetError(ThresherError):
    """The budget does not allow another request. What was bought is kept. Exit 2."""


@dataclass
class Spent:
    """What a run has used."""

    requests: int = 0  # attempts sent
    prompt: int = 0  # tokens, as the endpoint tells them
    completion: int = 0
    unsure: int = 0  # attempts that may have been billed, though no whole answer came
    unsure_prompt: int = 0  # their tokens, at the worst
    unsure_completion: int = 0

    @property
    def tokens(self) -> int:
        """Return all tokens, those that may have been used included."""
        return self.prompt + self.completion + self.unsure_prompt + self.unsure_completion


class Purse:
    """A `Chat` that sends nothing past the budget, and keeps the account."""

    def __init__(self, inner: Chat, budget: Budget, prices: Prices | None) -> None:
        self.spent = Spent()
        self._inner = inner
        self._budget = budget
        self._prices = prices
        self._flying = Usage(0, 0)
        self._settled = asyncio.Event()
        self._reached: str | None = None  # stays: a smaller request that would still fit is not slipped in

    async def reply(self, request: Request) -> Reply:
        """Return the reply.

        Raises:
            BudgetError: the request might pass the budget.
        """
        worst = Usage(request.max_prompt, request.max_output)
        await self._reserve(worst)
        try:
            reply = await self._inner.reply(request)
            self._settle(reply, worst)
        except ThresherError:
            self.spent.requests -= 1  # nothing was sent
            raise
        finally:
            self._flying = Usage(self._flying.prompt - worst.prompt, self._flying.completion - worst.completion)
            settled, self._settled = self._settled, asyncio.Event()
            settled.set()
        return reply

    async def _reserve(self, worst: Usage) -> None:
        """Set the worst case aside; wait for requests in flight where they may turn out to use less than theirs."""
        while self._reached is not None or self._passed(worst, self._flying) is not None:
            self._reached = self._reached or self._passed(worst, Usage(0, 0))
            if self._reached is not None:
                raise self._error(self._reached)
            await self._settled.wait()
        self._flying = Usage(self._flying.prompt + worst.prompt, self._flying.completion + worst.completion)
        self.spent.requests += 1

    def _settle(self, reply: Reply, worst: Usage) -> None:
        if reply.failure is not None:
            if reply.failure.sort.maybe_billed:
                self.spent.unsure += 1
                self.spent.unsure_prompt += worst.prompt
                self.spent.unsure_completion += worst.completion
            return
        used = reply.usage or worst  # an endpoint that tells no usage has used the worst case
        self.spent.prompt += used.prompt
        self.spent.completion += used.completion

    def _passed(self, worst: Usage, flying: Usage) -> str | None:
        """Return the limit that another request might pass."""
        budget, spent = self._budget, self.spent
        if budget.max_requests is not None and spent.requests + 1 > budget.max_requests:
            return f"max_requests = {budget.max_requests:,}"
        prompt = spent.prompt + spent.unsure_prompt + flying.prompt + worst.prompt
        completion = spent.completion + spent.unsure_completion + flying.completion + worst.completion
        if budget.max_tokens is not None and prompt + completion > budget.max_tokens:
            return f"max_tokens = {budget.max_tokens:,}"
        if budget.max_cost is not None and self._prices and self._prices.cost(prompt, completion) > budget.max_cost:
            return f"max_cost = {budget.max_cost:g} {self._prices.currency}"
        return None

    def account(self) -> str:
        """Return in words what was sent and used so far; what is in flight is not in it."""
        spent = self.spent
        used = f"sent {spent.requests:,} requests; used {spent.tokens:,} tokens"
        if self._prices:
            cost = self._prices.cost(spent.prompt + spent.unsure_prompt, spent.completion + spent.unsure_completion)
            used += f", {cost:.4f} {self._prices.currency} at prices of {self._prices.date}"
        return used

    def _error(self, limit: str) -> BudgetError:
        return BudgetError(
            f"the budget is reached: another request might pass {limit}",
            self.account(),
            hint="raise it in [chat.budget] and run again; what was answered is in the cache and is not paid twice",
        )
