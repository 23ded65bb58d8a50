"""How long `zoo serve` takes to its first answer and to its page, and how much memory it holds.

    python -m benchmarks.startup [--rounds 5]

Each of these is started anew in every round, one after the other; medians are printed.

    zoo serve            until the port is open, until `digits` has read a picture, until every
                         model is ready, until the page is built; then the resident size (VmRSS)
    zoo serve --no-ui    the same without the page
    browser              `zoo serve` with a Chromium at its door: until anything is painted, until
                         the page itself is
    import tensorflow    a Python that does no more; the floor of the time to the first answer
    bare script          loads the same SavedModels and replays their warm-up requests, as the
                         server does; the floor of the memory

Times run from the start of the process.  The first answer is the whole answer to a predict call
that is asked again every 20 ms until it is given; `digits` is the page's own model, not the one
that is loaded first.  The floor runs until its process has ended.  Nobody asks for anything else
meanwhile but the three other figures.

It runs on Linux only, as it reads /proc.
"""

import argparse
import base64
import contextlib
import statistics
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "serving" / "demo" / "examples" / "3.png"
BARE = """
import sys, tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
models = [tf.saved_model.load(path) for path in sys.argv[1:]]
for model, path in zip(models, sys.argv[1:]):
    records = tf.data.TFRecordDataset(path + "/assets.extra/tf_serving_warmup_requests")
    for record in records.as_numpy_iterator():
        request = PredictionLog.FromString(record).predict_log.request
        inputs = {name: tf.constant(tf.make_ndarray(p)) for name, p in request.inputs.items()}
        model.signatures[request.model_spec.signature_name or "serving_default"](**inputs)
print("answered", flush=True)
sys.stdin.read()
"""
PORT = 8597
URL = f"http://127.0.0.1:{PORT}"


def serve(models, *options):
    """{"port", "first answer", "all models", "page": seconds, "memory": MiB} of `zoo serve`."""
    picture = base64.b64encode(PICTURE.read_bytes()).decode("ascii")
    question = f'{{"instances": [{{"b64": "{picture}"}}]}}'.encode()
    asked = {
        "port": ("/healthz", None),
        "first answer": ("/v1/models/digits:predict", question),
        "all models": ("/readyz", None),
    }
    if "--no-ui" not in options:
        asked["page"] = ("/ui/config", None)  # Gradio's own; it waits until the page is built
    with _serving(models, *options) as (process, start), ThreadPoolExecutor() as pool:
        answered = {name: pool.submit(_until, process, *what) for name, what in asked.items()}
        times = {name: future.result() - start for name, future in answered.items()}
        return {**times, "memory": _memory(process.pid)}


def in_browser(models):
    """{"first paint", "page", "all models": seconds} of `zoo serve` with a browser that waits.

    Raises ImportError or FileNotFoundError where there is no Playwright or no browser.
    """
    from tests.serving.browser import browser

    with browser() as chromium, _serving(models) as (process, start), ThreadPoolExecutor() as pool:
        began, sheet = time.time() - (time.monotonic() - start), chromium.new_page()
        ready = pool.submit(_until, process, "/readyz")
        _until(process, "/healthz")
        sheet.goto(f"{URL}/ui/", wait_until="commit")
        first = _painted(sheet)
        sheet.locator(".dates").wait_for(timeout=120_000)  # of the story, which opens the page
        page = _painted(sheet)
        return {
            "first paint": first - began,
            "page": page - began,
            "all models": ready.result() - start,
        }


def _painted(sheet):
    """When the document that a Playwright page shows was first painted (s since the epoch)."""
    paint = "performance.getEntriesByName('first-contentful-paint')[0]"
    when = f"{paint} && performance.timeOrigin + {paint}.startTime"
    return sheet.wait_for_function(when, timeout=120_000).json_value() / 1000


def import_tensorflow():
    """{"first answer": seconds} of a Python that imports TensorFlow and ends."""
    start = time.monotonic()
    command = [sys.executable, "-c", "import tensorflow"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return {"first answer": time.monotonic() - start}


def bare(models):
    """{"all models": seconds until every one has answered, "memory": MiB}."""
    folders = [p for p in sorted(models.iterdir()) if p.is_dir()]
    latest = [max(p.glob("[0-9]*"), key=lambda v: int(v.name)) for p in folders]
    start = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", BARE, *map(str, latest)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        if not process.stdout.readline():
            raise SystemExit("the bare script stopped; does every model have warm-up requests?")
        seconds, memory = time.monotonic() - start, _memory(process.pid)
        process.communicate()
    return {"all models": seconds, "memory": memory}


@contextlib.contextmanager
def _serving(models, *options):
    """A `zoo serve` process, and when it was started."""
    ports = ["--rest-api-port", str(PORT), "--port", "0"]
    command = [sys.executable, "-m", "train.cli", "serve", "--model-base-path", str(models)]
    start = time.monotonic()
    process = subprocess.Popen(
        [*command, *ports, *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, start
    finally:
        process.terminate()
        process.wait()


def _until(process, path, body=None):
    """When the server has answered; asked again until it does."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(urllib.request.Request(URL + path, body), timeout=300):
                return time.monotonic()
        except OSError:  # refused, or not ready yet
            time.sleep(0.02)
    raise SystemExit(f"the server stopped; `zoo serve --rest-api-port {PORT}` tells why")


def _memory(pid):
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _sides(models):
    yield "zoo serve", lambda: serve(models)
    yield "zoo serve --no-ui", lambda: serve(models, "--no-ui")
    yield "browser", lambda: in_browser(models)
    yield "import tensorflow", import_tensorflow
    yield "bare script", lambda: bare(models)


def _measure(rounds, models):
    """{side: {figure: median}}; a side that cannot be run here says so and is left out."""
    seen = {}
    for _ in range(rounds):
        for name, side in _sides(models):
            try:
                seen.setdefault(name, []).append(side())
            except (ImportError, FileNotFoundError) as reason:
                print(f"{name}: absent: {reason}")
    return {
        name: {key: statistics.median(one[key] for one in each) for key in each[0]}
        for name, each in seen.items()
        if each
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", type=Path, default=ROOT / "saved_models")
    options = parser.parse_args()
    medians = _measure(options.rounds, options.models)
    for name, figures in medians.items():
        units = {key: "MiB" if key == "memory" else "s" for key in figures}
        texts = [f"{k} {v:.0f} {units[k]}" if k == "memory" else f"{k} {v:.2f} s"
                 for k, v in figures.items()]  # fmt: skip
        print(f"{name:18} {'   '.join(texts)}")
    floor, script = medians["import tensorflow"], medians["bare script"]
    for name in ("zoo serve", "zoo serve --no-ui"):
        ours = medians[name]
        first = ours["first answer"] / floor["first answer"]
        memory = ours["memory"] / script["memory"]
        print(f"{name} / floor: first answer {first:.2f} (aim: at most 1.5)   "
              f"memory {memory:.2f} (aim: at most 1.3)")  # fmt: skip


if __name__ == "__main__":
    main()
