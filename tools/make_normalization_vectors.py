"""Writes Unicode's normalization forms of many texts, as Python's unicodedata gives them, for the tests.

    Tests/Fixtures/normalization.jsonl         one object per text: text, nfc, nfd, nfkc, nfkd

    python make_normalization_vectors.py [REPOSITORY]

The texts are lines of characters that decompose, each of them by itself and with marks around it, and random mixtures.
Normalization forms of assigned characters never change, so any version of Python gives the same file from 3.11 on.
"""

import argparse
import json
import random
import unicodedata
from pathlib import Path

SEED = 1
SCALARS_PER_LINE = 24
RANDOM_TEXTS = 200
MARKS = "\u0301\u0323\u0327\u0345\u05b0\u093c\u0e38\u302a\u3099"
JAMO = "\u1100\u1112\u1161\u1175\u11a8\u11c2\uac00\uac01\ud7a3"


def decomposing_scalars() -> list[str]:
    """Every fourth of the characters that a form changes."""
    scalars = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    return [scalar for scalar in scalars if unicodedata.normalize("NFKD", scalar) != scalar and scalar < "\uac00" or
            "\uf900" <= scalar <= "\U0002fa1d" and unicodedata.decomposition(scalar)][::4]


def texts() -> list[str]:
    generator = random.Random(SEED)
    scalars = decomposing_scalars()
    lines = ["x".join(scalars[i:i + SCALARS_PER_LINE]) for i in range(0, len(scalars), SCALARS_PER_LINE)]
    pool = scalars + list("aeo \u00e9" * 40) + list(MARKS * 60) + list(JAMO * 20)
    mixtures = ["".join(generator.choices(pool, k=generator.randint(2, 12))) for _ in range(RANDOM_TEXTS)]
    return lines + mixtures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, nargs="?", default=Path(__file__).resolve().parent.parent)
    path = parser.parse_args().repository / "Tests/Fixtures/normalization.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for text in texts():
            forms = {form.lower(): unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")}
            file.write(json.dumps({"text": text, **forms}, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
