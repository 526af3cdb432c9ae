"""Times a hypernetwork of the size released for GPT-2 and XLM-R (768 wide, 1536 inside, 3 layers) against the same network
in PyTorch, on the same tokens and cores: the tokens of one shipped vocabulary, spelled by those of the other.

    python bench_hypernet.py [--threads 2] [--batch 512] [--rounds 3]

Runs alternate, so that both meet the same neighbours on a shared machine; of each the quickest round counts. CPU time of
graft includes opening everything; its wall time is that of the network alone.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

import zett_network

ROOT = Path(__file__).resolve().parent.parent
GRAFT, BASE, TARGET = ROOT / ".build/release/graft", ROOT / "vocabs/example-base", ROOT / "vocabs/example-donor"
WIDTH, LONGEST = 768, 7


def make_model(directory: Path, rows: int) -> torch.Tensor:
    """A model directory that is nothing but rows, in GPT-2's form, with the tokenizer of the shipped base."""
    directory.mkdir()
    config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": rows, "n_embd": WIDTH,
              "n_layer": 1, "n_head": 12, "tie_word_embeddings": True}
    (directory / "config.json").write_text(json.dumps(config))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (directory / name).write_bytes((BASE / name).read_bytes())
    matrix = torch.randn(rows, WIDTH)
    save_file({"transformer.wte.weight": matrix}, directory / "model.safetensors", {"format": "pt"})
    return matrix


def surfaces(base: Tokenizer, target: Tokenizer, pad: int) -> torch.Tensor:
    """What graft reads of the target's tokens, by id: both vocabularies are byte-level, so that spellings agree."""
    tokens = sorted(target.get_vocab().items(), key=lambda entry: entry[1])
    special = {token.content for token in target.get_added_tokens_decoder().values()}
    rows = [[piece.id for piece in base.model.tokenize(token)][:LONGEST] for token, _ in tokens if token not in special]
    return torch.tensor([row + [pad] * (LONGEST - len(row)) for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    base, target = (Tokenizer.from_file(str(path / "tokenizer.json")) for path in (BASE, TARGET))
    rows = base.get_vocab_size()
    config = zett_network.config(
        n_embd=WIDTH, hn_hidden_size=768, hn_intermediate_size=1536, hn_surface_maxlen=LONGEST,
        original_vocab_size=rows, pad_token_id=rows)
    network = zett_network.Network(config).eval()
    zett_network.randomise(network)
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        network.save(directory / "hypernet")
        matrix = make_model(directory / "model", rows)
        forms = surfaces(base, target, rows)
        lengths = (forms != rows).sum(1).float()
        print(f"{len(forms)} tokens, {lengths.mean():.2f} pieces each, {arguments.threads} threads")
        best = {"PyTorch": [1e9, 1e9], "graft": [1e9, 1e9]}
        for _ in range(arguments.rounds):
            start, cpu = time.perf_counter(), time.process_time()
            with torch.no_grad():
                made = torch.cat([network(part, matrix)[0] for part in forms.split(arguments.batch)])
            figures = {"PyTorch": (time.perf_counter() - start, time.process_time() - cpu)}
            output = directory / "rows.safetensors"
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            text = subprocess.run(
                [GRAFT, "hypernet", "predict", directory / "model", directory / "hypernet", "--tokenizer",
                 TARGET / "tokenizer.json", "--output", output, "--force", "--json"],
                check=True, capture_output=True, text=True, env=os.environ).stdout
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            figures["graft"] = (json.loads(text)["seconds"],
                                after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            for name, (wall, cpu) in figures.items():
                best[name] = [min(best[name][0], wall), min(best[name][1], cpu)]
                print(f"  {name:8} {wall:7.2f} s wall  {cpu:7.2f} s CPU")
        found = load_file(output)
        error = (found["input"] - made).abs().max() / made.abs().max()
        for name, (wall, cpu) in best.items():
            print(f"{name:8} {len(forms) / wall:8.0f} tokens per second of wall time, {len(forms) / cpu:8.0f} of CPU time")
        print(f"graft is {best['PyTorch'][0] / best['graft'][0]:.2f} times as quick by wall time, "
              f"{best['PyTorch'][1] / best['graft'][1]:.2f} by CPU time; largest relative difference {error:.1e}")


if __name__ == "__main__":
    main()
