"""Writes where regular expressions match, as Hugging Face tokenizers (Oniguruma) finds it, for the tests.

    Tests/Fixtures/regular-expressions.jsonl      one object per pattern:
        pattern
        error           true where the library refuses the pattern; else
        results         for each text of the first line:
            matches     the non-empty matches, as [start, end] in bytes of the text's UTF-8
            replaced    the text with every match, empty ones too, replaced by "<>"

The first line is {"texts": [...]}.

    python make_regex_vectors.py [REPOSITORY]
"""

import argparse
import json
from itertools import accumulate
from pathlib import Path

from tokenizers import Regex
from tokenizers.normalizers import Replace
from tokenizers.pre_tokenizers import Split

TEXTS = [
    "",
    "a",
    "aaaab ab b",
    "abc\nabd\n\na\n",
    "a\r\nb\rc\u0085d\u2028e\u000bf\u000cg",
    "1234567 12 3 \u0661\u0662\u0663\u0664 \u00bd\u2460\u2167",
    "don't DON'T we'll it\u2019s 'S'\u017f K\u212a",
    "caf\u00e9 cafe\u0301 stra\u00dfe STRASSE STRA\u1e9eE na\u00efve",
    "\u65e5\u672c\u8a9e\u304b\u306a\u30ab\u30ca\u3002 \ud55c\uad6d\uc5b4, \u0939\u093f\u0928\u094d\u0926\u0940\u0964",
    "\u0645\u064e\u0631\u062d\u0628\u0627\u060c \u05e9\u05b8\u05dc\u05d5\u05b9\u05dd",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u270c\U0001f3fd \u2764\ufe0f\U0001f1e9\U0001f1ea 1\ufe0f\u20e3",
    "a\u200db\u200cc\u00add\u200be\ufefff",
    "  a   b\t\tc \u00a0d\u3000 e  \n  f ",
    "x = {'a': [1, 2], \"b\": (3)}; // #! $_ ^]} +-*/",
    "snake_case CamelCase kebab-case HTTPServer \u01c5\u01c4\u01c6",
    "0x1F deadBEEF ghij",
    "\u0391\u03a3 \u03b1\u03c3\u03c2 \u0130\u0131iI",
]

DIFFERENT_IN_ICU = [
    r"\p{N}{1,3}+", r"a{1,2}+b", r"a{2,3}+", r"\h", r"\h+", r"\H+", r"[\h_]+", r"[^\h]+", r"\w", r"\w+", r"\W+",
    r"[\w-]+", r"[^\w\s]+", r"(?m:.)", r"(?m:.+)", r"(?m).+", r"(?-m:.+)", r"(?mi:A.)", "^", "$", "^a", "a$", "^.*$",
    r"\p{^L}+", r"\P{^L}+", r"[\p{^L}]+", r"[^\p{^L}]+", r"a{,2}", r"a{,}", "a{", "a{x}", "a}", "a]", "]", "}", "{",
]

CLASSES = [
    r"[a-z[0-9]]+", r"[^\s[a-z]]+", r"[a-z&&[^aeiou]]+", r"[\p{L}&&[^a-z]]+", r"[[a-c][x-z]]", r"[^[^a]]",
    " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+", r"[]a]+", r"[^]a]+", r"[a\]]+", r"[\[a]+", r"[a-]+",
    r"[-a]+", r"[a\-z]+", r"[!-/]+", r"[+--]+", r"[a&b]+", r"[$]+", r"[#]+", r"[ ]+", r"[a|b]+", r"[{}]+", r"[()]+",
    r"[^\r\n\p{L}\p{N}]+", r"[\p{L}\p{M}]+", r"[\p{Lu}\p{Lt}]+", r"[\x41-\x43]+", "[\u4e00-\u9fff]+", r"[\d\s]+",
    r"[^\d\s]+", r"[[:alpha:]]+", r"[[:^alpha:]]+", r"[[:digit:]]+", r"[[:space:]]+", r"[[:upper:]]+",
    r"[[:punct:]]+", r"[[:alnum:]_]+", r"[[:word:]]+", r"[[:xdigit:]]+", r"[^[:space:]]+", r"[&&a]", r"[a&&]",
]

