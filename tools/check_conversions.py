"""Converts every reference tokenizer to every format and compares the ids of all texts.

usage: check_conversions.py GRAFT REFERENCE [ID…]

GRAFT is the built program, REFERENCE the directory with `recipes.json`, `tokenizers/` and `texts/`.
Each cell of the table that is printed is one of
  same   no loss was reported, and graft gives the same ids for all texts with the written file
  ref    the same, and the library of the format gives them too (tokenizers, sentencepiece)
  n/m    losses were reported (and the file written with --lossy): n of m texts have other ids
  -      the format cannot hold such a model
  WRONG  no loss was reported, but ids differ: the exit status is then 1
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

import sentencepiece
import tokenizers

FORMATS = ["tokenizer.json", "vocab-merges", "tiktoken", "tekken", "sentencepiece", "vocab.txt",
           "gguf", "directory"]
NAMES = {"tokenizer.json": "tokenizer.json", "vocab-merges": "out/", "tiktoken": "x.tiktoken",
         "tekken": "tekken.json", "sentencepiece": "tokenizer.model", "vocab.txt": "vocab.txt",
         "gguf": "x.gguf", "directory": "out/"}


def texts(reference):
    found = [json.loads(line)["text"] for line in open(f"{reference}/texts/cases.jsonl")]
    for name in sorted(glob.glob(f"{reference}/texts/docs/*")):
        found.append(open(name, encoding="utf-8", newline="").read())
    return found


def encode(graft, path, spec, lines):
    command = [graft, "encode", "-t", path, "--no-special-tokens", "--format", "jsonl",
               "--fields", "ids"]
    if spec:
        command += ["--spec", spec]
    result = subprocess.run(command, input=lines, capture_output=True)
    return [json.loads(line).get("ids") for line in result.stdout.splitlines()]


def library_ids(path, texts):
    """The ids of the format's own library; None where there is none to ask."""
    if path.endswith("tokenizer.json"):
        tokenizer = tokenizers.Tokenizer.from_file(path)
        # What a file asks for is applied by the library without being asked, by graft on request.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    if path.endswith(".model"):
        processor = sentencepiece.SentencePieceProcessor(model_file=path)
        return [processor.encode(text) for text in texts]
    return None


def cell(graft, source, spec, expected, lines, texts, format):
    with tempfile.TemporaryDirectory() as directory:
        output = f"{directory}/{NAMES[format]}"
        command = [graft, "convert", source, output, "--to", format]
        if spec:
            command += ["--spec", spec]
        plain = subprocess.run(command, capture_output=True, text=True)
        losses = [line[2:] for line in plain.stderr.splitlines() if line.startswith("- ")]
        if plain.returncode:
            if not losses:
                return "-", [plain.stderr.strip().splitlines()[-1][:300]]
            if subprocess.run(command + ["--lossy"], capture_output=True).returncode:
                return "WRONG", ["--lossy failed"]
        path = output.rstrip("/")
        # A tiktoken file needs what it does not carry to be opened at all.
        ids = encode(graft, path, spec if format == "tiktoken" else None, lines)
        other = sum(a != b for a, b in zip(ids, expected)) + abs(len(ids) - len(expected))
        if losses:
            return f"{other}/{len(expected)}", losses
        if other:
            return "WRONG", [f"{other} texts"]
        try:
            library = library_ids(path, texts)
        except Exception as error:
            return "WRONG", [f"the library: {error}"]
        if library is None:
            return "same", []
        other = [i for i, a in enumerate(library) if a != expected[i]]
        return ("WRONG", [f"{len(other)} texts in the library"]) if other else ("ref", [])


def main():
    graft, reference = sys.argv[1:3]
    recipes = json.load(open(f"{reference}/recipes.json"))
    all_texts = texts(reference)
    lines = "".join(json.dumps({"text": text}) + "\n" for text in all_texts).encode()
    is_wrong = False
    print(f"{'':30}" + "".join(f"{format:>15}" for format in FORMATS))
    notes = {}
    for recipe in recipes:
        name = recipe["id"]
        if len(sys.argv) > 3 and name not in sys.argv[3:]:
            continue
        directory = f"{reference}/tokenizers/{name}"
        source = directory
        if "file" in recipe:
            source = next(path for path in (f"{directory}/{recipe['file']}{end}"
                                            for end in ("", ".gz")) if os.path.exists(path))
        with tempfile.NamedTemporaryFile("w", suffix=".json") as spec:
            json.dump(recipe, spec)
            spec.flush()
            expected = encode(graft, source, spec.name, lines)
            if len(expected) != len(all_texts):
                print(f"{name:30}  cannot be opened, as in the reference library")
                continue
            row = []
            for format in FORMATS:
                result, losses = cell(graft, source, spec.name, expected, lines, all_texts, format)
                row.append(result)
                is_wrong |= result == "WRONG"
                for loss in losses:
                    notes.setdefault(loss, []).append(f"{name}→{format}")
        print(f"{name:30}" + "".join(f"{result:>15}" for result in row), flush=True)
    print("\nLosses and refusals:")
    for loss, cells in notes.items():
        more = f" and {len(cells) - 3} more" if len(cells) > 3 else ""
        print(f"- {loss}\n    {', '.join(cells[:3])}{more}")
    sys.exit(is_wrong)


if __name__ == "__main__":
    main()
