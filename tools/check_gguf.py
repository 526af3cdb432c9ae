"""Checks GGUF models that `graft transplant` wrote, with llama.cpp's Python reader.

Models of random numbers in F32, F16, BF16 and Q8_0, tied and untied, with the vocabulary of vocabs/example-base get that of
vocabs/example-donor: from a model directory, from a tokenizer, and from a GGUF file. For each result

    every tensor but the vocabulary's has its type, shape and bytes; every pair that is not the tokenizer's its value
    the rows of kept tokens have the base's bytes; new rows have the type's form and are what `graft` gives a
    safetensors model with the same numbers, rounded to it
    the tokenizer's pairs are those that `graft convert` writes, or the donor file's own, and the lists have one entry per row

    swift build -c release --product graft
    python check_gguf.py [--graft FILE]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFReader, GGUFWriter
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file, save_file

HERE = Path(__file__).parent
GRAFT = HERE.parent / ".build/release/graft"
VOCABS = HERE.parent / "vocabs"
WIDTH = 64
VOCABULARY = ["token_embd.weight", "output.weight"]

Problems = list[str]


def run(graft: Path, *arguments) -> str:
    """The error of a graft that fails; empty otherwise."""
    result = subprocess.run([str(graft), *map(str, arguments)], capture_output=True, text=True)
    return result.stderr.strip() or "failed" if result.returncode else ""


def vocabulary(graft: Path, directory: Path, name: str) -> GGUFReader:
    """The pairs of a shipped model's tokenizer."""
    path = directory / f"{name}-vocabulary.gguf"
    if not path.exists() and (problem := run(graft, "convert", VOCABS / name / "tokenizer.json", path, "--lossy")):
        sys.exit(problem)
    return GGUFReader(path)


def copy_field(writer: GGUFWriter, field) -> None:
    """Adds a pair of a file that was read to one that is written."""
    if field.name.startswith("GGUF.") or field.name == "general.architecture":
        return
    subtype = field.types[1] if len(field.types) > 1 else None
    writer.add_key_value(field.name, field.contents(), field.types[0], subtype)


def make_gguf(path: Path, pairs: GGUFReader, rows: dict[str, np.ndarray], type: Type, bias: bool) -> None:
    """A model with the tokenizer's pairs, embeddings of the type, and tensors of several types that must stay."""
    random = np.random.default_rng(3)
    writer = GGUFWriter(path, "llama")
    writer.add_name("random é")
    writer.add_vocab_size(len(rows["token_embd.weight"]))
    writer.add_block_count(1)
    writer.add_rope_dimension_count(8)
    writer.add_array("test.list", [1, 2, 3])
    for field in pairs.fields.values():
        copy_field(writer, field)
    writer.add_tensor("blk.0.odd", random.standard_normal(3).astype(np.float32))
    for name, values in rows.items():
        writer.add_tensor(name, quantize(values, type), raw_dtype=type)
    writer.add_tensor("blk.0.q4", quantize(random.standard_normal((5, 64)).astype(np.float32), Type.Q4_0),
                      raw_dtype=Type.Q4_0)
    if bias:
        writer.add_tensor("output.bias", random.standard_normal(len(rows["token_embd.weight"])).astype(np.float32))
    writer.add_tensor("output_norm.weight", random.standard_normal(WIDTH).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_directory(directory: Path, tokenizer: str, rows: dict[str, np.ndarray], settings: dict) -> Path:
    """The same numbers as a model directory."""
    directory.mkdir()
    for file in (VOCABS / tokenizer).glob("*token*"):
        (directory / file.name).write_bytes(file.read_bytes())
    names = {"token_embd.weight": "model.embed_tokens.weight", "output.weight": "lm_head.weight"}
    save_file({names[name]: values for name, values in rows.items()}, directory / "model.safetensors")
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH,
              "vocab_size": len(rows["token_embd.weight"]), "tie_word_embeddings": len(rows) == 1, **settings}
    (directory / "config.json").write_text(json.dumps(config))
    return directory


def tensors(reader: GGUFReader) -> dict:
    return {tensor.name: tensor for tensor in reader.tensors}


def values(reader: GGUFReader, prefix: str, inside: bool) -> dict:
    return {name: field.contents() for name, field in reader.fields.items()
            if name.startswith(prefix) == inside and not name.startswith("GGUF.")}


