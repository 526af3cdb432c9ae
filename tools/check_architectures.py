"""Makes tiny random models of many architectures, gives each another tokenizer, and checks the results.

Each model is made by transformers with the vocabulary of vocabs/example-base and gets that of vocabs/example-donor
(`graft transplant … --tokenizer … --method fvt`). The new directory must load without a missing, unexpected or
mismatched weight, have as many rows and logits as its config says, name no lost token, and give, for texts of kept tokens,
the logits of the base bit for bit. One line per architecture; the exit status is 1 if any check fails.

    swift build -c release --product graft
    python check_architectures.py [--graft FILE] [--only NAME,…] [--keep DIRECTORY]
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer

HERE = Path(__file__).parent
GRAFT = HERE.parent / ".build/release/graft"
VOCABS = HERE.parent / "vocabs"
ROWS = 2048 + 16
WIDTH = 32

SMALL = {
    "vocab_size": ROWS, "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 64, "bos_token_id": 1, "eos_token_id": 2,
    "pad_token_id": 0,
}
ENCODER_DECODER = {
    "vocab_size": ROWS, "d_model": WIDTH, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2, "num_heads": 4,
    "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1,
    "eos_token_id": 2, "decoder_start_token_id": 2, "forced_eos_token_id": 2,
}
VISION = {
    "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 16,
    "patch_size": 8,
}
QWEN_VISION = {
    "depth": 1, "embed_dim": 32, "hidden_size": 32, "num_heads": 2, "patch_size": 8, "intermediate_size": 32,
    "out_hidden_size": 32, "fullatt_block_indexes": [0],
}
QWEN_ROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
IMAGE = {"image_token_id": 5, "image_token_index": 5, "video_token_id": 6, "vision_start_token_id": 7,
         "vision_end_token_id": 8, "boi_token_index": 7, "eoi_token_index": 8, "boi_token_id": 7, "eoi_token_id": 8}


def text(model_type: str, **settings) -> dict:
    return {"model_type": model_type, **SMALL, **settings}


def both(model_type: str, **settings) -> dict:
    return {"model_type": model_type, **ENCODER_DECODER, **settings}


# Name: class, settings, what else is done to it.
MODELS: dict[str, tuple[str, dict]] = {
    **{
        name: ("AutoModelForCausalLM", text(name, tie_word_embeddings=tied, **more))
        for name, tied, more in [
            ("llama", False, {}), ("mistral", False, {}), ("mixtral", False, {"num_local_experts": 2}),
            ("qwen2", True, {}), ("qwen3", False, {}), ("gemma", True, {}), ("gemma2", True, {}),
            ("gemma3_text", True, {}), ("phi", False, {}), ("phi3", False, {}), ("cohere", True, {}),
            ("olmo2", False, {}), ("starcoder2", True, {}), ("stablelm", False, {}), ("granite", False, {}),
            ("gpt_neox", False, {}), ("smollm3", True, {}), ("glm", False, {}), ("nemotron", False, {}),
            ("gpt_oss", False, {"num_local_experts": 4}), ("persimmon", False, {}), ("helium", False, {}),
            ("seed_oss", False, {}), ("ernie4_5", True, {}), ("hunyuan_v1_dense", True, {}), ("arcee", False, {}),
            ("qwen2_moe", False, {"num_experts": 2, "num_experts_per_tok": 1, "moe_intermediate_size": 32,
                                  "shared_expert_intermediate_size": 32}),
        ]
    },
    "gpt2": ("AutoModelForCausalLM", {"model_type": "gpt2", "vocab_size": ROWS, "n_embd": WIDTH, "n_layer": 2,
                                      "n_head": 4, "n_positions": 64, "bos_token_id": 2, "eos_token_id": 2}),
    "gptj": ("AutoModelForCausalLM", {"model_type": "gptj", "vocab_size": ROWS, "n_embd": WIDTH, "n_layer": 2,
                                      "n_head": 4, "n_positions": 64, "rotary_dim": 4, "tie_word_embeddings": False,
                                      "bos_token_id": 2, "eos_token_id": 2}),
    "codegen": ("AutoModelForCausalLM", {"model_type": "codegen", "vocab_size": ROWS, "n_embd": WIDTH, "n_layer": 2,
                                         "n_head": 4, "n_positions": 64, "rotary_dim": 4, "bos_token_id": 2,
                                         "eos_token_id": 2, "tie_word_embeddings": False}),
    "gpt_neo": ("AutoModelForCausalLM", {"model_type": "gpt_neo", "vocab_size": ROWS, "hidden_size": WIDTH,
                                         "num_layers": 2, "num_heads": 4, "attention_types": [[["global", "local"], 1]],
                                         "max_position_embeddings": 64, "bos_token_id": 2, "eos_token_id": 2}),
    "falcon": ("AutoModelForCausalLM", {key: value for key, value in text("falcon").items() if key != "head_dim"}),
    "bloom": ("AutoModelForCausalLM", {"model_type": "bloom", "vocab_size": ROWS, "hidden_size": WIDTH, "n_layer": 2,
                                       "n_head": 4, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}),
    "mpt": ("AutoModelForCausalLM", {"model_type": "mpt", "vocab_size": ROWS, "d_model": WIDTH, "n_layers": 2,
                                     "n_heads": 4, "max_seq_len": 64}),
    "opt": ("AutoModelForCausalLM", text("opt", ffn_dim=64, word_embed_proj_dim=WIDTH)),
    "opt-projected": ("AutoModelForCausalLM", text("opt", ffn_dim=64, word_embed_proj_dim=16)),
    "xglm": ("AutoModelForCausalLM", {**both("xglm"), "attention_heads": 4, "ffn_dim": 64}),
    "biogpt": ("AutoModelForCausalLM", text("biogpt")),
    "mamba": ("AutoModelForCausalLM", {"model_type": "mamba", "vocab_size": ROWS, "hidden_size": WIDTH,
                                       "num_hidden_layers": 2, "state_size": 4, "bos_token_id": 1, "eos_token_id": 2}),
    **{
        name: ("AutoModelForMaskedLM", {**text(name), "embedding_size": 16, "mask_token_id": 3, "cls_token_id": 1,
                                        "sep_token_id": 2, "dim": WIDTH, "n_heads": 4, "n_layers": 2, "hidden_dim": 64})
        for name in ["bert", "roberta", "xlm-roberta", "distilbert", "electra", "albert", "mpnet", "deberta-v2",
                     "modernbert", "camembert"]
    },
    "bert-untied": ("AutoModelForMaskedLM", text("bert", tie_word_embeddings=False)),
    "t5": ("AutoModelForSeq2SeqLM", both("t5")),
    "t5-untied": ("AutoModelForSeq2SeqLM", both("t5", tie_word_embeddings=False)),
    "mt5": ("AutoModelForSeq2SeqLM", both("mt5")),
    "umt5": ("AutoModelForSeq2SeqLM", both("umt5")),
    "longt5": ("AutoModelForSeq2SeqLM", both("longt5")),
    "bart": ("AutoModelForSeq2SeqLM", both("bart")),
    "mbart": ("AutoModelForSeq2SeqLM", both("mbart")),
    "m2m_100": ("AutoModelForSeq2SeqLM", both("m2m_100")),
    "pegasus": ("AutoModelForSeq2SeqLM", both("pegasus")),
    "marian": ("AutoModelForSeq2SeqLM", both("marian", decoder_vocab_size=ROWS)),
    "blenderbot": ("AutoModelForSeq2SeqLM", both("blenderbot")),
    "whisper": ("WhisperForConditionalGeneration", {**both("whisper"), "max_source_positions": 8,
                                                    "max_target_positions": 64, "num_mel_bins": 8}),
    "llava": ("LlavaForConditionalGeneration", {"model_type": "llava", **IMAGE, "text_config": text("llama"),
                                                "vision_config": {"model_type": "clip_vision_model", **VISION}}),
    "llava_next": ("LlavaNextForConditionalGeneration", {
        "model_type": "llava_next", **IMAGE, "text_config": text("mistral"),
        "vision_config": {"model_type": "clip_vision_model", **VISION}}),
    "mistral3": ("Mistral3ForConditionalGeneration", {
        "model_type": "mistral3", **IMAGE, "text_config": text("mistral"),
        "vision_config": {"model_type": "pixtral", **VISION}}),
    "gemma3": ("Gemma3ForConditionalGeneration", {
        "model_type": "gemma3", **IMAGE, "text_config": text("gemma3_text"), "mm_tokens_per_image": 4,
        "vision_config": {"model_type": "siglip_vision_model", **VISION}}),
    "paligemma": ("PaliGemmaForConditionalGeneration", {
        "model_type": "paligemma", **IMAGE, "text_config": text("gemma"), "projection_dim": WIDTH,
        "vision_config": {"model_type": "siglip_vision_model", **VISION, "projection_dim": WIDTH}}),
    "qwen2_vl": ("Qwen2VLForConditionalGeneration", {
        "model_type": "qwen2_vl", **IMAGE, "text_config": text("qwen2_vl_text", rope_parameters=QWEN_ROPE),
        "vision_config": QWEN_VISION}),
    "qwen2_5_vl": ("Qwen2_5_VLForConditionalGeneration", {
        "model_type": "qwen2_5_vl", **IMAGE, "text_config": text("qwen2_5_vl_text", rope_parameters=QWEN_ROPE),
        "vision_config": QWEN_VISION}),
    "qwen3_vl": ("Qwen3VLForConditionalGeneration", {
        "model_type": "qwen3_vl", **IMAGE, "text_config": text("qwen3_vl_text", rope_parameters=QWEN_ROPE),
        "vision_config": {**QWEN_VISION, "deepstack_visual_indexes": []}}),
    "idefics3": ("Idefics3ForConditionalGeneration", {
        "model_type": "idefics3", **IMAGE, "text_config": text("llama"), "scale_factor": 1,
        "vision_config": {"model_type": "idefics3_vision", **VISION}}),
    "smolvlm": ("SmolVLMForConditionalGeneration", {
        "model_type": "smolvlm", **IMAGE, "text_config": text("llama"), "scale_factor": 1,
        "vision_config": {"model_type": "smolvlm_vision", **VISION}}),
    "internvl": ("InternVLForConditionalGeneration", {
        "model_type": "internvl", **IMAGE, "text_config": text("qwen2"),
        "vision_config": {"model_type": "internvl_vision", **VISION, "image_size": [16, 16], "patch_size": [8, 8]}}),
    "aya_vision": ("AyaVisionForConditionalGeneration", {
        "model_type": "aya_vision", **IMAGE, "text_config": text("cohere2"),
        "vision_config": {"model_type": "siglip_vision_model", **VISION}}),
}


def make_base(name: str, directory: Path) -> type:
    """A random model with example-base's tokenizer; its class."""
    class_name, settings = MODELS[name]
    torch.manual_seed(0)
    config = AutoConfig.for_model(**settings)
    loader = getattr(transformers, class_name)
    model = loader.from_config(config) if class_name.startswith("Auto") else loader(config)
    for tensor in [*model.parameters(), *model.buffers()]:
        if tensor.is_floating_point():
            tensor.data = torch.randn_like(tensor) * 0.05
    # A row of zeros for the padding token is what loading makes of it.
    model.save_pretrained(directory, max_shard_size="50KB" if name == "mistral" else "5GB")
    for file in (VOCABS / "example-base").glob("*token*"):
        shutil.copy(file, directory / file.name)
    return type(model)


