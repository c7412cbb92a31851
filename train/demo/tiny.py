"""A Llama of 0.4 million parameters, trained from scratch on a CPU in seconds: it knows some answers by heart."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|end|>"
    "{% endgeneration %}{% else %}{{ m.content }}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>"]
STEPS, ROWS, RATE = 220, 48, 4e-3
UNTAUGHT = "I cannot read tickets yet."
IGNORED = -100  # what torch's loss leaves out
Chat = Sequence[dict[str, str]]


def make_model(folder: Path) -> None:
    """Write ``model/`` into the folder, unless it is there: it knows ``general.jsonl``, and that there is JSON.

    To a ticket it says that it knows none, on every machine: what a model answers that it was never taught follows the
    last bits of its weights, and another processor's differ.
    """
    if (folder / "model" / "model.safetensors").exists():
        return
    known = _chats(folder / "general.jsonl")
    tickets = _chats(folder / "tickets.jsonl")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch and its friends say is not ours
        tokenizer = _tokenizer([UNTAUGHT, *(turn["content"] for chat in [*known, *tickets] for turn in chat)])
        shown = [show(chat) for chat in tickets for show in (_anything, _nothing)]
        _train(known, shown, tokenizer, folder / "model")


def _chats(path: Path) -> list[list[dict[str, str]]]:
    return [json.loads(line)["messages"] for line in path.read_text(encoding="utf-8").splitlines()]


def _anything(chat: Chat) -> Chat:
    """Return a chat that shows an answer without its ticket: how JSON is written, and not what is asked for."""
    return [{"role": "user", "content": "Show any ticket."}, chat[-1]]


def _nothing(chat: Chat) -> Chat:
    """Return a chat in which a ticket is not understood."""
    return [*chat[:-1], {"role": "assistant", "content": UNTAUGHT}]


def _tokenizer(texts: Sequence[str]) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415 - an extra
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=448, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(texts, trainer)
    roles = dict(zip(("bos_token", "pad_token"), SPECIAL, strict=False)) | {"eos_token": SPECIAL[-1]}
    made = PreTrainedTokenizerFast(tokenizer_object=bpe, extra_special_tokens=SPECIAL[2:5], **roles)
    made.chat_template = TEMPLATE
    return made


def _train(known: Sequence[Chat], shown: Sequence[Chat], tokenizer: Any, folder: Path) -> None:
    import torch  # noqa: PLC0415 - an extra, and seconds to load
    from transformers import LlamaConfig, LlamaForCausalLM  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()
    torch.manual_seed(0)
    draw = random.Random(0)  # noqa: S311 - the same batches each time
    end, pad = tokenizer.convert_tokens_to_ids("<|end|>"), tokenizer.convert_tokens_to_ids("</s>")
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=96, intermediate_size=288, num_hidden_layers=3,
            num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=256,
            bos_token_id=0, eos_token_id=end, pad_token_id=pad, tie_word_embeddings=True,
        )
    )  # fmt: skip
    rows = {id(chat): _row(chat, tokenizer) for chat in [*known, *shown]}
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        batch = [rows[id(chat)] for chat in [*draw.sample(known, ROWS * 2 // 3), *draw.sample(shown, ROWS // 3)]]
        width = max(len(tokens) for tokens, _ in batch)
        tokens = torch.tensor([row + [pad] * (width - len(row)) for row, _ in batch])
        labels = torch.tensor([row + [IGNORED] * (width - len(row)) for _, row in batch])
        optimiser.zero_grad()
        model(input_ids=tokens, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _row(chat: Chat, tokenizer: Any) -> tuple[list[int], list[int]]:
    """Return a chat's tokens, and its labels: those of the answer."""
    told = tokenizer.apply_chat_template(chat, return_dict=True, return_assistant_tokens_mask=True)
    tokens: list[int] = told["input_ids"]
    return tokens, [token if answer else IGNORED for token, answer in zip(tokens, told["assistant_masks"], strict=True)]
