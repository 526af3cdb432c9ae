"""Makes the tiny language models in Tests/Fixtures/language-models and what transformers says of them.

Each directory has a random model of one architecture in one configuration, small but with every part that the
architecture has, and `goldens.json`: for a few sequences of ids the negative log-likelihood of each token but the first
(nats, float32 on a CPU), the final hidden state of the last token, and their mean.

    python eval_goldens.py ../Tests/Fixtures/language-models
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import AutoModelForCausalLM

VOCABULARY = 48
# Ascending: transformers' dynamic rotation remembers the longest text that it has seen.
LENGTHS = (1, 2, 17, 40)
COMMON = {"vocab_size": VOCABULARY, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": None}
DECODER = {
    **COMMON, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 64,
}
LONG = {"rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.5,
        "short_factor": [1.0, 1.3], "long_factor": [1.5, 4.0]}


def rope(kind: str, **values) -> dict:
    return {"rope_parameters": {"rope_type": kind, "rope_theta": 100.0, **values}}


# name: (class, configuration, element type of the file)
CASES = {
    "llama-grouped": ("Llama", DECODER, torch.float32),
    "llama-tied-biases": ("Llama", {**DECODER, "tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True,
                                    "head_dim": 6}, torch.bfloat16),
    "llama-linear": ("Llama", {**DECODER, **rope("linear", factor=3.0)}, torch.bfloat16),
    "llama-dynamic": ("Llama", {**DECODER, **rope("dynamic", factor=2.0), "max_position_embeddings": 16},
                      torch.bfloat16),
    "llama-3": ("Llama", {**DECODER, "num_attention_heads": 2, "num_key_value_heads": 1,
                          **rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                 original_max_position_embeddings=32)}, torch.bfloat16),
    "llama-yarn": ("Llama", {**DECODER, "num_attention_heads": 2, "num_key_value_heads": 1,
                             **rope("yarn", factor=4.0, original_max_position_embeddings=16)}, torch.bfloat16),
    "llama-yarn-scaled": ("Llama", {**DECODER, "num_attention_heads": 2, "num_key_value_heads": 1,
                                    **rope("yarn", factor=4.0, original_max_position_embeddings=64, beta_fast=8.0,
                                           beta_slow=2.0, mscale=1.0, mscale_all_dim=0.5, truncate=False)},
                          torch.float16),
    "mistral-window": ("Mistral", {**DECODER, "sliding_window": 7}, torch.bfloat16),
    "qwen2-upper-window": ("Qwen2", {**DECODER, "use_sliding_window": True, "sliding_window": 5,
                                     "max_window_layers": 1}, torch.bfloat16),
    "qwen3": ("Qwen3", {**DECODER, "head_dim": 8, "attention_bias": True, "tie_word_embeddings": True},
              torch.bfloat16),
    "gemma": ("Gemma", {**DECODER, "head_dim": 8, "num_key_value_heads": 1}, torch.bfloat16),
    "gemma2": ("Gemma2", {**DECODER, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 5,
                          "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0}, torch.bfloat16),
    "gemma3": ("Gemma3", {**DECODER, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 5,
                          "layer_types": ["sliding_attention", "full_attention"],
                          "final_logit_softcapping": 3.0,
                          "rope_parameters": {
                              "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1000.0},
                              "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}}, torch.bfloat16),
    "phi": ("Phi", {**DECODER, "partial_rotary_factor": 0.5}, torch.bfloat16),
    "phi3-window": ("Phi3", {**DECODER, "sliding_window": 9}, torch.bfloat16),
    "phi3-long": ("Phi3", {**DECODER, "num_attention_heads": 2, "rope_parameters": LONG,
                           "original_max_position_embeddings": 20}, torch.bfloat16),
    "gpt2": ("GPT2", {**COMMON, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64}, torch.float32),
    "gpt2-untied": ("GPT2", {**COMMON, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64, "n_inner": 40,
                             "tie_word_embeddings": False, "scale_attn_by_inverse_layer_idx": True}, torch.float16),
    "gpt-neox": ("GPTNeoX", {**DECODER, **rope("default", partial_rotary_factor=0.5)}, torch.bfloat16),
    "gpt-neox-sequential": ("GPTNeoX", {**DECODER, "num_attention_heads": 2, "use_parallel_residual": False,
                                        "attention_bias": False, "hidden_act": "gelu_new"}, torch.bfloat16),
}


def randomize(model: torch.nn.Module) -> None:
    """Weights large enough for every part to matter, and no two alike."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            parameter.data.normal_(0.0 if "bias" in name or "Gemma" in type(model).__name__ else 1.0, 0.3)
        elif "embed" in name or "wte" in name or "wpe" in name:
            scale = 0.25 if "Gemma" in type(model).__name__ else 1.0
            parameter.data.normal_(0.0, scale)
        else:
            parameter.data.normal_(0.0, 0.35)


