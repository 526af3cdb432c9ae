"""From files of Debian packages to plain text: lists of (name, text), a line for each paragraph or message."""

import gzip
import html
import json
import re
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sources import SUFFIXES

Documents = Iterator[tuple[str, str]]
MESSAGES_PER_DOCUMENT = 40


def utf8(data: bytes) -> str:
    """The text, or nothing where it is in another encoding; a few bad bytes are forgiven."""
    text = data.decode("utf-8", "replace")
    return text if text.count("\ufffd") <= len(text) / 1000 else ""


def unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


# Prose

HIDDEN = re.compile(
    r"<!--.*?-->|<(script|style|head|header|footer|nav|aside|info|svg|button)\b.*?</\1>|"
    r"<div class=\"(nav|sphinxsidebar|related)[^>]*>.*?</div>",
    re.S | re.I,
)
PREFORMATTED = re.compile(r"(<pre\b.*?</pre>|<screen\b.*?</screen>|<code\b[^>]*>[^<]*\n.*?</code>)", re.S | re.I)
BLOCK = re.compile(
    r"</?(p|div|h[1-6]|li|ul|ol|dl|dt|dd|table|tr|td|th|br|hr|title|item|section|para|page|list|steps|note|body|"
    r"article|main|blockquote|caption|figcaption|desc)\b[^>]*>",
    re.I,
)
TAG = re.compile(r"<[^>]*>")


def page_text(text: str) -> str:
    """HTML, or an XML like it: a line per block, preformatted text as it stands."""
    lines = []
    for part in PREFORMATTED.split(HIDDEN.sub(" ", text)):
        if PREFORMATTED.fullmatch(part):
            lines.append(html.unescape(TAG.sub("", part)).rstrip())
        else:
            for block in BLOCK.sub("\0", part).split("\0"):
                lines.append(" ".join(html.unescape(TAG.sub("", block)).split(" ")).replace("\n", " "))
    return "\n".join(re.sub(r"  +", " ", line).strip() if "\n" not in line else line for line in lines)


def web_page(path: Path) -> Documents:
    text = utf8(path.read_bytes())
    yield "", page_text(re.sub(r"\?>|<!DOCTYPE[^>]*>", "", text))


ESCAPES = [
    (re.compile(r"\\f(\[[^\]]*\]|\(..|.)"), ""),
    (re.compile(r"\\s[-+]?\d"), ""),
    (re.compile(r"\\[&|^/,%:)]"), ""),
    (re.compile(r"\\\*?\(?\[?(lq|rq|dq)\]?"), '"'),
    (re.compile(r"\\\(aq|\\\[aq\]"), "'"),
    (re.compile(r"\\-"), "-"),
    (re.compile(r"\\\(bu|\\\[bu\]"), "\u2022"),
    (re.compile(r"\\\(em|\\\[em\]"), "\u2014"),
    (re.compile(r"\\[ ~0]"), " "),
    (re.compile(r"\\\(en|\\\[en\]"), "\u2013"),
    (re.compile(r"\\e|\\\(rs|\\\[rs\]"), "\0"),
    (re.compile(r"\\\[u([0-9A-F]{4,5})\]"), lambda m: chr(int(m[1], 16))),
    (re.compile(r"\\\".*$"), ""),
    (re.compile(r"\\\(..|\\\[[^\]]*\]|\\[a-zA-Z]'[^']*'|\\c"), ""),
]
KEPT_MACROS = {
    "B",
    "I",
    "BR",
    "BI",
    "IR",
    "IB",
    "RB",
    "RI",
    "SH",
    "SS",
    "SM",
    "SB",
    "Sh",
    "Ss",
    "Nm",
    "Nd",
    "Ar",
    "Fl",
    "Xr",
    "Pa",
    "TP",
    "IP",
}
BREAKING = {
    "SH",
    "SS",
    "PP",
    "P",
    "LP",
    "TP",
    "IP",
    "HP",
    "Sh",
    "Ss",
    "Pp",
    "It",
    "br",
    "sp",
    "nf",
    "fi",
    "RS",
    "RE",
    "EX",
    "EE",
}


def roff(text: str) -> str:
    for pattern, replacement in ESCAPES:
        text = pattern.sub(replacement, text)
    return text.replace("\0", "\\")


def manual_page(path: Path) -> Documents:
    """A manual page: a line per paragraph, without markup."""
    paragraphs = [""]
    filled = True
    for line in utf8(unpacked(path)).split("\n"):
        if line.startswith((".", "'")) and (macro := re.match(r"[.'] *([A-Za-z]+)? *(.*)", line)):
            name, rest = macro[1], macro[2]
            if name in BREAKING:
                paragraphs.append("")
            filled = {"nf": False, "EX": False, "fi": True, "EE": True}.get(name, filled)
            if name not in KEPT_MACROS or not rest:
                continue
            arguments = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', rest)]
            if name in ("TP", "IP"):
                arguments = [a for a in arguments[:1] if not re.fullmatch(r"[\\(\[\]\dbun.+-]*", a)]
            line = ("" if len(name) == 2 and name not in ("SH", "SS", "Sh", "Ss", "IP") else " ").join(arguments)
        text = roff(line)
        if not filled:
            paragraphs.append(text)
        elif text.strip():
            paragraphs[-1] = (paragraphs[-1] + " " + text.strip()).strip()
        else:
            paragraphs.append("")
    yield "", "\n".join(paragraph for paragraph in paragraphs if paragraph)


