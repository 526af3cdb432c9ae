"""The network of a ZeTT hypernetwork in PyTorch, written from the published description (arXiv:2405.07883) around
transformers' RobertaModel, with the tensor names of the released checkpoints. What goldens and rates are measured by."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional
from transformers import RobertaConfig, RobertaModel


class Scaler(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.w, self.b = (nn.Parameter(torch.empty(1, width)) for _ in "wb")

    def forward(self, rows):
        return rows * self.w + self.b


class Block(nn.Module):
    def __init__(self, width: int, inner: int):
        super().__init__()
        self.dense1, self.dense2 = nn.Linear(width, inner), nn.Linear(inner, width)
        self.ln = nn.LayerNorm(width, eps=1e-6)

    def forward(self, rows):
        inner = functional.gelu(self.dense1(rows), approximate="tanh")
        return self.ln(rows + functional.gelu(self.dense2(inner), approximate="tanh"))


class Network(nn.Module):
    """`config` has the keys of a released config.json. `positions` is the number of stored position embeddings."""

    def __init__(self, config: dict, positions: int = 514):
        super().__init__()
        self.config = config
        hidden, inner, width = config["hn_hidden_size"], config["hn_intermediate_size"], config["n_embd"]
        separate = config["separate_out_embeddings"]
        source = 2 * width if separate else width
        encoder = RobertaConfig(
            vocab_size=config["pad_token_id"] + 1, hidden_size=hidden,
            intermediate_size=inner, num_hidden_layers=config["hn_n_layers"], type_vocab_size=1,
            num_attention_heads=config.get("hn_num_attention_heads") or hidden // 64, layer_norm_eps=1e-5,
            max_position_embeddings=positions)
        self.model = RobertaModel(encoder, add_pooling_layer=False)
        self.fallback_embeddings = nn.Embedding(max(config["hn_n_extra_tokens"], 1), source)
        self.input_projection = nn.Sequential(nn.Linear(source, hidden), Block(hidden, inner))
        languages = config["n_langs"] if config["hn_embed_lang_id"] else 0
        # The released class can join states only where there is one position; the wider blocks are its rule for more.
        read = hidden * (config["hn_surface_maxlen"] + bool(languages)) if config["hn_concat_last_hidden_state"] else hidden

        def projection(outputs):
            return nn.Sequential(Block(read, inner), nn.Linear(read, outputs))

        single = config["hn_single_head"]
        self.output_projection = projection(source if single else width)
        if separate and not single:
            self.output_projection_out = projection(width)
        if config["hn_rescale_embeddings"]:
            self.in_scaler, self.scaler = Scaler(source), Scaler(width)
            if separate:
                self.out_scaler = Scaler(width)
        if config["hn_predict_bias"]:
            self.bias_projection = nn.Linear(read, 1)
        if languages:
            self.lang_embeddings = nn.Embedding(languages, hidden)

    def forward(self, surfaces, source, language=None):
        """Input rows, output rows (or None) and biases (or None) for surfaces (n × maxlen ids)."""
        config, bound = self.config, self.config["original_vocab_size"]
        own = source[surfaces.clamp(max=bound - 1)]
        if config["hn_rescale_embeddings"]:
            own = self.in_scaler(own)
        other = self.fallback_embeddings((surfaces - bound).clamp(min=0))
        rows = self.input_projection(torch.where((surfaces >= bound)[..., None], other, own))
        mask = surfaces != config["pad_token_id"]
        if config["hn_embed_lang_id"]:
            embeddings = self.model.embeddings
            # RobertaModel adds type and position to every row; the language is to enter without.
            bare = (self.lang_embeddings.weight[language] - embeddings.token_type_embeddings.weight[0]
                    - embeddings.position_embeddings.weight[surfaces.shape[1]])
            rows = torch.cat([rows, bare.expand(len(rows), 1, -1)], 1)
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], 1)
        states = self.model(
            inputs_embeds=rows, attention_mask=mask, position_ids=torch.arange(rows.shape[1]).expand(rows.shape[:2])
        ).last_hidden_state
        states = states.flatten(1) if config["hn_concat_last_hidden_state"] else states[:, 0]
        made, out = self.output_projection(states), None
        if hasattr(self, "output_projection_out"):
            out = self.output_projection_out(states)
        elif config["separate_out_embeddings"]:
            made, out = made.split(config["n_embd"], -1)
        if config["hn_rescale_embeddings"]:
            made = self.scaler(made)
            out = self.out_scaler(out) if out is not None else None
        bias = self.bias_projection(states)[..., 0] if config["hn_predict_bias"] else None
        return made, out, bias

    def save(self, directory: Path):
        directory.mkdir(parents=True, exist_ok=True)
        tensors = {name: tensor.contiguous() for name, tensor in self.state_dict().items() if tensor.is_floating_point()}
        save_file(tensors, directory / "model.safetensors", {"format": "pt"})
        (directory / "config.json").write_text(json.dumps(self.config, indent=1) + "\n")


def config(**values) -> dict:
    """A released config.json with other values."""
    return {
        "model_type": "zett_hypernetwork", "hn_model_type": "roberta", "hn_model_name_or_path": "roberta-base",
        "hn_surface_maxlen": 7, "hn_n_layers": 3, "hn_n_extra_tokens": 0, "hn_rescale_embeddings": True,
        "hn_single_head": False, "hn_concat_last_hidden_state": False, "hn_predict_bias": False,
        "hn_embed_using_source_embeddings": True, "hn_embed_target_priors": False,
        "hn_add_inter_token_attention": False, "hn_embed_lang_id": False, "n_langs": None,
        "hn_num_attention_heads": None, "separate_out_embeddings": False, **values,
    }


def randomise(network: nn.Module):
    """Weights that leave nothing near zero: initial ones would hide most mistakes."""
    for name, parameter in network.named_parameters():
        centre = 1.0 if name.endswith((".w", "LayerNorm.weight", "ln.weight")) else 0.0
        nn.init.normal_(parameter, centre, 0.3 if parameter.dim() == 1 or "embedding" in name else parameter.shape[1] ** -0.5)
