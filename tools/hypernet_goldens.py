"""Makes the tiny hypernetworks in Tests/Fixtures/hypernetworks and what PyTorch says of them.

Each directory has a random checkpoint in ZeTT's layout, `rows.safetensors` (the rows of the model that it belongs to, and
what it predicts) and `goldens.json` (the surfaces, of every length, and the language).

    python hypernet_goldens.py ../Tests/Fixtures/hypernetworks
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

import zett_network

SMALL = {"n_embd": 6, "hn_hidden_size": 16, "hn_intermediate_size": 20, "hn_n_layers": 2, "hn_surface_maxlen": 5,
         "hn_num_attention_heads": 2, "original_vocab_size": 24, "pad_token_id": 3}
SEPARATE = {"separate_out_embeddings": True}
CASES = {
    "tied-bias": {"hn_predict_bias": True},
    "tied-unscaled": {"hn_rescale_embeddings": False, "hn_n_layers": 1},
    "separate": SEPARATE,
    "separate-language-fallback": {**SEPARATE, "hn_embed_lang_id": True, "n_langs": 3, "hn_n_extra_tokens": 4,
                                   "hn_predict_bias": True, "hn_num_attention_heads": 4},
    "single-head": {**SEPARATE, "hn_single_head": True, "hn_hidden_size": 24, "hn_num_attention_heads": 2},
    "joined-states": {"hn_concat_last_hidden_state": True, "hn_surface_maxlen": 3, "hn_hidden_size": 8},
    "joined-states-language": {**SEPARATE, "hn_concat_last_hidden_state": True, "hn_surface_maxlen": 2, "n_langs": 2,
                               "hn_hidden_size": 8, "hn_embed_lang_id": True},
}


def surfaces(config: dict) -> torch.Tensor:
    """Surfaces of random ids: a few of every length."""
    longest, pad = config["hn_surface_maxlen"], config["pad_token_id"]
    bound = config["original_vocab_size"] + config["hn_n_extra_tokens"]
    ids = torch.tensor([token for token in range(bound) if token != pad])
    rows = torch.full((3 * longest, longest), pad)
    for row in range(len(rows)):
        length = row % longest + 1
        rows[row, :length] = ids[torch.randint(len(ids), (length,))]
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory
    shutil.rmtree(directory, ignore_errors=True)
    torch.manual_seed(7)
    for name, values in CASES.items():
        config = zett_network.config(**SMALL | values)
        network = zett_network.Network(config, positions=8).eval()
        zett_network.randomise(network)
        network.save(directory / name)
        width = config["n_embd"]
        source = torch.randn(config["original_vocab_size"], width * (2 if config["separate_out_embeddings"] else 1))
        forms = surfaces(config)
        language = 1 if config["hn_embed_lang_id"] else None
        with torch.no_grad():
            made, out, bias = network(forms, source, language)
        tensors = {"source.input": source[:, :width], "made.input": made}
        if out is not None:
            tensors |= {"source.output": source[:, width:], "made.output": out}
        if bias is not None:
            tensors["made.bias"] = bias
        save_file({key: value.contiguous() for key, value in tensors.items()}, directory / name / "rows.safetensors")
        trimmed = [[token for token in row if token != config["pad_token_id"]] for row in forms.tolist()]
        (directory / name / "goldens.json").write_text(json.dumps({"surfaces": trimmed, "language": language}) + "\n")


if __name__ == "__main__":
    main()
