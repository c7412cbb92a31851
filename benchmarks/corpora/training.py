"""The rows, and a Llama of random weights with its tokenizer, that training is measured on: ``FOLDER ROWS``."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

WORDS = "the of a to in is on by it or be at as an we us if my do no he up so am me go hi oh ox ad".split()
VOCABULARY = 8192  # as wide a head, beside its layers, as small models have
TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(1)
    chats = [_chat(draw) for _ in range(count)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(chat) + "\n" for chat in chats))
    _model(folder / "model")


def _chat(draw: random.Random) -> dict[str, object]:
    """Return a chat of about 70 tokens, half of them below 52, one in twenty above 200."""
    words = min(460, max(8, round(draw.lognormvariate(3.95, 0.8))))
    asked = max(2, round(words * draw.uniform(0.3, 0.7)))
    turns = (("user", asked), ("assistant", words - asked))
    return {"messages": [{"role": role, "content": " ".join(draw.choices(WORDS, k=size))} for role, size in turns]}


def _model(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<s>", "</s>", "<unk>", "<|user|>", "<|assistant|>", "<|end|>"]
    words = {token: at for at, token in enumerate([*special, *WORDS])}
    made = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>", extra_special_tokens=special[3:]
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=256, intermediate_size=688, num_hidden_layers=4, num_attention_heads=8,
        num_key_value_heads=4, max_position_embeddings=1024, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)


if __name__ == "__main__":
    main()
