"""Whether malformed input of any kind makes the server fail, hang or leak.

    python -m benchmarks.fuzz [--inputs 100000] [--seed 0]

The inputs and what must hold are those of tests/serving/fuzz; here are many, and HTTP goes to
`zoo serve` in a process of its own, whose log and memory are looked at in the end.  A failure is
shown with the smallest input that makes it, and ends the run.
"""

import argparse
import contextlib
import functools
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase

from benchmarks.startup import _memory as memory
from tests.serving.fuzz import checks, requests, target, texts

_ROUND = 2000  # inputs of one seed
_BATCH = 400  # connections at a time
_SERVE = f"""
import sys
from pathlib import Path
from serving import connection
from serving.run import serve
from serving.settings import Settings
for name, value in {target.LIMITS}.items():
    setattr(connection.Connection, name, value)
serve(Settings(model_base_path=Path(sys.argv[1]), rest_api_port=0, grpc=False, ui=False))
"""
_settings = hypothesis.settings(
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


class Streams:
    """Gathers byte streams, so that connections that must time out do so together."""

    def __init__(self, server):
        self._server = server
        self._waiting = []

    def __call__(self, stream):
        self._waiting.append(stream)
        if len(self._waiting) == _BATCH:
            self.flush()

    def flush(self):
        streams, self._waiting = self._waiting, []
        try:
            checks.check_streams(self._server, streams)
        except (AssertionError, OSError):
            self._find(streams)
            raise  # none fails alone

    def _find(self, streams):
        for stream in streams:
            try:
                checks.check_streams(self._server, [stream])
            except (AssertionError, OSError) as error:
                error.add_note(f"this stream alone: {stream[:5000]!r}")
                raise


def targets(server, streams):
    """(name, share of the inputs, strategy, check)."""
    call = functools.partial(checks.check_call, server)
    return [
        ("JSON texts, against two other readers", 0.25, texts.texts, checks.check_parse),
        ("predict bodies, quick against exact", 0.20, texts.calls(), checks.check_decode),
        ("classify bodies", 0.10, texts.examples, checks.check_examples),
        ("HTTP, bodies nearly right", 0.20, requests.calls(), call),
        ("HTTP, anything odd but the framing", 0.15, requests.odd_calls(), call),
        ("bytes on the socket", 0.10, requests.streams, streams),
    ]


def fuzz(strategy, check, inputs, seed):
    """Run `check` on so many inputs; returns how many there were."""
    count = 0

    def run(value):
        nonlocal count
        count += 1
        check(value)

    while count < inputs:
        some = hypothesis.settings(_settings, max_examples=min(math.ceil(inputs - count), _ROUND))
        hypothesis.seed(seed)(some(hypothesis.given(strategy)(run)))()
        seed += 1
    return count


@contextlib.contextmanager
def running(folder):
    """`zoo serve` on the fuzzed models; gives the process and its (host, port)."""
    target.save_models(folder / "models")
    log = folder / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-c", _SERVE, str(folder / "models")]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        while not (ready := re.search(r"REST http://([\d.]+):(\d+)/", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        while log.read_text().count(" is ready") < len(requests.MODELS):
            time.sleep(0.1)
        yield process, (ready[1], int(ready[2]))
    finally:
        process.terminate()
        process.wait()
    text = log.read_text(errors="replace")
    print(f"log: {len(text.splitlines())} lines, {text.count('Traceback')} tracebacks")
    assert "Traceback" not in text, text[text.index("Traceback") :][:3000]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="the first; one more per 2,000 inputs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (process, address):
        server = target.Server(address)
        streams = Streams(server)
        start, total = memory(process.pid), 0
        for name, share, strategy, check in targets(server, streams):
            begin = time.monotonic()
            count = fuzz(strategy, check, share * arguments.inputs, arguments.seed)
            total += count
            seconds = time.monotonic() - begin
            print(f"{name}: {count} inputs from seed {arguments.seed}, {seconds:.0f} s", flush=True)
        streams.flush()
        call = requests.Call(b"POST", b"/v1/models/default:predict", (), b'{"instances": [1.0]}')
        assert json.loads(server.send(call)[2]) == {"predictions": [2.5]}
        print(f"{total} inputs; memory of the server {start:.0f} -> {memory(process.pid):.0f} MiB")


if __name__ == "__main__":
    main()
