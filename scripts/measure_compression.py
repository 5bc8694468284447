"""The table of docs/compression.md: bits a byte, speed and memory of every code on one text, in one run.

    scripts/measure_compression.py data/mono/eltec.en.gz bytes=10000000

`codes=xz,ppmd,mixing` measures these only. zpaq is measured where the program is installed. Each code has a process of
its own, one after the other; speed is by the processor's seconds, which other work on the machine changes least, and
without what is compiled or loaded before. Rows are printed as they are done, as a table in Markdown.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from unmt.coding.codes import Code
from unmt.coding.context_mixing import ContextMixing
from unmt.coding.general_codes import general_code

CODES = ("gzip", "xz", "zstd", "ppmd", "zpaq", "mixing")
PEERS = ("xz", "ppmd", "zpaq")
MEBIBYTE = 1 << 20


def main(arguments: list[str]) -> int:
    """Print the table; with `one=CODE` the measurement of one code as JSON."""
    keys = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    paths = [argument for argument in arguments if "=" not in argument]
    if len(paths) != 1 or not keys.keys() <= {"bytes", "codes", "one"}:
        print(__doc__, file=sys.stderr)
        return 2
    if "one" in keys:
        print(json.dumps(measured(keys["one"], text_of(paths[0], int(keys["bytes"])))))
        return 0
    size = keys.get("bytes", "10000000")
    names = keys.get("codes", ",".join(CODES)).split(",")
    done: dict[str, dict[str, float]] = {}
    print(f"| code | bits a byte | {' | '.join(f'of {peer}' for peer in PEERS)} | MB/s | MiB |", flush=True)
    print("|---" * (4 + len(PEERS)) + "|", flush=True)
    for name in names:
        if name == "zpaq" and shutil.which("zpaq") is None:
            continue
        command = [sys.executable, __file__, paths[0], f"bytes={size}", f"one={name}"]
        child = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
        row = done[name] = json.loads(child.stdout)
        ratios = [f"{row['bits'] / done[peer]['bits']:.4f}" if peer in done else "" for peer in PEERS]
        cells = [name, f"{row['bits'] / row['bytes']:.4f}", *ratios, f"{row['speed']:.2f}", f"{row['memory']:.0f}"]
        print("| " + " | ".join(cells) + " |", flush=True)
    return 0


def text_of(path: str, size: int) -> bytes:
    """The first bytes of a file, unpacked."""
    with gzip.open(path) if path.endswith(".gz") else Path(path).open("rb") as file:
        return file.read(size)


def measured(name: str, data: bytes) -> dict[str, float]:
    """What one code makes of the text. speed: million bytes a second; memory: MiB at the most, without Python's."""
    code: Code = ContextMixing() if name == "mixing" else general_code(name)
    idle = most_mebibytes(resource.RUSAGE_SELF)
    code.bits(data[:10])
    seconds = processor_seconds()
    bits = code.bits(data)
    seconds = processor_seconds() - seconds
    memory = max(most_mebibytes(resource.RUSAGE_SELF) - idle, most_mebibytes(resource.RUSAGE_CHILDREN))
    return {"bits": bits, "bytes": len(data), "speed": len(data) / seconds / 1e6, "memory": memory}


def processor_seconds() -> float:
    """Of this process and the programs that it ran."""
    return sum(os.times()[:4])


def most_mebibytes(whose: int) -> float:
    """The most that this process, or a program that it ran, had at a time."""
    return resource.getrusage(whose).ru_maxrss * 1024 / MEBIBYTE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
