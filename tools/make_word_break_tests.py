#!/usr/bin/env python3
"""Write the cases of Unicode's WordBreakTest.txt, one per line: words between `|`, code points in hex.

  tools/make_word_break_tests.py unicode-segmentation/tests/testdata/mod.rs … > Tests/Fixtures/word-break-test.txt

The Rust crate unicode-segmentation carries the cases as source (tests/testdata/mod.rs, before Unicode
15.1 src/testdata.rs). Cases of several files are joined; those of Unicode 15.0, which is ICU 72's, and
of 16.0 are shipped.
"""
import re
import sys

STRING = r'"((?:[^"\\]|\\.)*)"'


def text(literal):
    return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda match: chr(int(match[1], 16)), literal)


def cases(path):
    source = open(path, encoding="utf-8").read()
    source = source[source.index("TEST_WORD"):]
    source = source[source.index("&[", source.index("=")) + 2:source.index("];")]
    for whole, words in re.findall(rf"\(\s*{STRING},\s*&\[((?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*)\]", source):
        words = [text(word) for word in re.findall(STRING, words)]
        assert "".join(words) == text(whole), whole
        yield "|".join(" ".join(f"{ord(c):X}" for c in word) for word in words)


print("\n".join(sorted({case for path in sys.argv[1:] for case in cases(path)})))
