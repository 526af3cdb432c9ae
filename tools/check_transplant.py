"""Checks the model directory that `graft transplant BASE DONOR OUT` wrote.

OUT must load in transformers, carry the donor's tokenizer and special tokens, and differ from the base in nothing
but the vocabulary's tensors; every row that OUT/graft.json says was copied must be the base's row bit for bit.
One line per check; the exit status is 1 if any check fails.

    python check_transplant.py BASE DONOR OUT [--untie]
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import tricky_texts
from checkpoint import Checkpoint, read_json

TOKENIZER_FILES = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.model",
    "spiece.model", "sentencepiece.bpe.model", "vocab.json", "merges.txt", "vocab.txt", "tekken.json",
    "chat_template.jinja", "chat_template.json", "tokenizer.model.v3", "encoder.json", "vocab.bpe",
]
SPECIAL_IDS = ["bos_token_id", "eos_token_id", "pad_token_id"]
LONGEST_FORWARD = 256

Problems = list[str]


def first(problems: Problems, count: int = 3) -> str:
    """The first few problems on one line."""
    more = f" and {len(problems) - count} more" if len(problems) > count else ""
    return "; ".join(problems[:count]) + more


def tokenizer_files(donor: Path, out: Path) -> Problems:
    """The tokenizer's files are the donor's, byte for byte, and there is no other."""
    problems = []
    for name in TOKENIZER_FILES:
        wanted, found = donor / name, out / name
        if wanted.exists() != found.exists():
            problems.append(f"{name} is {'missing' if wanted.exists() else 'left over'}")
        elif wanted.exists() and wanted.read_bytes() != found.read_bytes():
            problems.append(f"{name} differs")
    return problems


def tokenization(donor_tokenizer, out_tokenizer) -> Problems:
    """Both tokenizers give the same ids and decode them to the same text."""
    problems = []
    for text in tricky_texts.ALL:
        for specials in (True, False):
            wanted = donor_tokenizer(text, add_special_tokens=specials)["input_ids"]
            found = out_tokenizer(text, add_special_tokens=specials)["input_ids"]
            if wanted != found:
                problems.append(f"ids of {text!r} differ")
            elif donor_tokenizer.decode(wanted, skip_special_tokens=specials) != out_tokenizer.decode(
                found, skip_special_tokens=specials
            ):
                problems.append(f"decoded {text!r} differs")
    return problems


def loading(info: dict) -> Problems:
    """transformers found every weight it wanted and no other."""
    kinds = ["missing_keys", "unexpected_keys", "mismatched_keys"]
    return [f"{kind}: {sorted(map(str, info[kind]))}" for kind in kinds if info.get(kind)]


def forward(model, tokenizer) -> Problems:
    """The logits are finite numbers, on the tricky texts in rows of LONGEST_FORWARD tokens."""
    ids = [token for text in tricky_texts.ALL for token in tokenizer(text)["input_ids"]]
    with torch.no_grad():
        for start in range(0, len(ids), LONGEST_FORWARD):
            logits = model(input_ids=torch.tensor([ids[start:start + LONGEST_FORWARD]])).logits
            if not torch.isfinite(logits).all():
                return [f"a logit is not finite in tokens {start} to {start + LONGEST_FORWARD} of the tricky texts"]
    return []


def text_settings(directory: Path, name: str) -> dict:
    """config.json or its like, with what a nested text_config adds."""
    settings = read_json(directory, name)
    return {**settings.get("text_config", {}), **settings}


def sizes(out: Path, model, tokenizer) -> Problems:
    """config's vocab_size equals the rows of the embedding and has room for every token."""
    size = text_settings(out, "config.json").get("vocab_size")
    rows = model.get_input_embeddings().weight.shape[0]
    problems = []
    if size != rows:
        problems.append(f"vocab_size is {size}, the embedding has {rows} rows")
    if rows < len(tokenizer):
        problems.append(f"{rows} rows for {len(tokenizer)} tokens")
    return problems


def tying(base: Path, out: Path, model, unties: bool) -> Problems:
    """Embedding and head are one matrix where they were, and two where they were two or should become two."""
    was = bool(text_settings(base, "config.json").get("tie_word_embeddings", False))
    wanted = was and not unties
    configured = bool(text_settings(out, "config.json").get("tie_word_embeddings", False))
    shared = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    words = {True: "tied", False: "untied"}
    return [
        f"the base is {words[was]}, {where} is {words[found]}"
        for where, found in [("config.json", configured), ("the loaded model", shared)]
        if found != wanted
    ]


def special_ids(base: Path, donor: Path, out: Path, donor_tokenizer) -> Problems:
    """The configs of the base, edited, name the donor's special tokens.

    The donor's file of the same name counts first and its config.json second; a role that neither has but the base
    has is the tokenizer's.
    """
    problems = []
    for name in ("config.json", "generation_config.json"):
        if (base / name).exists() != (out / name).exists():
            problems.append(f"{name} is {'missing' if (base / name).exists() else 'left over'}")
        if not (out / name).exists():
            continue
        sources = [text_settings(donor, name), text_settings(donor, "config.json")]
        kept, found = text_settings(base, name), text_settings(out, name)
        for key in SPECIAL_IDS:
            fallback = getattr(donor_tokenizer, key) if key in kept else None
            wanted = next((source[key] for source in sources if key in source), fallback)
            if found.get(key) != wanted:
                problems.append(f"{name}: {key} is {found.get(key)}, the donor's is {wanted}")
    return problems


