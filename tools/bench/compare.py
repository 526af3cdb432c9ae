"""Compares the speed of graft with that of other tokenizer libraries; `run` starts it, pinned to one core.

Every library runs in a process of its own over the same documents of 1 to 10 KB and is timed by the processor
time of that process, so that other programs on the machine count little. `cold` is the first pass,
`warm` the median of later ones; both are one call per document from the library's own language (for the others,
Python; for graft, Swift). MB are 10^6 bytes of UTF-8. Ids are compared by a hash over all documents.
"""
import argparse, importlib, json, os, random, subprocess, sys, tempfile, time
from importlib import metadata

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BENCH = os.environ.get("GRAFT_BENCH", HERE + "/.build/release/GraftBench")


# ---- Peers: each opens a tokenizer file and returns a function from a text to its ids.

def tokenizers(path, spec):
    tokenizer = importlib.import_module("tokenizers").Tokenizer.from_file(path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids

def gigatoken(path, spec):
    return importlib.import_module("gigatoken").Tokenizer(path).encode

def tokie(path, spec):
    tokenizer = importlib.import_module("tokie").Tokenizer.from_json(path)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids

def tiktoken(path, spec):
    import base64
    ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in open(path, "rb") if line.strip())}
    encoding = importlib.import_module("tiktoken").Encoding(
        "bench", pat_str=spec["pat_str"], mergeable_ranks=ranks, special_tokens={})
    return encoding.encode_ordinary

def sentencepiece(path, spec):
    return importlib.import_module("sentencepiece").SentencePieceProcessor(model_file=path).encode

JSON_PEERS = {"tokenizers": tokenizers, "gigatoken": gigatoken, "tokie": tokie}

def peers(path, spec):
    if path.endswith(".json"):
        return JSON_PEERS
    if spec.get("engine") == "tiktoken" or "pat_str" in spec:
        return {"tiktoken": tiktoken}
    if path.endswith(".model"):
        return {"sentencepiece": sentencepiece}
    return {}


# ---- One peer, in its own process

