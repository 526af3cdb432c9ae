"""The text that the example models are trained on: the King James Bible, which is in the public domain.

A document is a passage: consecutive verses of one chapter, one verse per line, at most 1,200 bytes, so that every
document fits the models' context and has no blank line inside. Whole chapters go to train, valid or test by a hash
of their name, so the split depends on nothing but the text.

The text comes from Debian's packages bible-kjv and bible-kjv-text.

    python kjv.py ../../vocabs/example-test.txt     # writes the test split, documents separated by a blank line
"""

import argparse
import hashlib
import re
import subprocess
import sys
from pathlib import Path

MAX_DOCUMENT_BYTES = 1200
HEADING = re.compile(r"^(\S.*) (\d+)$")
VERSE = re.compile(r"^\s+(\d+) (.*\S)\s*$")


def raw_text() -> str:
    """The whole Bible as the `bible` program prints it: headings at the margin, verses indented."""
    command = ["bible", "-l100000", "gen1:1-rev22:21"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        sys.exit("the program `bible` is missing: apt-get install bible-kjv bible-kjv-text")


def chapters(text: str) -> dict[str, list[str]]:
    """Chapter name ("Genesis 1") to its verses ("1 In the beginning ..."), in the order of the text."""
    found: dict[str, list[str]] = {}
    verses: list[str] = []
    for line in text.splitlines():
        if verse := VERSE.match(line):
            verses.append(f"{verse[1]} {verse[2]}")
        elif heading := HEADING.match(line):
            verses = found.setdefault(heading[0], [])
    return found


def passages(verses: list[str]) -> list[str]:
    """A chapter's verses in documents of at most MAX_DOCUMENT_BYTES (a longer verse is a document by itself)."""
    documents: list[str] = []
    for verse in verses:
        if documents and len(documents[-1].encode()) + 1 + len(verse.encode()) <= MAX_DOCUMENT_BYTES:
            documents[-1] += "\n" + verse
        else:
            documents.append(verse)
    return documents


def split_of(chapter: str) -> str:
    """The split a chapter belongs to: of 128 hash buckets one is test and two are valid."""
    bucket = int.from_bytes(hashlib.sha256(chapter.encode()).digest()[:4], "big") % 128
    return {0: "test", 1: "valid", 2: "valid"}.get(bucket, "train")


def documents(split: str) -> list[str]:
    """All documents of "train", "valid" or "test"."""
    return [
        document
        for chapter, verses in chapters(raw_text()).items()
        if split_of(chapter) == split
        for document in passages(verses)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="file for the test split")
    arguments = parser.parse_args()
    arguments.output.write_text("\n\n".join(documents("test")) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
