"""Whether the server lasts: constant load while versions of its models are swapped.

    python -m benchmarks.soak [--minutes 60] [--swap-seconds 5] [--clients 4]

`zoo serve` runs in a process of its own.  Every few seconds each model gets a new version, and
loses the one before its last; clients by REST and by gRPC call both models all the time and check
each answer.  Printed are the calls, those that failed (expected: none), and the memory that the
server holds: at the start, once a minute, at the end, and how it grows per hour after the first
sixth of the time.  Runs on Linux only.
"""

import argparse
import contextlib
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.startup import _memory as memory

DIGITS = Path("saved_models/digits/1")
PICTURE = Path("serving/demo/examples/3.png")
_COMMAND = "serve --rest-api-port 0 --port 0 --file-system-poll-wait-seconds 0.5"
_COMMAND += " --max-connections 20000"


class Models:
    """A folder of served models: `line`, y = x / 2 + 2 or + 3 by version, and `digits`."""

    def __init__(self, folder):
        from tests.serving.models import save_half_plus  # imports TensorFlow

        self.base = folder / "models"
        self._templates = {"line": [folder / "plus2", folder / "plus3"], "digits": [DIGITS]}
        save_half_plus(folder / "plus2", 2.0)
        save_half_plus(folder / "plus3", 3.0)
        self.latest = 0
        self.swap()

    def swap(self):
        """Give each model its next version; the last two stay."""
        self.latest += 1
        for name, templates in self._templates.items():
            folder = self.base / name
            shutil.copytree(templates[self.latest % len(templates)], folder / "coming")
            (folder / "coming").rename(folder / str(self.latest))
            shutil.rmtree(folder / str(self.latest - 2), ignore_errors=True)


class Load:
    """Clients in threads, each on one connection."""

    def __init__(self, urls, clients):
        self.calls = 0
        self.failures = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(url, seed))
            for seed, url in enumerate(itertools.islice(itertools.cycle(urls), clients))
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, url, seed):
        from serving.client import connect

        rng, picture = np.random.default_rng(seed), PICTURE.read_bytes()
        with connect(url) as client:
            while not self._stop.is_set():
                try:
                    _ask_line(client, rng)
                    _ask_digits(client, picture)
                except Exception as error:  # whatever it is, it is counted and told
                    self.failures.append(f"{url}: {type(error).__name__}: {error}")
                self.calls += 2


def _ask_line(client, rng):
    x = rng.normal(size=rng.integers(1, 9)).astype("float32")
    constant = client.predict("line", {"x": x})["y"] - 0.5 * x
    assert np.allclose(constant, 2, atol=1e-5) or np.allclose(constant, 3, atol=1e-5), constant


def _ask_digits(client, picture):
    answer = client.predict("digits", {"image": [picture]})
    assert answer["digit"].tolist() == [3], answer


@contextlib.contextmanager
def running(base, options=("--no-ui",)):
    """`zoo serve` on a folder of models; gives the process and its URLs of REST and gRPC."""
    with tempfile.NamedTemporaryFile() as log:
        command = [sys.executable, "-m", "train.cli", *_COMMAND.split(), *options]
        command += ["--model-base-path", base]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield process, _urls(process, Path(log.name), len(list(base.iterdir())))
        finally:
            process.terminate()
            process.wait()


def _urls(process, log, models):
    while not (ready := re.search(r"REST (http://.*)/v1.*gRPC port (\d+)", log.read_text())):
        if process.poll() is not None:
            raise SystemExit(log.read_text())
        time.sleep(0.1)
    while log.read_text().count(" is ready") < models:
        time.sleep(0.1)
    return ready[1], f"grpc://127.0.0.1:{ready[2]}"


def soak(models, seconds, swap_seconds, clients, report=print):
    """Run it all; returns the Load and the samples (seconds, MiB) of the server's memory."""
    samples = []
    with running(models.base) as (process, urls), Load(urls, clients) as load:
        start, minute = time.monotonic(), 0
        while (now := time.monotonic() - start) < seconds:
            samples.append((now, memory(process.pid)))
            if now >= 60 * minute:
                report(f"{now / 60:5.1f} min  {samples[-1][1]:7.1f} MiB  version {models.latest}  "
                       f"{load.calls} calls  {len(load.failures)} failed")  # fmt: skip
                minute += 1
            time.sleep(swap_seconds)
            models.swap()
        samples.append((time.monotonic() - start, memory(process.pid)))
    return load, samples


def growth(samples):
    """MiB per hour, by the straight line through the samples after the first sixth of the time."""
    times, sizes = np.array(samples).T
    late = times >= times[-1] / 6
    return np.polyfit(times[late] / 3600, sizes[late], 1)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--swap-seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=4)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        models = Models(Path(folder))
        load, samples = soak(
            models, arguments.minutes * 60, arguments.swap_seconds, arguments.clients
        )
    print(f"{load.calls} calls, {len(load.failures)} failed, {2 * models.latest} versions loaded")
    print(f"memory {samples[0][1]:.0f} -> {samples[-1][1]:.0f} MiB, {growth(samples):+.1f} MiB/h")
    for failure in load.failures[:10]:
        print(failure)
    sys.exit(bool(load.failures))


if __name__ == "__main__":
    main()