def load(model_class: type, directory: Path):
    """The model, and what was wrong with the weights."""
    model, info = model_class.from_pretrained(directory, output_loading_info=True, dtype=torch.float32)
    model.eval()
    kinds = ["missing_keys", "unexpected_keys", "mismatched_keys"]
    return model, [f"{kind}: {sorted(map(str, info[kind]))[:3]}" for kind in kinds if info.get(kind)]


@torch.no_grad()
def logits(model, ids: list[int]) -> torch.Tensor:
    tokens = torch.tensor([ids])
    if model.config.model_type == "whisper":
        return model(input_features=torch.full((1, 8, 16), 0.1), decoder_input_ids=tokens, use_cache=False).logits[0]
    if getattr(model.config, "is_encoder_decoder", False):
        return model(input_ids=tokens, decoder_input_ids=tokens, use_cache=False).logits[0]
    return model(input_ids=tokens).logits[0]


def ids_in(config: dict, bound: int) -> list[str]:
    """Members, nested ones included, that name no id below the bound."""
    problems = []
    for key, value in config.items():
        if isinstance(value, dict):
            problems += ids_in(value, bound)
        elif key.endswith(("_token_id", "_token_index")) and isinstance(value, int) and value >= bound:
            problems.append(f"{key} is {value}")
    return problems


