"""How long `zoo serve` takes to answer, and how much memory it holds.

    python -m benchmarks.startup [--rounds 5]

Beside it, as the floor: a bare script that imports TensorFlow, loads the same SavedModels and
calls each once.  Both are processes of their own, in turn; medians are printed.  Memory is
the resident size (VmRSS) after the first answer; so this runs on Linux only.
"""

import argparse
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BARE = """
import sys, tensorflow as tf
loaded = [tf.saved_model.load(path) for path in sys.argv[1:]]
for model in loaded:
    model.signatures["pixels"](pixels=tf.zeros((1, 28, 28)))
print("answered", flush=True)
sys.stdin.read()
"""
PORT = 8597


def serve():
    """Seconds until /healthz, the page, and every model answer; MiB."""
    command = [sys.executable, "-m", "train.cli", "serve", "--rest-api-port", str(PORT)]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        times = [_until(path, process) - start for path in ("/healthz", "/ui/", "/readyz")]
        return (*times, _memory(process.pid))
    finally:
        process.terminate()
        process.wait()


def bare():
    """Seconds until every model has answered; MiB."""
    models = [str(max(p.glob("[0-9]*"))) for p in Path("saved_models").iterdir() if p.is_dir()]
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", BARE, *models],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.readline()
    seconds, memory = time.monotonic() - start, _memory(process.pid)
    process.communicate()
    return seconds, memory


def _until(path, process):
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=60):
                return time.monotonic()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise SystemExit("the server stopped")


def _memory(pid):
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = [(serve(), bare()) for _ in range(parser.parse_args().rounds)]
    ours = [statistics.median(column) for column in zip(*(o for o, _ in rounds), strict=True)]
    floor = [statistics.median(column) for column in zip(*(b for _, b in rounds), strict=True)]
    print(f"zoo serve    port {ours[0]:.1f} s   page {ours[1]:.1f} s   all models {ours[2]:.1f} s "
          f"  {ours[3]:.0f} MiB")  # fmt: skip
    print(f"bare script  all models {floor[0]:.1f} s   {floor[1]:.0f} MiB")
    print(f"ratio        all models {ours[2] / floor[0]:.2f}   memory {ours[3] / floor[1]:.2f}")


if __name__ == "__main__":
    main()
