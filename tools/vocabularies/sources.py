"""Where the text of the shipped vocabularies comes from: packages of Debian 12, all under free licences.

`path` is matched against the path of a file inside the package. Its group `language` says which language the file is
in; a source without one names the language itself, or, for code, takes it from the file's name.

    python3 sources.py      # prints the sources as a table for vocabs/README.md
"""

from dataclasses import dataclass

LANGUAGE = r"(?P<language>[A-Za-z]{2,3}([_@-][A-Za-z]{2,8})*)"


@dataclass(frozen=True)
class Source:
    name: str
    licence: str
    packages: tuple[str, ...]
    kind: str
    """The extractor: a name in extractors.EXTRACTORS."""
    path: str
    language: str | None = None


def numbered(prefix: str, languages: str) -> tuple[str, ...]:
    return tuple(prefix + language for language in languages.split())


PROSE = [
    Source(
        "LibreOffice help",
        "MPL-2.0",
        numbered(
            "libreoffice-help-",
            """ca cs da de dz el en-gb en-us es et eu fi fr gl hi hu id it ja km ko nl om pl
            pt pt-br ru sk sl sv tr vi zh-cn zh-tw""",
        ),
        "html",
        rf"usr/share/libreoffice/help/{LANGUAGE}/text/.*\.html",
    ),
    Source(
        "LibreOffice",
        "MPL-2.0",
        numbered(
            "libreoffice-l10n-",
            """af am ar as be bg bn br bs cy eo fa ga gd gu he hr is ka kk kn lt lv mk ml mn
            mr nb ne nn oc or pa-in ro si sr ta te tg th ug uk uz xh zu""",
        ),
        "catalogue",
        rf"usr/lib/libreoffice/program/resource/{LANGUAGE}/.*\.mo",
    ),
    Source(
        "Firefox",
        "MPL-2.0",
        numbered(
            "firefox-esr-l10n-",
            """ar az be bg bn bs fa gu-in he hi-in hr hy-am id is ka kk km kn ko lt lv mk mr
            ms my ne-np pa-in ro si sq sr ta te th tl uk ur uz vi""",
        ),
        "mozilla",
        rf".*/langpack-{LANGUAGE}@firefox-esr\.mozilla\.org\.xpi",
    ),
    Source("Chromium", "BSD-3-Clause", ("chromium-l10n",), "chromium", rf"usr/lib/chromium/locales/{LANGUAGE}\.pak"),
    Source("MediaWiki", "GPL-2.0-or-later", ("mediawiki",), "mediawiki", rf".*/i18n(/[a-z]+)*/{LANGUAGE}\.json"),
    Source(
        "Battle for Wesnoth",
        "GPL-2.0-or-later",
        ("wesnoth-1.16-data",),
        "catalogue",
        rf"usr/share/games/wesnoth/[0-9.]+/locale/{LANGUAGE}/.*\.mo",
    ),
    Source(
        "manual pages",
        "GPL-3.0-or-later and those of the pages themselves, each free",
        numbered(
            "manpages-",
            """cs cs-dev da da-dev de de-dev el es es-dev fi fr fr-dev hu id it it-dev ja ja-dev mk nb
            nl nl-dev pl pl-dev pt pt-br pt-br-dev ro ru ru-dev sr sv tr uk uk-dev vi zh""",
        ),
        "manual",
        rf"usr/share/man/{LANGUAGE}/man./.*\.gz",
    ),
    Source(
        "manual pages in English",
        "GPL-2.0-or-later, BSD and others, each free",
        ("manpages", "manpages-dev"),
        "manual",
        r"usr/share/man/man./.*\.gz",
        "en",
    ),
    Source("GNOME help", "CC-BY-SA-3.0", ("gnome-user-docs",), "html", rf"usr/share/help/{LANGUAGE}/.*\.page"),
    Source(
        "The Debian Administrator's Handbook",
        "GPL-2.0-or-later or CC-BY-SA-3.0",
        ("debian-handbook",),
        "html",
        rf"usr/share/doc/debian-handbook/html/{LANGUAGE}/.*\.html",
    ),
    Source(
        "Debian installation guide",
        "GPL-2.0",
        ("installation-guide-amd64",),
        "html",
        rf"usr/share/doc/installation-guide-amd64/{LANGUAGE}/.*\.html",
    ),
    Source(
        "Debian reference",
        "GPL-2.0-or-later",
        numbered("debian-reference-", "de en es fr id it ja pt pt-br zh-cn zh-tw"),
        "html",
        rf"usr/share/debian-reference/.*\.{LANGUAGE}\.html",
    ),
    Source(
        "Debian developer's reference",
        "GPL-2.0",
        ("developers-reference", *numbered("developers-reference-", "de fr it ja ru")),
        "html",
        rf"usr/share/developers-reference/({LANGUAGE}/)?[^/]*\.html",
        "en",
    ),
    Source(
        "Debian maintainers' guide",
        "GPL-2.0-or-later",
        numbered("maint-guide-", "ca de es fr it ja ru vi zh-cn zh-tw"),
        "html",
        rf"usr/share/doc/maint-guide-[^/]*/html/.*\.{LANGUAGE}\.html",
    ),
    Source(
        "Debian FAQ",
        "its own: copies and changed copies are permitted under the same terms",
        ("debian-faq", *numbered("debian-faq-", "de fr it ja ko nl pt ru zh-cn")),
        "html",
        rf"usr/share/doc/debian/FAQ/[^/]*\.{LANGUAGE}\.html",
    ),
    Source(
        "Debian Edu manuals",
        "GPL-2.0-or-later, GPL-3.0-or-later",
        numbered("debian-edu-doc-", "da de en es fr it ja nb-no nl pt-br pt-pt zh-cn"),
        "html",
        rf"usr/share/doc/debian-edu-doc-{LANGUAGE}/[^/]*\.html",
    ),
    Source(
        "aptitude user's manual",
        "GPL-2.0-or-later",
        numbered("aptitude-doc-", "cs en es fi fr it ja nl ru"),
        "html",
        rf"usr/share/doc/aptitude/html/{LANGUAGE}/.*\.html",
    ),
    Source(
        "KiCad manuals",
        "GPL-3.0-or-later or CC-BY-3.0-or-later",
        numbered("kicad-doc-", "de en es fr id it ja pl ru zh"),
        "html",
        rf"usr/share/doc/kicad/help/{LANGUAGE}/.*\.html",
    ),
    Source(
        "Poems of Tang and Song (fortunes-zh)",
        "public domain (7th to 13th century), GPL-3.0-or-later",
        ("fortunes-zh",),
        "plain",
        r"usr/share/games/fortunes/(tang|song)[0-9]+",
        "zh",
    ),
    Source("An Anarchist FAQ", "GPL-2.0-or-later or GFDL", ("anarchism",), "plain", r".*/markdown/.*\.md\.gz", "en"),
    Source(
        "GNU Collaborative International Dictionary",
        "GPL-3.0-or-later (Webster 1913: public domain)",
        ("dict-gcide",),
        "dictionary",
        r"usr/share/dictd/gcide\.dict\.dz",
        "en",
    ),
    Source(
        "The Jargon File", "public domain", ("dict-jargon",), "dictionary", r"usr/share/dictd/jargon\.dict\.dz", "en"
    ),
    Source("Git documentation", "GPL-2.0", ("git-doc",), "html", r"usr/share/doc/git-doc/.*\.html", "en"),
    Source(
        "Debian policy", "GPL-2.0-or-later", ("debian-policy",), "html", r"usr/share/doc/debian-policy/.*\.html", "en"
    ),
    Source(
        "Python documentation",
        "PSF-2.0",
        ("python3.11-doc",),
        "html",
        r".*/python3.11/html/(library|howto|tutorial|reference|whatsnew)/.*\.html",
        "en",
    ),
]

