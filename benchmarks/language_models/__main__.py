"""The command: parse, run each side in turn, print medians and ratios."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.serving.peers import default_folder

HERE = Path(__file__).parent
PRECISIONS = ("float32", "mixed_bfloat16")
DEPTHS = {"lstm": 2, "elman": 1}


def main():
    options = _options()
    if options.setup:
        _set_up(options.environments)
        return
    common = {"threads": options.threads or len(os.sched_getaffinity(0))}
    if options.only != "writing":
        for cell in DEPTHS:
            for precision in PRECISIONS:
                work = {"rows": options.rows, "window": options.window, "precision": precision,
                        "steps": options.steps, "warm": options.warm}  # fmt: skip
                _compare(options, f"{cell}, {precision}: characters trained on",
                         "train", cell, common | work)  # fmt: skip
    if options.only != "training":
        for cell in DEPTHS:
            _compare(options, f"{cell}: characters written", "write", cell,
                     common | {"length": options.length})  # fmt: skip


def _options():
    parser = argparse.ArgumentParser("python -m benchmarks.language_models")
    add = parser.add_argument
    add("--setup", action="store_true", help="make PyTorch's virtual environment, and stop")
    add("--environments", type=Path, default=default_folder(), help="where that is")
    add("--only", choices=["training", "writing"])
    add("--rounds", type=int, default=5)
    add("--units", type=int, default=512)
    add("--rows", type=int, default=64)
    add("--window", type=int, default=96)
    add("--steps", type=int, default=20, help="steps of training that are timed")
    add("--warm", type=int, default=5, help="steps before those")
    add("--length", type=int, default=500, help="characters written")
    add("--threads", type=int, help="default: as many as there are cores")
    return parser.parse_args()


def _set_up(folder):
    subprocess.run([sys.executable, "-m", "venv", folder / "torch"], check=True)
    pip = [folder / "torch" / "bin" / "python", "-m", "pip", "install", "torch", "numpy"]
    subprocess.run(pip, check=True)


def _compare(options, title, job, cell, arguments):
    sizes = {"vocab_size": 66, "embed_dim": 64, "units": options.units, "depth": DEPTHS[cell]}
    arguments = {"cell": cell, "sizes": sizes, **arguments}
    keras = [sys.executable, "-m", "benchmarks.language_models.keras_side"]
    torch = options.environments / "torch" / "bin" / "python"
    sides = {
        "ours": (keras, arguments | {"side": "ours"}),
        "Keras" if job == "train" else "predict": (keras, arguments | {"side": "stock"}),
        "PyTorch": ([torch, HERE / "torch_side.py"], arguments),
    }
    if not torch.exists():
        print(f"{torch} is missing, so PyTorch is left out: run --setup", file=sys.stderr)
        del sides["PyTorch"]
    found = {name: [] for name in sides}
    for _ in range(options.rounds):
        for name, (command, given) in sides.items():
            found[name].append(_run([*command, json.dumps([job, given])]))
    medians = {name: statistics.median(values) for name, values in found.items()}
    print(f"{title}, per second (median of {options.rounds}; lowest to highest; ours to it)")
    for name, values in found.items():
        print(f"  {name:8} {medians[name]:9,.0f}  {min(values):9,.0f} to {max(values):9,.0f}"
              f"  {medians['ours'] / medians[name]:6.2f}x", flush=True)  # fmt: skip


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
