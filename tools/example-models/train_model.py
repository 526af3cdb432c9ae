"""Trains one of the two example models, a small Llama, on the King James Bible, and saves it in bfloat16.

The models differ in width, depth, vocabulary and in whether input and output embeddings are one matrix:

    base    128 wide, 4 layers, untied
    donor   112 wide, 5 layers, tied

Runs on one CPU thread, with fixed seeds, for a fixed number of steps. Run make_tokenizers.py first.

    python train_model.py base ../../vocabs         # completes example-base/
    python train_model.py donor ../../vocabs        # completes example-donor/
"""

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

import kjv
from make_tokenizers import BASE_ROLES, CONTEXT, DONOR_ROLES
from muon import Muon

IGNORED = -100
DOCUMENTS_PER_STEP = 8
BATCHES_PER_POOL = 16


@dataclass(frozen=True)
class Recipe:
    """What one model is and how it is trained."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    tied: bool
    roles: dict[str, str]
    epochs: float
    seed: int
    matrix_rate: float = 0.03
    other_rate: float = 0.008


RECIPES = {
    "base": Recipe(128, layers=4, heads=4, feed_forward=352, tied=False, roles=BASE_ROLES, epochs=3.4, seed=1),
    "donor": Recipe(112, layers=5, heads=4, feed_forward=304, tied=True, roles=DONOR_ROLES, epochs=3.2, seed=2),
}


def encode(tokenizer: Tokenizer, documents: list[str], eos: int) -> list[list[int]]:
    """Every document's tokens between the beginning-of-text token, which the tokenizer adds, and the end-of-text one."""
    return [encoding.ids + [eos] for encoding in tokenizer.encode_batch(documents)]


def batches(documents: list[list[int]], count: int, generator: torch.Generator):
    """Yields `count` lists of documents of similar length, in random order, every document once per epoch."""
    yielded = 0
    while True:
        order = torch.randperm(len(documents), generator=generator).tolist()
        pool_size = DOCUMENTS_PER_STEP * BATCHES_PER_POOL
        for pool_start in range(0, len(order), pool_size):
            pool = sorted(order[pool_start:pool_start + pool_size], key=lambda index: len(documents[index]))
            starts = list(range(0, len(pool), DOCUMENTS_PER_STEP))
            for which in torch.randperm(len(starts), generator=generator).tolist():
                if yielded == count:
                    return
                yielded += 1
                yield [documents[index] for index in pool[starts[which]:starts[which] + DOCUMENTS_PER_STEP]]


def padded(documents: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Input ids and targets [documents, longest - 1]; what lies behind a document's end is no target."""
    length = max(map(len, documents)) - 1
    inputs = torch.zeros(len(documents), length, dtype=torch.long)
    targets = torch.full((len(documents), length), IGNORED)
    for row, ids in enumerate(documents):
        inputs[row, :len(ids) - 1] = torch.tensor(ids[:-1])
        targets[row, :len(ids) - 1] = torch.tensor(ids[1:])
    return inputs, targets


def loss_of(model: LlamaForCausalLM, documents: list[list[int]], reduction: str) -> Tensor:
    """Cross-entropy, in nats, of every token after the first of every document."""
    inputs, targets = padded(documents)
    logits = model(input_ids=inputs, use_cache=False).logits
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction=reduction)


@torch.no_grad()
def bits_per_byte(model: LlamaForCausalLM, texts: list[str], documents: list[list[int]]) -> float:
    """Bits per byte of text; the end-of-text tokens are not scored."""
    nats = sum(loss_of(model, [ids[:-1]], "sum").item() for ids in documents)
    return nats / math.log(2) / sum(len(text.encode()) for text in texts)


def new_model(recipe: Recipe, tokenizer: Tokenizer) -> LlamaForCausalLM:
    ids = {role: tokenizer.token_to_id(token) for role, token in recipe.roles.items()}
    configuration = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=recipe.width,
        intermediate_size=recipe.feed_forward,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=recipe.tied,
        bos_token_id=ids["bos_token"],
        eos_token_id=ids["eos_token"],
        pad_token_id=ids.get("pad_token"),
    )
    return LlamaForCausalLM(configuration)


def optimizers(model: LlamaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for the embeddings and the norms."""
    is_matrix = {name: ".layers." in name and value.ndim == 2 for name, value in model.named_parameters()}
    matrices = [value for name, value in model.named_parameters() if is_matrix[name]]
    others = [value for name, value in model.named_parameters() if not is_matrix[name]]
    return [
        Muon(matrices, rate=recipe.matrix_rate),
        torch.optim.AdamW(others, lr=recipe.other_rate, betas=(0.9, 0.95), weight_decay=0.01),
    ]


def rate_factor(step: int, steps: int) -> float:
    """A short warm-up, a plateau, and a linear descent to zero over the last 60 % of the steps."""
    return min(1.0, (step + 1) / 20, (steps - step) / (0.6 * steps))


def train(model: LlamaForCausalLM, documents: list[list[int]], recipe: Recipe, steps: int) -> None:
    chosen = optimizers(model, recipe)
    full_rates = [optimizer.param_groups[0]["lr"] for optimizer in chosen]
    started = time.monotonic()
    running = 0.0
    for step, batch in enumerate(batches(documents, steps, torch.Generator().manual_seed(recipe.seed))):
        for optimizer, full_rate in zip(chosen, full_rates):
            optimizer.param_groups[0]["lr"] = full_rate * rate_factor(step, steps)
        loss = loss_of(model, batch, "mean")
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in chosen:
            optimizer.step()
            optimizer.zero_grad()
        running += loss.item()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1}/{steps}  loss {running / 50:.4f}  {time.monotonic() - started:.0f} s", flush=True)
            running = 0.0


def generation_configuration(name: str, model: LlamaForCausalLM) -> GenerationConfig:
    """How to sample from the model; the donor gives its end-of-text tokens as a list, as many chat models do."""
    ids = model.config
    stops = ids.eos_token_id if name == "base" else [ids.eos_token_id, ids.bos_token_id]
    return GenerationConfig(
        bos_token_id=ids.bos_token_id,
        eos_token_id=stops,
        pad_token_id=ids.pad_token_id,
        do_sample=True,
        temperature=0.8,
        top_p=0.95,
        max_length=CONTEXT,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("output", type=Path, help="directory that holds example-base/ and example-donor/")
    parser.add_argument("--steps", type=int, help="stop after this many steps (a trial run)")
    arguments = parser.parse_args()

    recipe = RECIPES[arguments.name]
    directory = arguments.output / f"example-{arguments.name}"
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    eos = tokenizer.token_to_id(recipe.roles["eos_token"])
    documents = encode(tokenizer, kjv.documents("train"), eos)
    steps = arguments.steps or round(recipe.epochs * len(documents) / DOCUMENTS_PER_STEP)

    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    model = new_model(recipe, tokenizer)
    print(f"{sum(value.numel() for value in model.parameters()):,} parameters, {steps} steps", flush=True)
    train(model, documents, recipe, steps)

    model.to(torch.bfloat16)
    model.generation_config = generation_configuration(arguments.name, model)
    model.save_pretrained(directory)
    model.float()
    for split in ("valid", "test"):
        texts = kjv.documents(split)
        print(f"{split}: {bits_per_byte(model, texts, encode(tokenizer, texts, eos)):.4f} bits per byte", flush=True)


if __name__ == "__main__":
    main()
