"""Tiny tokenizers with models other than byte-level BPE, and with what comes with them: Unigram, WordPiece and
WordLevel, the normalizers, pre-tokenizers, decoders and post-processors of BERT and SentencePiece.

Vocabularies are counted, not trained, so that they are the same on every run. make_goldens.py writes the tokenizers.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator

import character_map
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

MARK = "\u2581"
CHARACTER_RULES = {
    "\ufb01": "fi", "\u2122": "TM", "e\u0301": "\u00e9", "\u00bd": "1/2", "\u3000": " ", "\u0001": "", "\u200b": "",
    "\t": " ", "\n": " ", "\r\n": "  ", "\u2026": "...", "\u00e4": "a\u0308", "\U0001f600": ":-)", "A\u030a": "\u00c5",
    "\u1100\u1161": "\uac00", "\u0130": "i", "x": "y\u0301z",
}


def counted(texts: list[str], longest: int) -> list[tuple[str, int]]:
    """Common pieces of words with their counts, the most common first."""
    pieces: Counter[str] = Counter()
    for text in texts:
        for word in text.split():
            for start in range(len(word)):
                for end in range(start + 1, min(len(word), start + longest) + 1):
                    pieces[word[start:end]] += 1
    return sorted(pieces.items(), key=lambda item: (-item[1] * len(item[0]), item[0]))


def letters(texts: list[str]) -> list[str]:
    common = Counter(letter for text in texts for letter in text if not letter.isspace())
    return sorted(letter for letter, count in common.items() if count > 3)


def word_piece(texts: list[str]) -> Tokenizer:
    """BERT's arrangement, with a short limit for words."""
    lowered = [text.lower() for text in texts]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters(lowered)]
    tokens += ["##" + letter for letter in letters(lowered)[::2]]
    tokens += [piece for piece, _ in counted(lowered, 6)[:300]]
    tokens += ["##" + piece for piece, _ in counted(lowered, 4)[:300]]
    vocab = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=12))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])],
    )
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def cased_word_piece(texts: list[str]) -> Tokenizer:
    """The other post-processor, no clean-up, another prefix, and accents stripped without changing case."""
    tokens = ["[UNK]", "[CLS]", "[SEP]", *letters(texts), *("@@" + letter for letter in letters(texts))]
    vocab = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", continuing_subword_prefix="@@"))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("merged_with_previous"),
    ])
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.decoder = decoders.WordPiece(prefix="@@", cleanup=False)
    return tokenizer


def unigram_model(texts: list[str], first: list[str], byte_fallback: bool = False) -> models.Unigram:
    pieces = counted([MARK + MARK.join(text.split()) for text in texts], 7)[:500]
    total = sum(count for _, count in pieces)
    vocab = [(token, 0.0) for token in first]
    # Scores of few digits, so that ties are common.
    vocab += [(piece, round(math.log(count / total), 1)) for piece, count in pieces]
    known = {token for token, _ in vocab}
    vocab += [(letter, -12.5) for letter in letters(texts)[::3] if letter not in known]
    return models.Unigram(vocab, 1, byte_fallback)


def unigram(texts: list[str]) -> Tokenizer:
    """T5's arrangement with simpler normalizers."""
    tokenizer = Tokenizer(unigram_model(texts, ["<pad>", "<unk>", "</s>", MARK]))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace("  ", " "),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(MARK, "always"),
    ])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 2)]
    )
    tokenizer.decoder = decoders.Metaspace(MARK, "always")
    tokenizer.add_special_tokens(["<pad>", "<unk>", "</s>"])
    tokenizer.add_tokens([AddedToken("<extra>", rstrip=True, lstrip=True)])
    return tokenizer


def unigram_with_bytes(texts: list[str]) -> Tokenizer:
    """Byte fallback, whole texts as one piece, a mark only where the text begins."""
    first = ["<s>", "<unk>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokenizer = Tokenizer(unigram_model(texts, first, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(MARK, "first", split=False)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False
    )
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0),
    ])
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.add_tokens([AddedToken("New York")])
    return tokenizer


def unigram_with_map(texts: list[str]) -> Tokenizer:
    """A compiled character map that grows, shrinks, deletes and joins characters."""
    tokenizer = Tokenizer(unigram_model(texts, ["<pad>", "<unk>"]))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(character_map.compiled(CHARACTER_RULES)), normalizers.Lowercase(),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(MARK, "never")
    tokenizer.decoder = decoders.Metaspace(MARK, "never")
    return tokenizer


def word_level(texts: list[str]) -> Tokenizer:
    words = sorted(Counter(word for text in texts for word in text.split()).items(), key=lambda item: (-item[1], item[0]))
    vocab = {token: index for index, token in enumerate(["<unk>", *(word for word, _ in words[:400])])}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def cut_only(pre_tokenizer: pre_tokenizers.PreTokenizer) -> Tokenizer:
    """No token is known: each piece is one unknown token, called by its text."""
    tokenizer = Tokenizer(models.Unigram([("<unk>", 0.0)], 0, False))
    tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


def decoded_only(texts: list[str], decoder: decoders.Decoder) -> Tokenizer:
    tokens = ["<pad>", "|", "</w>", *letters(texts), *(letter + "</w>" for letter in letters(texts))]
    vocab = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.BPE(vocab, [], end_of_word_suffix="</w>", unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoder
    return tokenizer


def all_definitions(texts: list[str]) -> Iterator[tuple[str, dict]]:
    """Name and tokenizer.json content of every tokenizer, with vocabularies from `texts`."""
    made = {
        "wordpiece": word_piece(texts),
        "wordpiece-cased": cased_word_piece(texts),
        "unigram": unigram(texts),
        "unigram-bytes": unigram_with_bytes(texts),
        "unigram-character-map": unigram_with_map(texts),
        "word-level": word_level(texts),
        "cut-scripts": cut_only(pre_tokenizers.UnicodeScripts()),
        "cut-fixed-length": cut_only(pre_tokenizers.FixedLength(3)),
        "cut-delimiter": cut_only(pre_tokenizers.CharDelimiterSplit("e")),
        "cut-digits-punctuation": cut_only(pre_tokenizers.Sequence([
            pre_tokenizers.Digits(), pre_tokenizers.Punctuation("merged_with_next"),
        ])),
        "cut-metaspace-words": cut_only(pre_tokenizers.Sequence([
            pre_tokenizers.Metaspace("_", "first"), pre_tokenizers.Whitespace(),
        ])),
        "decode-bpe": decoded_only(texts, decoders.BPEDecoder()),
        "decode-ctc": decoded_only(texts, decoders.CTC()),
    }
    for name, tokenizer in made.items():
        yield name, json.loads(tokenizer.to_str())
