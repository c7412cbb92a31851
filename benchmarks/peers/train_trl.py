"""TRL's SFTTrainer: ``FOLDER MODEL [packing] [plain]``; with its defaults, packed, or with nothing recomputed."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

LENGTH, ROWS, RATE = 512, 8, 2e-4


def main() -> None:
    folder, path, told = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    tokenizer = AutoTokenizer.from_pretrained(path)
    rows = [orjson.loads(line) for line in (folder / "rows.jsonl").read_bytes().splitlines()]
    texts = [tokenizer.apply_chat_template(row["messages"], tokenize=False) for row in rows]
    tokens = sum(min(LENGTH, len(ids)) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"])
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    more: dict[str, Any] = {"gradient_checkpointing": False} if "plain" in told else {}
    if "packing" in told:
        more |= {"packing": True, "per_device_train_batch_size": 1}
    arguments = SFTConfig(
        **{"output_dir": str(folder / "out"), "num_train_epochs": 1, "per_device_train_batch_size": ROWS,
           "learning_rate": RATE, "max_length": LENGTH, "use_cpu": True, "bf16": False, "save_strategy": "no",
           "logging_strategy": "epoch", "disable_tqdm": True, "report_to": "none"} | more
    )  # fmt: skip
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=16, target_modules="all-linear"),
    )
    started = time.process_time()
    loss = trainer.train().training_loss
    cpu = time.process_time() - started
    print(json.dumps({"tokens": tokens, "cpu": cpu, "loss": loss}))


if __name__ == "__main__":
    main()
