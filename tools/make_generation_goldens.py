#!/usr/bin/env python3
"""Makes Tests/Fixtures/generation.jsonl: what transformers' `generate` goes on with, without chance.

Each line: the model (a directory of vocabs/, or of the trained models beside the package), a prompt, its ids, the
repetition penalty, and the ids that follow. The end-of-text token is ruled out, so that every text has its full length.

    tools/make_generation_goldens.py [MODELS]
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = pathlib.Path(__file__).parent.parent
MODELS = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared/models"
PROMPTS = ["In the beginning", "And Moses said unto the people, ", "The LORD is my", "Behold"]
LIMIT = 40


def main() -> None:
    with open(ROOT / "Tests/Fixtures/generation.jsonl", "w") as out:
        for folder in (ROOT / "vocabs/example-base", ROOT / "vocabs/example-donor", MODELS / "kjv-a"):
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
            tokenizer = AutoTokenizer.from_pretrained(folder)
            end = model.generation_config.eos_token_id
            ends = end if isinstance(end, list) else [end]
            for prompt in PROMPTS:
                ids = [model.config.bos_token_id] + tokenizer(prompt, add_special_tokens=False).input_ids
                for penalty in (1.0, 1.3):
                    made = model.generate(
                        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), do_sample=False,
                        max_new_tokens=LIMIT, repetition_penalty=penalty, suppress_tokens=ends, pad_token_id=ends[0])
                    line = {"model": folder.name, "prompt": prompt, "ids": ids, "penalty": penalty,
                            "ends": ends, "next": made[0, len(ids):].tolist()}
                    out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