COMMON = [
    "a", "ab|a", "(?:a|ab)(?:c|bd)", "(?>a+)b", "(?>a+)a", "a*+a", "a?+a", "a++b", "a??b", "a+?", "a{2}", "a{2,}",
    "a{2,3}?b", "(a)\\1", "(?<n>a)\\k<n>", r"\s+(?!\S)", r"\s+", r"\S+", r"\d+", r"\D+", r"\p{L}+", r"\P{L}+",
    r"\p{Lu}\p{Ll}+", r"\p{M}+", r"\p{P}+", r"\p{S}+", r"\p{Z}+", r"\p{Nd}+", r"\p{Han}+", r"\p{Hiragana}+", r"\p{Greek}+",
    r"\p{Alphabetic}+", r"\p{White_Space}+", r"\p{letter}+", r"\p{Letter}+", r"\p{alpha}+", r"\p{Alnum}+", r"\p{Punct}+",
    r"\p{Space}+", r"\p{Upper}+", r"\b", r"\B", r"\b\w", r"\bb\w*", "(?i)strasse", "(?i)stra\u00dfe", "(?i:'s)",
    "(?i:k)", "(?i)\u03c3", "(?i)[k]", "(?i)i", "(?i)[a-z]+", "(?i)\u00e9", r"\A.", r".\z", r".\Z", r"\Aa", r"\z", r"\Z",
    r"\t", r"\f|\v", r"\e", r"\/", r"\-", r"\#", r"\_", r"\ ", "#", r"\x41", r"\x{1F600}", r"\u00e9", "\u00e9", "\u212a", ".",
    "..", "", "x*", "a*", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)b", "a|", "|a", "(?:)", "()", "(?#note)a", "(?x) a b", "(?x: a #c\n)b",
    "(", ")", "a)", "(a", "[", "[a", "[]", "[^]", "*", "a{2,1}", "\\", r"\p{Nonsense}", r"\p{L", "(?<n>a", "[b-a]", "(?z)a",
    r"\p{Emoji}+", r"\p{Extended_Pictographic}+", r"\X", r"\R", r"\N+", r"\O", r"\K", "a\\Kb", "(?~ab)", r"\y", r"\G.",
    r"(?<a>b|c\g<a>d)", "a{2}{3}", "a**", "a+*", r"\101", r"\0", r"\cA", r"(?<=a|bb)c", r"(?<=a+)b", r"(?i:a)b", "a(?i)b|c",
]

SPLITTING = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+",
    "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
    "\\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u212a\u2126]+",
    r"[0-9][0-9][0-9]",
    r"\d{1,3}(?=(?:\d{3})*\b)",
]


def result(pattern: Regex, text: str) -> dict:
    before = [0, *accumulate(len(scalar.encode()) for scalar in text)]
    matches = Split(pattern, "removed", invert=True).pre_tokenize_str(text)
    return {
        "matches": [[before[start], before[end]] for _, (start, end) in matches],
        "replaced": Replace(pattern, "<>").normalize_str(text),
    }


def row(pattern: str) -> dict:
    try:
        compiled = Regex(pattern)
    except Exception:
        return {"pattern": pattern, "error": True}
    return {"pattern": pattern, "results": [result(compiled, text) for text in TEXTS]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, nargs="?", default=Path(__file__).resolve().parent.parent)
    path = parser.parse_args().repository / "Tests/Fixtures/regular-expressions.jsonl"
    rows = [{"texts": TEXTS}, *map(row, DIFFERENT_IN_ICU + CLASSES + COMMON + SPLITTING)]
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