def hash_of(lists):
    value = 0xCBF29CE484222325
    for ids in lists:
        for number in ids:
            value = ((value ^ int(number)) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        value = ((value ^ 0xFFFFFFFFFFFFFFFF) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return str(value)

def measure_peer(name, path, spec_path, budget, files):
    spec = json.load(open(spec_path)) if spec_path != "-" else {}
    start = time.process_time()
    encode = peers(path, spec)[name](path, spec)
    encode("hello")
    print(json.dumps({"load": time.process_time() - start}))
    for file in files:
        documents = [text.decode() for text in open(file, "rb").read().split(b"\x1e")]
        size = sum(len(text.encode()) for text in documents) / 1e6
        start = time.process_time()
        ids = [encode(text) for text in documents]
        cold = time.process_time() - start
        times = []
        while len(times) < 3 or (sum(times) < budget and len(times) < 9):
            start = time.process_time()
            for text in documents:
                encode(text)
            times.append(time.process_time() - start)
            if sum(times) > 4 * budget:
                break
        print(json.dumps({
            "cold": size / cold, "warm": size / sorted(times)[len(times) // 2], "hash": hash_of(ids)}))

def child(arguments):
    process = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    rows = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    if process.returncode or not rows:
        lines = (process.stdout + process.stderr).strip().splitlines()
        return None, lines[-1][-100:] if lines else f"exit status {process.returncode}"
    return rows, None


# ---- Texts

def documents(data):
    """Cuts a text at line ends into documents of 1 to 10 KB, always in the same way."""
    data = data.replace(b"\x1e", b" ")
    choice = random.Random(42)
    position = 0
    while position < len(data):
        end = data.find(b"\n", min(len(data), position + choice.randrange(1000, 9500)))
        end = len(data) if end < 0 else end + 1
        if end - position > 12000:
            end = position + 10000
            while end < len(data) and data[end] & 0xC0 == 0x80:
                end += 1
        yield data[position:end]
        position = end

def shipped_texts():
    """Prose and code that come with graft."""
    prose = open(ROOT + "/vocabs/example-test.txt", "rb").read()
    code = b""
    for folder, _, names in sorted(os.walk(ROOT + "/Sources")):
        for name in sorted(names):
            if name.endswith(".swift"):
                code += open(os.path.join(folder, name), "rb").read()
    return {"prose": prose * (1_000_000 // len(prose) + 1), "code": code}

def hard_texts():
    """A megabyte of each of the things on which tokenizers become slow."""
    choice = random.Random(1234)
    size = 1_000_000
    def pick(alphabet):
        return "".join(choice.choices(alphabet, k=size))
    texts = {
        "one letter": "a" * size, "two letters": "ab" * (size // 2), "spaces": " " * size,
        "newlines": "\n" * size, "tabs and spaces": "\t " * (size // 2), "zeros": "0" * size,
        "digits": pick("0123456789"), "letters": pick("etaoinshrdlucmfwypvbgkjqxz"),
        "capitals": pick("ETAOINSHRDLU"), "mixed case": pick("etaoinETAOIN"),
        "base64": pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
        "signs": pick("!@#$%^&*()-=_+[]{};:,.<>/?|~`"), "apostrophes": "'" * size,
        "words": " ".join("".join(choice.choices("etaoinshr", k=choice.randrange(1, 9))) for _ in range(180_000)),
        "latin-1": "".join(chr(choice.randrange(256)) for _ in range(size)),
        "chinese": "".join(chr(choice.randrange(0x4E00, 0x9FA5)) for _ in range(size // 3)),
        "marks": "e" + "".join(choice.choices("\u0301\u0323\u0316\u0345", k=size // 2)),
        "emoji": "".join(choice.choices(["👨‍👩‍👧‍👦", "👩🏽‍💻", "🏳️‍🌈", "🙂"], k=size // 18)),
        "angle brackets": "<" * size, "special tokens": "<|endoftext|>" * (size // 13),
    }
    return {name: text.encode()[:size].decode("utf-8", "ignore").encode() for name, text in texts.items()}


# ---- Tables

def default_tokenizers():
    folder = ROOT + "/vocabs"
    names = sorted(os.listdir(folder))
    return [path for path in (f"{folder}/{name}/tokenizer.json" for name in names) if os.path.exists(path)]

def label(path):
    return "/".join(path.split("/")[-2:])

def versions():
    print(f"Python {sys.version.split()[0]}, cores {sorted(os.sched_getaffinity(0))}")
    for name in ["tokenizers", "tiktoken", "sentencepiece", "gigatoken", "tokie"]:
        try:
            print(f"  {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"  {name} is not installed")

def compare_speed(targets, texts, budget):
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, data in texts.items():
            files[name] = f"{folder}/{len(files)}.docs"
            open(files[name], "wb").write(b"\x1e".join(documents(data)))
        for path, spec in targets:
            arguments = [path, spec, str(budget)] + list(files.values())
            rows, error = child([BENCH, "speed"] + arguments)
            print(f"\n{label(path)}")
            if error:
                print(f"  graft: {error}")
                continue
            load, ours = rows[0]["load"], rows[1:]
            print(f"  {'':14}{'load s':>8}" + "".join(f"{name + ' cold':>16}{'warm MB/s':>12}{'graft is':>10}" for name in files))
            print(f"  {'graft ids':14}{load:8.3f}" + "".join(f"{x['cold']:16.1f}{x['warm']:12.1f}{'':10}" for x in ours))
            print(f"  {'graft full':14}{'':8}" + "".join(f"{'':16}{x['full']:12.1f}{'':10}" for x in ours))
            known = json.load(open(spec)) if spec != "-" else {}
            for peer in peers(path, known):
                rows, error = child([sys.executable, os.path.abspath(__file__), "--peer", peer] + arguments)
                if error:
                    print(f"  {peer:14}{error}")
                    continue
                cells = ""
                for mine, theirs in zip(ours, rows[1:]):
                    sign = "" if mine["hash"] == theirs["hash"] else " ≠ids"
                    ratio = f"{mine['warm'] / theirs['warm']:.1f}×{sign}"
                    cells += f"{theirs['cold']:16.1f}{theirs['warm']:12.1f}{ratio:>10}"
                print(f"  {peer:14}{rows[0]['load']:8.3f}{cells}", flush=True)

def compare_scaling(targets):
    """Time for a megabyte, and by how much it is greater than for a sixteenth of it: 16 is linear."""
    with tempfile.TemporaryDirectory() as folder:
        texts = hard_texts()
        for number, data in enumerate(texts.values()):
            open(f"{folder}/{number}.txt", "wb").write(data)
        files = [f"{folder}/{number}.txt" for number in range(len(texts))]
        for path, spec in targets:
            print(f"\n{label(path)}")
            for name, file in zip(texts, files):
                rows, error = child([BENCH, "scaling", path, spec, file])
                if error:
                    print(f"  {name:16}{error}")
                    continue
                times = rows[-1]["seconds"]
                print(f"  {name:16}{times[-1]:9.4f} s for 1 MB{times[-1] / times[0]:8.1f}× for 16 times the text", flush=True)

def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--peer":
        name, path, spec, budget, *files = sys.argv[2:]
        return measure_peer(name, path, spec, float(budget), files)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizers", nargs="*", metavar="TOKENIZER[:SPEC]")
    parser.add_argument("--text", action="append", default=[], help="a text to encode, of which 3 MB are used")
    parser.add_argument("--seconds", type=float, default=1, help="for the passes of a library over a text")
    parser.add_argument("--scaling", action="store_true", help="the table of growth instead")
    options = parser.parse_args()
    targets = [tuple((name + ":-").split(":")[:2]) for name in options.tokenizers or default_tokenizers()]
    versions()
    if options.scaling:
        return compare_scaling(targets)
    texts = {os.path.basename(name)[:9]: open(name, "rb").read()[:3_000_000].decode("utf-8", "ignore").encode()
             for name in options.text} or shipped_texts()
    compare_speed(targets, texts, options.seconds)

main()