SUFFIXES = {
    "python": "py",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "perl": "pm pl",
    "ruby": "rb",
    "javascript": "js mjs",
    "typescript": "ts",
    "php": "php",
    "ocaml": "ml mli",
    "lisp": "lisp el",
    "erlang": "erl hrl",
    "c": "c h",
    "c++": "cpp cc cxx hpp hh ipp",
    "assembly": "S s asm",
    "pascal": "pas pp inc",
    "octave": "m",
    "shell": "sh bash fish zsh",
    "cmake": "cmake",
    "tex": "tex sty cls",
    "css": "css scss less",
    "html": "html htm",
    "xml": "xml page svg xsl",
    "json": "json",
    "yaml": "yml yaml",
    "markdown": "md",
    "restructuredtext": "rst rst.txt",
    "vim": "vim",
    "sql": "sql",
    "lua": "lua",
    "diff": "diff patch",
    "toml": "toml",
    "make": "mk am in",
    "gettext": "po pot",
}
"""Kinds of code by the ends of file names."""

ANY = r".*"
CODE = [
    Source("Python", "PSF-2.0", ("libpython3.11-stdlib",), "code", ANY),
    Source(
        "Python documentation (source)",
        "PSF-2.0",
        ("python3.11-doc",),
        "code",
        r".*/_sources/.*\.rst\.txt|.*/html/[^_].*\.html",
    ),
    Source("Django, SymPy", "BSD-3-Clause", ("python3-django", "python3-sympy"), "code", ANY),
    Source("Go", "BSD-3-Clause", ("golang-1.19-src",), "code", ANY),
    Source("Rust", "MIT or Apache-2.0", ("rust-src",), "code", ANY),
    Source("OpenJDK", "GPL-2.0 with the classpath exception", ("openjdk-17-source",), "code archive", r".*/src\.zip"),
    Source("Perl", "Artistic or GPL-1.0-or-later", ("perl-modules-5.36",), "code", ANY),
    Source("Ruby", "BSD-2-Clause or Ruby", ("libruby3.1",), "code", ANY),
    Source("TypeScript", "Apache-2.0", ("node-typescript",), "code", ANY),
    Source(
        "JavaScript libraries",
        "MIT, BSD-2-Clause, Apache-2.0, Artistic-2.0",
        ("libjs-three", "libjs-openlayers", "node-jquery", "node-lodash", "npm"),
        "code",
        ANY,
    ),
    Source("WordPress, MediaWiki", "GPL-2.0-or-later", ("wordpress", "mediawiki"), "code", ANY),
    Source("Twig", "BSD-3-Clause", ("php-twig",), "code", ANY),
    Source("OCaml", "LGPL-2.1 with linking exception", ("ocaml-source",), "code archive", r".*\.tar"),
    Source(
        "GHC libraries (Haskell)",
        "BSD-3-Clause",
        ("ghc-doc",),
        "highlighted",
        r".*/libraries/.*/src/.*\.html",
        "haskell",
    ),
    Source("GNU Emacs", "GPL-3.0-or-later", ("emacs-el",), "code", ANY),
    Source("SBCL", "public domain, BSD-3-Clause", ("sbcl-source",), "code", ANY),
    Source("Erlang/OTP", "Apache-2.0", ("erlang-src",), "code", ANY),
    Source("GNU C library", "LGPL-2.1-or-later", ("glibc-source",), "code archive", r".*/glibc-.*\.tar\.xz"),
    Source("GNU C library (patches)", "LGPL-2.1-or-later", ("glibc-source",), "code", r".*/debian/.*"),
    Source("Boost, Eigen", "BSL-1.0, MPL-2.0", ("libboost1.74-dev", "libeigen3-dev"), "code", r".*\.hpp|.*\.h|.*\.ipp"),
    Source("GNU C++ library", "GPL-3.0 with the runtime exception", ("libstdc++-12-dev",), "code", ANY),
    Source(
        "Free Pascal", "LGPL-2.1-or-later with linking exception, GPL-2.0-or-later", ("fpc-source-3.2.2",), "code", ANY
    ),
    Source("GNU Octave", "GPL-3.0-or-later", ("octave-common",), "code", ANY),
    Source("Shells", "GPL-2.0-or-later, MIT-like", ("bash-completion", "fish-common", "zsh-common"), "code", ANY),
    Source(
        "bash completions",
        "GPL-2.0-or-later",
        ("bash-completion",),
        "code",
        r"usr/share/bash-completion/completions/.*",
        "shell",
    ),
    Source("CMake", "BSD-3-Clause", ("cmake-data",), "code", ANY),
    Source("LaTeX", "LPPL-1.3c", ("texlive-latex-base", "texlive-latex-recommended"), "code", ANY),
    Source("Ansible", "GPL-3.0-or-later", ("ansible-core",), "code", ANY),
    Source("Penlight", "MIT", ("lua-penlight",), "code", ANY),
    Source("Vim", "Vim", ("vim-runtime",), "code", ANY),
    Source("PostgreSQL", "PostgreSQL", ("postgresql-15",), "code", ANY),
    Source("GNOME help (source)", "CC-BY-SA-3.0", ("gnome-user-docs",), "code", r".*/C/.*\.page"),
]


def as_table() -> str:
    """The sources as a Markdown table, for vocabs/README.md."""
    lines = ["| source | Debian packages | licence |", "|---|---|---|"]
    for source in [*PROSE, *CODE]:
        packages = ", ".join(f"`{package}`" for package in source.packages[:2])
        more = f" and {len(source.packages) - 2} more" if len(source.packages) > 2 else ""
        lines.append(f"| {source.name} | {packages}{more} | {source.licence} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_table())