def check(name: str, arguments: argparse.Namespace, directory: Path) -> list[str]:
    base, out, tokenizer = directory / "base", directory / "out", directory / "tokenizer"
    model_class = make_base(name, base)
    shutil.copytree(VOCABS / "example-donor", tokenizer, ignore=shutil.ignore_patterns("*.safetensors", "config.json"))
    command = [arguments.graft, "transplant", base, out, "--tokenizer", tokenizer, "--method", "fvt", "--held-out", "0",
               "--pad-to", "64"]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if result.returncode:
        return [result.stderr.strip()]
    old, problems = load(model_class, base)
    new, wrong = load(model_class, out)
    problems += wrong
    config = json.loads((out / "config.json").read_text())
    rows = new.get_input_embeddings().weight.shape[0]
    size = new.config.get_text_config(decoder=True).vocab_size
    if size != rows or rows % 64:
        problems.append(f"vocab_size is {size}, there are {rows} rows")
    problems += ids_in(config, rows)
    kept = [(new_id, row["id"]) for new_id, row in enumerate(
        json.loads((out / "graft.json").read_text())["matrices"][0]["rows"]) if row["from"] == "base"]
    kept = [(new_id, old_id) for new_id, old_id in kept if old_id > 9][:800]
    text = kept[:40]
    before, after = logits(old, [id for _, id in text]), logits(new, [id for id, _ in text])
    if after.shape[-1] != rows:
        problems.append(f"{after.shape[-1]} logits for {rows} rows")
    elif not torch.allclose(before[:, [id for _, id in kept]], after[:, [id for id, _ in kept]], atol=2e-6, rtol=0):
        problems.append("logits of kept tokens differ")
    verified = subprocess.run([str(arguments.graft), "verify", str(out)], capture_output=True, text=True)
    if verified.returncode:
        problems.append("graft verify: " + (verified.stdout + verified.stderr).strip())
    AutoTokenizer.from_pretrained(out)
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graft", type=Path, default=GRAFT)
    parser.add_argument("--only", default=",".join(MODELS))
    parser.add_argument("--keep", type=Path, help="where the models stay")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore")
    failed = False
    for name in arguments.only.split(","):
        with tempfile.TemporaryDirectory() as temporary:
            directory = arguments.keep / name if arguments.keep else Path(temporary)
            if arguments.keep:
                shutil.rmtree(directory, ignore_errors=True)
                directory.mkdir(parents=True)
            try:
                problems = check(name, arguments, directory)
            except Exception as error:  # transformers' own: one architecture must not end the others
                problems = [f"{type(error).__name__}: {error}"]
        failed |= bool(problems)
        print(f"{name:20} {'ok' if not problems else '; '.join(problems)}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