@torch.no_grad()
def goldens(model: torch.nn.Module, generator: torch.Generator) -> dict:
    sequences = []
    total = torch.zeros(model.config.hidden_size)
    for length in LENGTHS:
        ids = torch.randint(0, VOCABULARY, (1, length), generator=generator)
        result = model(input_ids=ids, use_cache=False, output_hidden_states=True)
        nats = functional.cross_entropy(result.logits[0, :-1], ids[0, 1:], reduction="none")
        states = result.hidden_states[-1][0]
        total += states.sum(0)
        following = functional.log_softmax(result.logits[0, -1], dim=-1)
        best = result.logits[0, :-1].argmax(-1) == ids[0, 1:]
        sequences.append({
            "ids": ids[0].tolist(), "nats": rounded(nats), "top1": best.tolist(), "state": rounded(states[-1]),
            "next": rounded(following)})
    return {"transformers": transformers.__version__, "sequences": sequences,
            "meanState": rounded(total / sum(LENGTHS))}


def rounded(values: torch.Tensor) -> list[float]:
    return [round(value, 5) for value in values.tolist()]


def make(name: str, directory: Path, seed: int) -> None:
    kind, values, element_type = CASES[name]
    torch.manual_seed(seed)
    config_class = getattr(transformers, kind + ("TextConfig" if kind == "Gemma3" else "Config"))
    model = AutoModelForCausalLM.from_config(config_class(**values)).eval()
    randomize(model)
    model.to(element_type).save_pretrained(directory)
    (directory / "generation_config.json").unlink(missing_ok=True)
    # What is scored are the rounded weights of the file.
    model = AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager").eval()
    (directory / "model.safetensors").chmod(0o644)
    result = goldens(model, torch.Generator().manual_seed(seed))
    (directory / "goldens.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


def shard(source: Path, target: Path) -> None:
    """The same model in two files."""
    target.mkdir()
    tensors = load_file(source / "model.safetensors")
    names = sorted(tensors)
    places = {}
    for number, part in enumerate((names[::2], names[1::2])):
        file = f"model-{number + 1:05}-of-00002.safetensors"
        save_file({name: tensors[name] for name in part}, target / file, metadata={"format": "pt"})
        places.update({name: file for name in part})
    index = {"metadata": {"total_size": sum(t.nbytes for t in tensors.values())}, "weight_map": places}
    (target / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    for name in ("config.json", "goldens.json"):
        shutil.copy(source / name, target / name)


def nest(source: Path, target: Path) -> None:
    """The same model as the text part of another one."""
    target.mkdir()
    tensors = load_file(source / "model.safetensors")
    renamed = {name.replace("model.", "model.language_model.", 1): tensor for name, tensor in tensors.items()}
    save_file(renamed, target / "model.safetensors", metadata={"format": "pt"})
    config = {"model_type": "gemma3", "text_config": json.loads((source / "config.json").read_text())}
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    shutil.copy(source / "goldens.json", target / "goldens.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", choices=CASES, help="make this one anew and leave the others")
    arguments = parser.parse_args()
    directory = arguments.directory
    torch.set_num_threads(1)
    for seed, name in enumerate(CASES):
        if arguments.only in (None, name):
            shutil.rmtree(directory / name, ignore_errors=True)
            make(name, directory / name, seed)
    if arguments.only:
        return
    for name in ("llama-3-sharded", "gemma3-nested"):
        shutil.rmtree(directory / name, ignore_errors=True)
    shard(directory / "llama-3", directory / "llama-3-sharded")
    nest(directory / "gemma3", directory / "gemma3-nested")


if __name__ == "__main__":
    main()
