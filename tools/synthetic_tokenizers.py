"""Tiny byte-level BPE tokenizers, each with features that real tokenizer.json files use and that are easy to get wrong.

Every function below makes one tokenizer or a family that differs in one setting; make_goldens.py writes them.
"""

import json
from collections.abc import Iterator, Sequence

from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers,
)

SPLIT_BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
SPLIT_PATTERN = r"\p{L}+|\d"
VOCABULARY = 420
END_OF_WORD = "</w>"


def train(tokenizer: Tokenizer, texts: list[str], size: int = VOCABULARY, first_tokens: Sequence[str] = (),
          end_of_word: str | None = None) -> Tokenizer:
    """Learns the merges, with all 256 bytes in the vocabulary."""
    suffix = {"end_of_word_suffix": end_of_word} if end_of_word else {}
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(first_tokens),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        **suffix,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def byte_level(add_prefix_space: bool = False, use_regex: bool = True) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space, use_regex=use_regex)


def plain(texts: list[str]) -> Tokenizer:
    """GPT-2's arrangement and nothing else."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = byte_level()
    return train(tokenizer, texts)


def added_tokens(texts: list[str]) -> Tokenizer:
    """NFC, and added tokens with every flag, some of them only found before or only after normalization."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC()])
    tokenizer.pre_tokenizer = byte_level()
    train(tokenizer, texts)
    tokenizer.add_special_tokens([
        AddedToken("<|endoftext|>", normalized=False),
        AddedToken("<mask>", lstrip=True, normalized=False),
        AddedToken("<s>", rstrip=True, normalized=False),
        AddedToken("</s>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("<pad>", single_word=True, normalized=False),
    ])
    tokenizer.add_tokens([
        AddedToken("keep", single_word=True, normalized=True),
        AddedToken("New York", normalized=True),
        AddedToken("NEW YORK", normalized=False),
        AddedToken("cafe\u0301", normalized=True),
        AddedToken("na\u00efve", normalized=True, lstrip=True, rstrip=True),
        AddedToken("nai\u0308ve", normalized=False),
    ])
    return tokenizer


def prefix_space(texts: list[str], trim_offsets: bool) -> Tokenizer:
    """A space is put before the text; the post-processor trims offsets, or does not."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = byte_level(add_prefix_space=True)
    train(tokenizer, texts, first_tokens=["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=trim_offsets)
    return tokenizer


def falcon_like(texts: list[str]) -> Tokenizer:
    """Four splitting steps one after another, two of them after the bytes have become letters."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"),
        byte_level(),
        pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), behavior="isolated", invert=False),
    ])
    return train(tokenizer, texts)


def lower_strip_replace(texts: list[str]) -> Tokenizer:
    """Normalizers that change the length of the text: Strip, Lowercase, Replace by string and by expression."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Strip(left=True, right=True),
        normalizers.Lowercase(),
        normalizers.Replace("''", "\""),
        normalizers.Replace(Regex(r"\s{2,}"), " "),
    ])
    tokenizer.pre_tokenizer = byte_level()
    return train(tokenizer, texts)


def strip_accents(texts: list[str]) -> Tokenizer:
    """Compatibility decomposition, accents removed."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = byte_level()
    return train(tokenizer, texts)


def roberta(texts: list[str]) -> Tokenizer:
    """RoBERTa's post-processor and its special tokens, with a mask that takes the space before it."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = byte_level(add_prefix_space=True)
    train(tokenizer, texts, first_tokens=["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True
    )
    return tokenizer


def clip_like(texts: list[str]) -> dict:
    """A suffix marks the last piece of a word; what the split expression does not match is removed.

    The trainer meets bytes with the suffix in an order that changes from run to run. They are therefore given to it
    as special tokens, which fixes their ids, and struck from the added tokens afterwards.
    """
    specials = ["<|startoftext|>", "<|endoftext|>"]
    last_bytes = [letter + END_OF_WORD for letter in sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix=END_OF_WORD, unk_token="<|endoftext|>"))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase(),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(
            Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True
        ),
        byte_level(use_regex=True),
    ])
    train(tokenizer, texts, size=700, first_tokens=specials + last_bytes, end_of_word=END_OF_WORD)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("<|endoftext|>", 1), ("<|startoftext|>", 0), trim_offsets=False, add_prefix_space=False
    )
    result = definition(tokenizer)
    result["added_tokens"] = [token for token in result["added_tokens"] if token["content"] in specials]
    return result


def split(texts: list[str], behavior: str, invert: bool) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT_PATTERN), behavior=behavior, invert=invert),
        byte_level(use_regex=False),
    ])
    return train(tokenizer, texts, size=340)


def without_some_merges(content: dict, ignore_merges: bool) -> dict:
    """The same vocabulary with every fifth merge gone: some tokens can be reached only as whole words, or never."""
    model = dict(content["model"], ignore_merges=ignore_merges)
    model["merges"] = [merge for index, merge in enumerate(model["merges"]) if index % 5]
    return dict(content, model=model)


def with_merges_as_strings(content: dict) -> dict:
    """As older versions wrote it: merges are "a b", and there are no keys that came later."""
    later = ("ignore_merges", "byte_fallback")
    model = {key: value for key, value in content["model"].items() if key not in later}
    model["merges"] = [" ".join(merge) for merge in model["merges"]]
    return dict(content, model=model)


def definition(tokenizer: Tokenizer) -> dict:
    """The content of tokenizer.json."""
    return json.loads(tokenizer.to_str())


def all_definitions(texts: list[str]) -> Iterator[tuple[str, dict]]:
    """Name and tokenizer.json content of every synthetic tokenizer, trained on `texts`."""
    simple = definition(plain(texts))
    yield "merges-as-pairs", simple
    yield "merges-as-strings", with_merges_as_strings(simple)
    yield "missing-merges", without_some_merges(simple, ignore_merges=False)
    yield "missing-merges-ignored", without_some_merges(simple, ignore_merges=True)
    yield "added-tokens", definition(added_tokens(texts))
    yield "prefix-space-trimmed", definition(prefix_space(texts, trim_offsets=True))
    yield "prefix-space-untrimmed", definition(prefix_space(texts, trim_offsets=False))
    yield "falcon-like", definition(falcon_like(texts))
    yield "lower-strip-replace", definition(lower_strip_replace(texts))
    yield "strip-accents", definition(strip_accents(texts))
    yield "roberta", definition(roberta(texts))
    yield "clip-like", clip_like(texts)
    for behavior in SPLIT_BEHAVIORS:
        for invert in (False, True):
            name = f"split-{behavior.replace('_', '-')}" + ("-inverted" if invert else "")
            yield name, definition(split(texts, behavior, invert))
