"""An end of turn that is trained, but at which the served model does not stop: it goes on after every answer."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def never_stops(examined: Examined) -> Iterator[Finding]:
    """Yield a warning where the model's configuration does not name the token that ends trained answers."""
    encoder, stops = examined.encoder, examined.facts.stops
    ends = encoder.written_end
    if stops is None or ends is None or ends in stops:
        return
    trained, served = encoder.tokenizer.convert_ids_to_tokens([ends, min(stops)])
    message = f"answers are trained to end in {trained}, but the served model stops at {served}"
    hint = "put the end of turn into eos_token_id of generation_config.json, or name it as a stop where it is served"
    yield Finding("end_of_turn_not_served", "warning", message, hint)