def check(base: GGUFReader, out: GGUFReader, expected: GGUFReader, reference: dict[str, np.ndarray],
          manifest: list[dict], kept: dict[int, int], type: Type) -> Problems:
    problems = []
    before, after = tensors(base), tensors(out)
    if list(before) != [name for name in after if name in before]:
        problems.append("the order of the tensors differs")
    rows = len(reference["token_embd.weight"])
    for name, tensor in before.items():
        new = after[name]
        if tensor.tensor_type != new.tensor_type:
            problems.append(f"{name} is {new.tensor_type.name}")
        elif name == "output.bias":
            if not all(new.data[row] == tensor.data[old] for row, old in kept.items()):
                problems.append("elements of output.bias were not kept")
        elif name not in VOCABULARY:
            if tensor.data.tobytes() != new.data.tobytes():
                problems.append(f"{name} differs")
        else:
            wanted = quantize(reference[name], type)
            if new.data.shape != wanted.shape:
                problems.append(f"{name} has the shape {new.data.shape}")
                continue
            if any(new.data[row].tobytes() != tensor.data[old].tobytes() for row, old in kept.items()):
                problems.append(f"rows of {name} were not kept")
            others = [row for row, entry in enumerate(manifest) if entry["from"] != "base"]
            apart = np.abs(dequantize(new.data[others], type) - dequantize(wanted[others], type)).max()
            if apart > 2e-3 * np.abs(reference[name]).max() + 1e-6:
                problems.append(f"new rows of {name} are {apart} from those of a model directory")
    wanted = {**values(base, "tokenizer.", False), "llama.vocab_size": rows}
    if values(out, "tokenizer.", False) != wanted:
        problems.append("pairs of the model differ")
    found = values(out, "tokenizer.", True)
    for name, value in values(expected, "tokenizer.", True).items():
        if found.get(name) != value:
            problems.append(f"{name} differs")
    for name in ("tokens", "token_type"):
        if len(found[f"tokenizer.ggml.{name}"]) != rows:
            problems.append(f"{name} has {len(found[f'tokenizer.ggml.{name}'])} entries for {rows} rows")
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graft", type=Path, default=GRAFT)
    arguments = parser.parse_args()
    graft, failed = arguments.graft, False
    random = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        old, new = (vocabulary(graft, root, name) for name in ("example-base", "example-donor"))
        counts = [len(reader.fields["tokenizer.ggml.tokens"].data) for reader in (old, new)]
        donor_rows = {"token_embd.weight": random.standard_normal((counts[1], WIDTH)).astype(np.float32)}
        donor = make_directory(root / "donor", "example-donor", donor_rows, {})
        make_gguf(root / "donor.gguf", new, donor_rows, Type.F32, False)
        for type in (Type.F32, Type.F16, Type.BF16, Type.Q8_0):
            for names in (VOCABULARY[:1], VOCABULARY):
                # Numbers that the type holds exactly, so that both ways begin with the same.
                rows = {name: dequantize(quantize(random.standard_normal((counts[0], WIDTH)).astype(np.float32), type), type)
                        for name in names}
                case = root / f"{type.name}-{len(names)}"
                directory = make_directory(case, "example-base", rows, {})
                make_gguf(root / f"{case.name}.gguf", old, rows, type, bias=len(names) == 2)
                for source, giver in [
                    ("directory", [donor]), ("file", [root / "donor.gguf"]), ("tokenizer", ["--tokenizer", donor]),
                ]:
                    # llama.cpp derives from the name of the splitting rules whether merges are ignored.
                    # And the rows of special tokens, whose roles it does not all name, must not decide on others.
                    method = ["--lossy", "--method", "fvt", "--held-out", "0"]
                    out, same = root / f"{case.name}-{source}.gguf", root / f"{case.name}-{source}"
                    problem = (run(graft, "transplant", root / f"{case.name}.gguf", *giver[:1], *giver[1:], out, *method)
                               or run(graft, "transplant", directory, *([donor] if source == "file" else giver), same,
                                      *method))
                    if problem:
                        problems = [problem]
                    else:
                        stored = load_file(same / "model.safetensors")
                        reference = {"token_embd.weight": stored["model.embed_tokens.weight"]}
                        if len(names) == 2:
                            reference["output.weight"] = stored["lm_head.weight"]
                        manifest = json.loads((same / "graft.json").read_text())["matrices"][0]["rows"]
                        # The roles of special tokens are not all in a GGUF file: their rows may be others.
                        special = new.fields["tokenizer.ggml.token_type"].contents()
                        kept = {row: entry["id"] for row, entry in enumerate(manifest)
                                if entry["from"] == "base" and special[row] != 3}
                        problems = check(GGUFReader(root / f"{case.name}.gguf"), GGUFReader(out), new, reference, manifest, kept,
                                         type)
                    failed |= bool(problems)
                    print(f"{case.name:8} from a {source:10} {'ok' if not problems else '; '.join(problems)}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