def vocabulary_tensors(manifest: dict) -> set[str]:
    """The tensors that a transplant may change: the manifest's matrices, their stored copies, and its biases."""
    matrices = manifest["matrices"]
    copies = {matrix["copy"] for matrix in matrices if "copy" in matrix}
    copies |= {name for matrix in matrices for name in matrix.get("copies", [])}
    return {matrix["tensor"] for matrix in matrices} | copies | set(manifest["biases"])


def other_tensors(base: Checkpoint, out: Checkpoint, changed: set[str]) -> Problems:
    """Every tensor that is not the vocabulary's has its name, place, type, shape and bytes from the base.

    An untied base gets an output matrix as well.
    """
    problems = []
    if list(base.tensors) != [name for name in out.tensors if name in base.tensors or name not in changed]:
        problems.append("the names of the tensors or their order differ")
    for name in base.tensors.keys() & out.tensors.keys():
        wanted, found = base[name], out[name]
        if wanted.dtype != found.dtype:
            problems.append(f"{name} is {found.dtype}, was {wanted.dtype}")
        elif name in changed:
            continue
        elif wanted.shape != found.shape or not np.array_equal(wanted.bytes(), found.bytes()):
            problems.append(f"{name} differs")
    return problems


def metadata(base: Checkpoint, out: Checkpoint) -> Problems:
    """The safetensors headers carry the base's metadata."""
    wanted, found = base.metadata, out.metadata
    if wanted == found or (len(wanted) != len(found) and all(entry == wanted[0] for entry in wanted + found)):
        return []
    return [f"metadata is {found}, was {wanted}"]


def manifest_tensors(manifest: dict, model) -> Problems:
    """The manifest has a matrix for the model's input embedding and, if it is another one, for its head."""
    parameters = {id(value): name for name, value in model.named_parameters()}
    wanted = {
        parameters[id(embeddings.weight)]
        for embeddings in (model.get_input_embeddings(), model.get_output_embeddings())
    }
    found = {matrix["tensor"] for matrix in manifest["matrices"]}
    return [] if found == wanted else [f"graft.json has {sorted(found)}, the model {sorted(wanted)}"]


def rows(matrix: dict, out: Checkpoint) -> Problems:
    """The manifest has an entry for every row, and every value is a finite number."""
    tensor = out[matrix["tensor"]]
    if len(matrix["rows"]) != tensor.shape[0]:
        return [f"{len(matrix['rows'])} entries for {tensor.shape[0]} rows"]
    finite = np.isfinite(tensor.values()).all(axis=1)
    return [f"row {row} is not finite" for row in np.flatnonzero(~finite)]


def copied_rows(matrix: dict, source_name: str, base: Checkpoint, out: Checkpoint) -> Problems:
    """Every row recorded as copied has the bytes of the base row it names."""
    source = base[source_name].row_bytes()
    target = out[matrix["tensor"]].row_bytes()
    return [
        f"row {row} is not base row {entry['id']}"
        for row, entry in enumerate(matrix["rows"])
        if entry["from"] == "base" and not np.array_equal(target[row], source[entry["id"]])
    ]


def checks(base: Path, donor: Path, out: Path, unties: bool) -> Iterator[tuple[str, Problems]]:
    """Runs the checks one after another: what was checked, and what is wrong with it."""
    yield "tokenizer files are the donor's", tokenizer_files(donor, out)
    donor_tokenizer, out_tokenizer = (AutoTokenizer.from_pretrained(directory) for directory in (donor, out))
    texts = len(tricky_texts.ALL)
    yield f"ids and decoding of {texts} texts are the donor's", tokenization(donor_tokenizer, out_tokenizer)

    model, info = AutoModelForCausalLM.from_pretrained(out, output_loading_info=True)
    yield "the model loads", loading(info)
    yield "logits are finite", forward(model, out_tokenizer)
    yield "vocab_size fits the rows and the tokenizer", sizes(out, model, out_tokenizer)
    yield "tied or untied as it should be", tying(base, out, model, unties)
    yield "special token ids are the donor's", special_ids(base, donor, out, donor_tokenizer)

    manifest = read_json(out, "graft.json")
    if not manifest:
        yield "graft.json is there", ["graft.json is missing"]
        return
    yield "graft.json has format 1", [] if manifest.get("format") == 1 else [f"format is {manifest.get('format')}"]
    yield "graft.json names the model's matrices", manifest_tensors(manifest, model)
    base_tensors, out_tensors = Checkpoint(base), Checkpoint(out)
    changed = vocabulary_tensors(manifest)
    yield "other tensors are the base's", other_tensors(base_tensors, out_tensors, changed)
    yield "safetensors metadata is the base's", metadata(base_tensors, out_tensors)
    for matrix in manifest["matrices"]:
        name = matrix["tensor"]
        copied = sum(entry["from"] == "base" for entry in matrix["rows"])
        yield f"{name}: an entry for every row, all rows finite", rows(matrix, out_tensors)
        # The output matrix of an untied model comes from the one matrix that the base has.
        source = name if name in base_tensors.tensors else manifest["matrices"][0]["tensor"]
        yield f"{name}: {copied} copied rows are the base's", copied_rows(matrix, source, base_tensors, out_tensors)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, metavar="BASE")
    parser.add_argument("donor", type=Path, metavar="DONOR")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--untie", action="store_true", help="OUT was made with --untie: a tied base has become untied")
    arguments = parser.parse_args()
    failed = 0
    for what, problems in checks(arguments.base, arguments.donor, arguments.out, arguments.untie):
        print(f"FAIL  {what}: {first(problems)}" if problems else f"ok    {what}", flush=True)
        failed += bool(problems)
    print(f"{failed} checks failed" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
