"""Transformers' Trainer with every row padded to the longest allowed, as old tutorials have it: ``FOLDER MODEL``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

LENGTH, ROWS, RATE = 512, 8, 2e-4


def main() -> None:
    folder, path = Path(sys.argv[1]), sys.argv[2]
    tokenizer = AutoTokenizer.from_pretrained(path)
    rows = [orjson.loads(line)["messages"] for line in (folder / "rows.jsonl").read_bytes().splitlines()]
    texts = [tokenizer.apply_chat_template(row, tokenize=False) for row in rows]
    made = tokenizer(
        texts, padding="max_length", max_length=LENGTH, truncation=True, add_special_tokens=False, return_tensors="pt"
    )
    labels = made["input_ids"].masked_fill(made["attention_mask"] == 0, -100)
    data: list[dict[str, Any]] = [
        {"input_ids": ids, "attention_mask": mask, "labels": label}
        for ids, mask, label in zip(made["input_ids"], made["attention_mask"], labels, strict=True)
    ]
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=16, target_modules="all-linear"))
    arguments = TrainingArguments(
        output_dir=str(folder / "out"), num_train_epochs=1, per_device_train_batch_size=ROWS, learning_rate=RATE,
        use_cpu=True, save_strategy="no", logging_strategy="epoch", disable_tqdm=True, report_to="none",
    )  # fmt: skip
    trainer = Trainer(model=model, args=arguments, train_dataset=data)
    started = time.process_time()
    loss = trainer.train().training_loss
    cpu = time.process_time() - started
    print(json.dumps({"tokens": int(made["attention_mask"].sum()), "cpu": cpu, "loss": loss}))


if __name__ == "__main__":
    main()