def in_documents(messages: list[str]) -> Documents:
    """Messages of a program, a few to a document."""
    messages = [html.unescape(TAG.sub("", message)).strip() for message in messages]
    messages = [message for message in messages if len(message) > 3]
    for start in range(0, len(messages), MESSAGES_PER_DOCUMENT):
        yield f"#{start}", "\n".join(messages[start : start + MESSAGES_PER_DOCUMENT])


def catalogue(path: Path) -> Documents:
    """A compiled message catalogue of gettext: the translations that differ from the originals."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack(order + "III", data[8:20])

    def string(table: int, index: int) -> str:
        length, offset = struct.unpack(order + "II", data[table + 8 * index : table + 8 * index + 8])
        return utf8(data[offset : offset + length])

    messages = []
    for index in range(count):
        original = string(originals, index).split("\4")[-1]
        translation = string(translations, index)
        if original and translation and original.split("\0")[0] != translation.split("\0")[0]:
            messages += [re.sub(r"[_~&](?=\w)|\(_?[~&]?[A-Z]\)", "", form) for form in translation.split("\0")]
    yield from in_documents(messages)


def chromium(path: Path) -> Documents:
    """The strings of a `.pak` of version 5."""
    data = path.read_bytes()
    version, _, count, _ = struct.unpack("<IB3xHH", data[:12])
    if version != 5:
        return
    entries = [struct.unpack("<HI", data[12 + 6 * index : 18 + 6 * index])[1] for index in range(count + 1)]
    strings = [utf8(data[start:end]) for start, end in zip(entries, entries[1:])]
    yield from in_documents([re.sub(r"\$\d|&(?=\w)", "", string) for string in strings if string and "{" not in string])


def mozilla(path: Path) -> Documents:
    """The messages of a language pack: Fluent and property files."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            text = utf8(archive.read(name)) if name.endswith((".ftl", ".properties")) else ""
            messages = []
            for line in text.split("\n"):
                if not line.startswith("#") and (
                    message := re.match(r"(?:[\w.-]+|\s*\.[\w-]+|\s*\*?\[\w+\])\s*=?\s*(\S.*)", line)
                ):
                    messages.append(re.sub(r"\{[^}]*\}|%\d?\$?S", "", message[1]))
            for part, document in in_documents(messages):
                yield name + part, document


def mediawiki(path: Path) -> Documents:
    strings = [
        value for key, value in json.loads(path.read_bytes()).items() if isinstance(value, str) and key[0] != "@"
    ]
    yield from in_documents([re.sub(r"\{\{[^{}]*\}\}|\$\d|'''?|\[\[|\]\]", "", string) for string in strings])


def plain(path: Path) -> Documents:
    yield "", utf8(unpacked(path))


def dictionary(path: Path) -> Documents:
    """The text of a dictionary in the format of dictd, cut where entries begin, without pronunciations."""
    entries = re.split(r"\n(?=\S)", re.sub(r" \\[^\\\n]*\\|\[1913 Webster\]", "", utf8(unpacked(path))))
    for start in range(0, len(entries), MESSAGES_PER_DOCUMENT):
        yield f"#{start}", re.sub(r"\n +", " ", "\n".join(entries[start : start + MESSAGES_PER_DOCUMENT]))


# Code

KIND_OF_SUFFIX = {"." + suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes.split()}
LONGEST_FILE = 150_000


def kind_of(name: str) -> str | None:
    """What a file holds, by the longest known end of its name."""
    name = name.rsplit("/", 1)[-1].removesuffix(".gz")
    parts = name.split(".")
    for first in range(1, len(parts)):
        if kind := KIND_OF_SUFFIX.get("." + ".".join(parts[first:])):
            return kind
    return {"Makefile": "make", "makefile": "make"}.get(name)


def is_written_by_people(text: str) -> bool:
    """Not minified, not a table of numbers."""
    lines = text.split("\n")
    sample = text[:5000]
    return (
        200 <= len(text) <= LONGEST_FILE
        and max(map(len, lines)) < 1000
        and len(text) / len(lines) < 100
        and sum(map(str.isalpha, sample)) > 0.4 * len(sample)
        and "\0" not in text
    )


def code(path: Path) -> Documents:
    if path.stat().st_size <= LONGEST_FILE:
        yield "", utf8(unpacked(path))


def archived_code(path: Path) -> Documents:
    """The files of an archive, under their own names."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if kind_of(name) and archive.getinfo(name).file_size <= LONGEST_FILE:
                    yield name, utf8(archive.read(name))
    else:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and kind_of(member.name) and member.size <= LONGEST_FILE:
                    yield member.name, utf8(archive.extractfile(member).read())


def highlighted(path: Path) -> Documents:
    """Source code as coloured HTML."""
    text = utf8(path.read_bytes())
    yield "", html.unescape(TAG.sub("", re.sub(r"<head>.*?</head>", "", text, flags=re.S)))


EXTRACTORS: dict[str, Callable[[Path], Documents]] = {
    "html": web_page,
    "manual": manual_page,
    "catalogue": catalogue,
    "chromium": chromium,
    "mozilla": mozilla,
    "mediawiki": mediawiki,
    "plain": plain,
    "dictionary": dictionary,
    "code": code,
    "code archive": archived_code,
    "highlighted": highlighted,
}
