#!/usr/bin/env python3
"""Makes Tests/Fixtures/sampling: small SentencePiece models and what the reference libraries do with them.

unigram.model, bpe.model   trained here on a few lines, with a user-defined piece
nbest.jsonl                the ten best ways to cut each text: ids and scores (sentencepiece)
byt5.jsonl                 ids and decoded texts of transformers' ByT5Tokenizer

Needs sentencepiece and transformers (tools/requirements.txt).
"""
import io
import json
import pathlib
import sys

import sentencepiece
from transformers import ByT5Tokenizer

sys.path.insert(0, str(pathlib.Path(__file__).parent))
OUT = pathlib.Path(__file__).parent.parent / "Tests/Fixtures/sampling"

LINES = [
    "the cat sat on the mat and the hat", "a cat and a rat sat at the table", "that is the theme of these",
    "internationalization and nationalization", "new newer newest low lower lowest wide wider widest",
    "abracadabra abracadabra", "you and me and you", "unhappiness happily happier",
] * 8
TEXTS = [
    "the cat", "that theme", "abracadabra", "nationalization", "lowest newest", "", " ", "a", "  the  hat ",
    "unhappier cats", "the zebra", "naïve cat", "你好 the", "the<sep>cat", "aaaa bbbb", "sat sat sat sat",
]


def train(kind):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES), model_writer=model, model_type=kind, vocab_size=90,
        user_defined_symbols=["<sep>"], normalization_rule_name="identity",
        hard_vocab_limit=False, minloglevel=2)
    (OUT / f"{kind}.model").write_bytes(model.getvalue())
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


OUT.mkdir(parents=True, exist_ok=True)
train("bpe")
unigram = train("unigram")
with open(OUT / "nbest.jsonl", "w") as file:
    for text in TEXTS:
        best = unigram.nbest_encode(text, nbest_size=10, out_type="proto").nbests
        ids = [[piece.id for piece in way.pieces] for way in best]
        scores = [way.score for way in best]
        print(json.dumps({"text": text, "ids": ids, "scores": scores}), file=file)

byt5 = ByT5Tokenizer()
BYTES = [
    "hi é", " a </s> b", "<extra_id_0>x <extra_id_124>", "<pad><unk>q", "a  <pad>  b", "", " ", "你好 🙂\n\t",
    "\u0000\u007f\ufffd", "<extra_id_7", "e\u0301 <unk>",
]
with open(OUT / "byt5.jsonl", "w") as file:
    for text in BYTES:
        plain = byt5(text, add_special_tokens=False)["input_ids"]
        ids = byt5(text)["input_ids"]
        print(json.dumps({"text": text, "ids": plain, "idsWithSpecials": ids,
                          "tokens": byt5.tokenize(text), "decoded": byt5.decode(ids),
                          "skipping": byt5.decode(ids, skip_special_tokens=True)}), file=file)
    # Bytes that are no characters.
    for ids in [[0xE4 + 3, 0xBD + 3, 65 + 3], [0xFF + 3, 70], [0xE4 + 3, 0xE4 + 3, 0xBD + 3, 0xA0 + 3], [0xC3 + 3],
                [259, 0xF0 + 3, 0x9F + 3, 1]]:
        print(json.dumps({"decoding": ids, "decoded": byt5.decode(ids)}), file=file)
