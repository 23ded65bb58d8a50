"""Letters a second for each visitor of the Text tab, alone and in company; and the others' wait.

    python -m benchmarks.visitors [--visitors 1 2 4] [--models NAME …] [--length 2000] [--alone]

`zoo serve` runs in a process of its own, with the models of `saved_models`.  A visitor is what the
page's script is to the server: one event in Gradio's queue, whose answers stream back; all start
at once, each with a seed of its own.  Timed from the click to the last letter, every network's
letters counted.  Meanwhile a picture is sent to `digits` by REST ten times a second.  Printed too
is the time that the server's process had on the cores, which tells less of what else the machine
does.  With --alone calls are not joined.  Runs on Linux only.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from gradio_client.utils import apply_diff

from benchmarks.soak import running

PICTURE = Path("serving/demo/examples/3.png")
PROMPT = "ROMEO:\n"


def visit(url, models, length, seed):
    """Have the page write; returns (seconds to the first letters, seconds in all, the sheets)."""
    with httpx.Client(base_url=f"{url}/ui", timeout=600) as http:
        event = _event(http.get("/config").json())
        asked = {"run": 1, "models": models, "prompt": PROMPT, "length": length, "seed": seed,
                 "temperature": 0.8, "top_k": 0}  # fmt: skip
        given = {**event, "data": [asked], "session_hash": f"visitor{seed}"}
        start, first, data = time.monotonic(), None, None
        http.post("/gradio_api/queue/join", json=given).raise_for_status()
        for message in _messages(http, given["session_hash"]):
            assert message.get("success", True), message
            if message["msg"] == "process_generating":
                new = message["output"]["data"]
                data = new if data is None else [apply_diff(data[0], new[0])]
                first = first or time.monotonic() - start
            if message["msg"] == "process_completed":
                return first, time.monotonic() - start, data[0]["sheets"]
    raise RuntimeError("the stream ended before the text")


def _event(config):
    """What Gradio knows the event by with which the page has a text written."""
    [desk] = [c["id"] for c in config["components"] if c["props"].get("elem_id") == "desk"]
    [index] = [d["id"] for d in config["dependencies"] if [desk, "submit"] in d["targets"]]
    return {"fn_index": index, "trigger_id": desk}


def _messages(http, session):
    with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line[5:])


class Others:
    """Somebody who asks `digits` ten times a second, for as long as the context lasts."""

    def __init__(self, url):
        self.seconds = []
        self._url, self._stop = url, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        self._thread.join()

    def _run(self):
        from serving.client import connect

        with connect(self._url) as client:
            while not self._stop.wait(0.1):
                start = time.monotonic()
                client.predict("digits", {"image": [PICTURE.read_bytes()]})
                self.seconds.append(time.monotonic() - start)


def together(url, count, models, length):
    """Letters a second of each of `count` visitors, seconds to the first, and of the others."""
    with ThreadPoolExecutor(count) as pool, Others(url) as others:
        visits = list(pool.map(lambda seed: visit(url, models, length, seed), range(count)))
    for _, _, sheets in visits:
        assert [len(sheet["text"]) for sheet in sheets.values()] == [length] * len(models), sheets
    speeds = [length * len(models) / seconds for _, seconds, _ in visits]
    return speeds, [first for first, _, _ in visits], others.seconds


def main():
    parser = argparse.ArgumentParser("python -m benchmarks.visitors")
    add = parser.add_argument
    add("--visitors", type=int, nargs="+", default=[1, 2, 4])
    add("--models", nargs="+", default=["shakespeare"])
    add("--length", type=int, default=2000, help="letters of each network, 2000 at most")
    add("--rounds", type=int, default=3)
    add("--alone", action="store_true", help="serve with --no-enable-batching")
    options = parser.parse_args()
    flags = ["--no-enable-batching"] if options.alone else []
    with running(Path("saved_models"), flags) as (server, (url, _)):
        httpx.get(f"{url}/ui/config", timeout=600)  # answered when the page is built
        together(url, max(options.visitors), options.models, 100)
        with Others(url) as alone:
            time.sleep(3)
        _print("digits, nobody writing", alone.seconds)
        for count in options.visitors:
            start = cpu_seconds(server.pid)
            found = [together(url, count, options.models, options.length)
                     for _ in range(options.rounds)]  # fmt: skip
            _report(count, found, (cpu_seconds(server.pid) - start) / options.rounds)


def _report(count, found, used):
    speeds, firsts, waits = map(_chained, zip(*found, strict=True))
    print(f"{count} at once: {statistics.median(speeds):5.0f} letters/s each ({min(speeds):.0f} to "
          f"{max(speeds):.0f}); first letters after {1000 * statistics.median(firsts):.0f} ms; "
          f"{used:.1f} s of the cores a round", flush=True)  # fmt: skip
    _print("  digits meanwhile", waits)


def cpu_seconds(pid):
    """What a process has had of the cores since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _chained(parts):
    return list(itertools.chain(*parts))


def _print(what, seconds):
    last = statistics.quantiles(seconds, n=100)[98]
    print(f"{what}: median {1000 * statistics.median(seconds):.1f} ms, 99 % {1000 * last:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
