#!/usr/bin/env python3
"""Grows a model to a million tokens, builds the index of its output rows, and measures both.

    tools/bench_nearest.py MODEL TEXT CORPUS... [--size 1000000] [--graft .build/release/graft] [--work DIR]

Prints, for one run of everything: how long learning and writing, and building the index took, with the peak memory of
each; and for states of the model on TEXT, one at a time on one thread, how much of the 20 largest logits the index
finds at several breadths, and how long that takes beside looking at every row.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time


def run(*command: str) -> tuple[str, float, float, int]:
    """The output of a command, its wall-clock and processor seconds, and its peak memory in MB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return output, time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("text")
    parser.add_argument("corpus", nargs="+")
    parser.add_argument("--size", default="1000000")
    parser.add_argument("--min-frequency", default="2", help="1 where the corpus is too small for so many tokens")
    parser.add_argument("--build-breadth", default="128")
    parser.add_argument("--graft", default=".build/release/graft")
    parser.add_argument("--method", default="fvt")
    parser.add_argument("--work", help="where the large model is made and kept; a temporary directory without it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        large = pathlib.Path(options.work or temporary) / "large"
        steps = {
            "grow": [options.graft, "vocab", "grow", options.model, str(large), "--size", options.size, "--method",
                     options.method, "--min-frequency", options.min_frequency, "--force", "--json",
                     "--corpus", *options.corpus],
            "index": [options.graft, "vocab", "index", str(large), "--force", "--build-breadth", options.build_breadth],
        }
        for name, command in steps.items():
            output, wall, processor, memory = run(*command)
            print(f"{name:6} {wall:7.1f} s, {processor:7.1f} s of processor time, {memory} MB   {output.strip()}")
        result = json.loads(run(options.graft, "vocab", "recall", str(large), "--text", options.text, "--json")[0])
        exact = result["exactMilliseconds"]
        print(f"{result['rows']} rows, {result['directions']} directions, index of {result['memory'] >> 20} MB")
        print(f"every row: {exact:.2f} ms")
        for search in result["searches"]:
            share = exact / search["milliseconds"]
            print(f"breadth {search['breadth']:5}: recall@{result['k']} {search['recall']:.4f}, "
                  f"{search['milliseconds']:.3f} ms, 1/{share:.0f} of the time")


if __name__ == "__main__":
    main()
