#!/usr/bin/env python3
"""Compare `graft split --rule hat` with the hat-splitter wheel on random strings in all scripts, and time both.

  pip install hat-splitter==0.1.10 regex
  tools/compare_hat_splitter.py path/to/graft [number of strings] [text file to time]

hat-splitter's licence is non-commercial: its outputs are compared here, and nothing of it is shipped.
"""
import json
import random
import resource
import subprocess
import sys

import hat_splitter
import regex

SCRIPTS = """Latin Greek Cyrillic Hebrew Arabic Devanagari Bengali Thai Khmer Tibetan Hangul Hiragana
Katakana Han Ethiopic Georgian Armenian Tamil Myanmar Mongolian""".split()
CLASSES = """\\p{P} \\p{S} \\p{Z} \\p{N} \\p{M} \\p{Cf} \\p{Lu} \\p{Ll} \\p{Lt} \\p{Lm} \\p{Extended_Pictographic}
\\p{Regional_Indicator} \\p{WB=MidNum} \\p{WB=MidNumLet} \\p{WB=MidLetter} \\p{WB=ExtendNumLet}
\\p{WB=Hebrew_Letter} \\p{WB=Katakana} \\p{WB=Extend} \\p{WB=Newline}""".split()
POINTS = "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def pools():
    for name in [f"\\p{{Script={s}}}" for s in SCRIPTS] + CLASSES:
        yield regex.findall(name, POINTS)
    yield [chr(c) for c in range(128)]
    yield list(" .,'\"_:;-!?()aAbB019\n\r\t\u200d\u2019\u00a0\u00b7")
    yield list(POINTS)


def strings(count):
    """Runs from one pool after another; the ASCII pools come more often."""
    generator, known = random.Random(1), list(pools())
    weights = [1] * (len(known) - 3) + [10, 15, 2]
    for _ in range(count):
        parts = []
        for pool in generator.choices(known, weights, k=generator.randint(1, 8)):
            parts += generator.choices(pool, k=generator.randint(1, 4))
        yield "".join(parts)


def user_seconds(action):
    before = [resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    result = action()
    after = [resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return result, sum(after) - sum(before)


def main():
    graft = sys.argv[1]
    texts = list(strings(int(sys.argv[2]) if len(sys.argv) > 2 else 100_000))
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    output = subprocess.run(
        [graft, "split", "--rule", "hat", "--format", "jsonl"], input=lines.encode(), capture_output=True,
        check=True).stdout.decode()
    splitter, different = hat_splitter.HATSplitter(), 0
    for text, line in zip(texts, output.rstrip("\n").split("\n"), strict=True):
        expected, found = splitter.split(text), json.loads(line)["words"]
        if expected != found:
            different += 1
            if different <= 10:
                print(ascii(text), ascii(expected), ascii(found), sep="\n  ")
    print(f"{len(texts)} strings, {different} cut differently")
    if len(sys.argv) > 3:
        text = open(sys.argv[3], encoding="utf-8").read()
        words, seconds = user_seconds(lambda: splitter.split(text))
        _, own = user_seconds(lambda: subprocess.run(
            [graft, "count", "-t", "words:hat", sys.argv[3]], check=True, capture_output=True))
        size = len(text.encode()) / 1e6
        print(f"{len(words)} words: hat-splitter {size / seconds:.1f} MB/s, graft {size / own:.1f} MB/s")
    sys.exit(different > 0)


main()
