"""What a template does to a message it cannot take is a refusal of that message, whatever Python calls it."""

from __future__ import annotations

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evalkit.answers.local.calls import REFUSALS, rendered

TURNS = [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{{ messages | length // (messages | length - 1) }}", id="a division by 0"),
        pytest.param("{{ range(10 ** 9) | list }}", id="a range beyond the sandbox"),
        pytest.param("{{ messages[0].content | dictsort }}", id="a filter on what is no object"),
        pytest.param("{% macro say(x) %}{{ say(x) }}{% endmacro %}{{ say(messages) }}", id="a macro that calls itself"),
        pytest.param("{{ messages[0].content + 1 }}", id="text and a number"),
        pytest.param("{{ messages[0].content.role.name }}", id="a field of nothing"),
    ],
)
def test_a_template_that_fails_refuses_the_message(template):
    def make(turns):
        return ImmutableSandboxedEnvironment().from_string(template).render(messages=turns)

    with pytest.raises(REFUSALS):
        rendered(make, TURNS)
