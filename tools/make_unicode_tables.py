#!/usr/bin/env python3
"""Generate the Unicode tables that the reference library uses, by asking it about every code point.

  pip install tokenizers==0.23.3
  tools/make_unicode_tables.py Sources/Normalization/Unicode/Tables

Hugging Face's tokenizers is built from crates that each bring the tables of another Unicode version.
Ids depend on them, so the tables are read off the library itself and not off a standard's files. Takes
some minutes.
"""
import os
import sys

from tokenizers import Regex, __version__, normalizers, pre_tokenizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CATEGORIES = """Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co
Cn""".split()


def split_points(pre_tokenizer):
    """The code points that `pre_tokenizer` cuts off between letters, and those that it drops there."""
    text = "".join("a" + chr(c) for c in POINTS) + "a"
    starts, covered = set(), bytearray(len(text))
    for _, (start, end) in pre_tokenizer.pre_tokenize_str(text):
        starts.add(start)
        covered[start:end] = b"\1" * (end - start)
    cut = {c for i, c in enumerate(POINTS) if 2 * i + 1 in starts}
    return cut, {c for i, c in enumerate(POINTS) if not covered[2 * i + 1]}


def matched(regex):
    return split_points(pre_tokenizers.Split(Regex(regex), "removed"))[1]


def normalized(normalizer):
    return {c: normalizer.normalize_str(chr(c)) for c in POINTS}


def dropped(normalizer):
    return {c for c, text in normalized(normalizer).items() if not text}


def bert(**options):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **options})


def bounds(points):
    """The first code points of alternating runs inside and outside the set."""
    result = []
    for c in range(0x110001):
        if (c in points) != (len(result) % 2 == 1):
            result.append(c)
    return result


def nonspacing_marks():
    """What BERT strips, of the code points that do not decompose before it looks at them."""
    stripped, decomposed = normalized(bert(strip_accents=True)), normalized(normalizers.NFD())
    return {c for c in POINTS if decomposed[c] == chr(c) and not stripped[c]}


def category_runs():
    """Each run of one general category as its first code point and the category's number."""
    category = {}
    for number, name in enumerate(CATEGORIES):
        for c in matched(rf"\p{{{name}}}"):
            category[c] = number
    runs, last = [], None
    for c in range(0x110000):
        number = category.get(c, CATEGORIES.index("Cn"))
        if number != last:
            runs.append(c << 8 | number)
        last = number
    return runs


def script_runs():
    """Each run of one script as its first code point and the script's number; 0 for none."""
    def is_cut(text):
        return len(pre_tokenizers.UnicodeScripts().pre_tokenize_str(text)) > 1
    examples, runs, last = [], [], None
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000 or not (is_cut("a" + chr(c)) or is_cut("中" + chr(c))):
            number = 0
        elif last and not is_cut(examples[last - 1] + chr(c)):
            number = last
        else:
            known = (i for i, e in enumerate(examples, 1) if not is_cut(e + chr(c)))
            number = next(known, None)
            if number is None:
                examples.append(chr(c))
                number = len(examples)
        if number != last:
            runs.append(c << 8 | number)
        last = number
    return runs


def lowercase_runs():
    """Runs of upper-case code points at one distance from their lower case: first, last, step and
    distance (modulo 2^32)."""
    lower = {c: t for c, t in normalized(normalizers.Lowercase()).items() if t != chr(c)}
    special = {c: t for c, t in lower.items() if len(t) != 1}
    assert special == {0x130: "i\u0307"}, special
    runs = []
    for c in sorted(lower):
        if c in special:
            continue
        distance = ord(lower[c]) - c
        last = runs[-1] if runs else None
        step = c - last[1] if last else 0
        if last and last[3] == distance and step in (1, 2) and last[2] in (0, step):
            last[1], last[2] = c, step
        else:
            runs.append([c, c, 0, distance])
    return [x & 0xFFFFFFFF for first, last, step, d in runs for x in (first, last, max(step, 1), d)]


def swift(name, comment, numbers):
    lines, line = [], "   "
    for number in numbers:
        word = f" {number},"
        if len(line) + len(word) > 100:
            lines.append(line)
            line = "   "
        line += word
    lines.append(line)
    body = "\n".join(lines)
    return f"  /// {comment}\n  static let {name}: [UInt32] = [\n{body}\n  ]\n"


def main():
    folder = sys.argv[1]
    other, spaces = split_points(pre_tokenizers.Whitespace())
    files = {
        "CharacterClassTables": [
            ("punctuation", "What `Punctuation` isolates.",
             bounds(split_points(pre_tokenizers.Punctuation())[0])),
            ("numeric", "What `Digits` isolates.", bounds(split_points(pre_tokenizers.Digits(True))[0])),
            ("whitespace", "What `WhitespaceSplit` drops.",
             bounds(split_points(pre_tokenizers.WhitespaceSplit())[1])),
            ("words", "What `Whitespace` takes for word characters.", bounds(set(POINTS) - other - spaces)),
            ("marks", "What `StripAccents` drops.", bounds(dropped(normalizers.StripAccents()))),
            ("nonspacingMarks", "What `BertNormalizer` drops as accents.", bounds(nonspacing_marks())),
            ("other", "What `BertNormalizer` drops as control characters.",
             bounds(dropped(bert(clean_text=True)) - {0, 0xFFFD} | {9, 10, 13})),
        ],
        "RegularExpressionTables": [
            ("categories", "Runs of one general category: the first code point times 256, plus the "
             "category.", category_runs()),
            ("alphabetic", "`[[:alpha:]]`", bounds(matched("[[:alpha:]]"))),
            ("words", "`[[:word:]]`", bounds(matched("[[:word:]]"))),
            ("han", r"`\p{Han}`, the one script that patterns ask for.", bounds(matched(r"\p{Han}"))),
        ],
        "CaseTables": [
            ("lowercase", "Runs of characters with a lower case: first, last, step, and the distance "
             "to the lower case modulo 2³².", lowercase_runs())],
        "ScriptTables": [
            ("scripts", "Runs of one script: the first code point times 256, plus a number for the "
             "script; 0 is none.", script_runs())],
    }
    for name, tables in files.items():
        parts = "\n".join(swift(*table) for table in tables)
        with open(os.path.join(folder, name + ".swift"), "w", encoding="utf-8") as out:
            out.write(
                f"// Generated by tools/make_unicode_tables.py from tokenizers {__version__}; do not edit."
                f"\n\n// swift-format-ignore-file\n\nenum {name} {{\n{parts}}}\n")


main()
