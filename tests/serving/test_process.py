"""The server as a process: how it starts, how it ends, and what it says."""

import json
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
import tensorflow as tf

from serving.run import default_base_path, listen
from tests.serving import models


def start(base, *options, port=0):
    code = "from train.cli import main; main()"
    ports = ["--rest_api_port", str(port), "--port", "0"]
    return subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--model-base-path", str(base), *ports, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(process):
    """The one line on stderr of a process that ends at once with exit code 1."""
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert out == ""
    [line] = err.splitlines()
    return line


@pytest.fixture
def slow(tmp_path):
    """A folder with one model that counts to n, one by one."""

    def count(n):
        return {"total": tf.while_loop(lambda i: i < n, lambda i: (i + 1,), [tf.zeros_like(n)])[0]}

    models.save(tmp_path / "slow" / "1", serving_default=(count, {"n": models.spec(tf.int64, "n")}))
    return tmp_path


def test_the_port_is_taken(slow):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(start(slow, port=port))
    assert f"port {port} on 127.0.0.1 is taken" in line
    assert "--rest-api-port" in line


def test_answers_are_not_held_back():
    """Nagle's algorithm would add 40 ms to every answer."""
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_no_folder(tmp_path):
    line = refused(start(tmp_path / "nowhere"))
    assert line == f"zoo serve: no folder of models at {tmp_path / 'nowhere'}"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells of threads")
def test_tensorflow_takes_as_many_threads_as_it_is_told(slow):
    def threads(*options):
        process = start(slow, *options)
        process.stdout.readline()
        assert "is ready" in process.stdout.readline()
        count = len([*Path(f"/proc/{process.pid}/task").iterdir()])
        process.terminate()
        process.communicate(timeout=30)
        return count

    few = threads("--tensorflow_intra_op_parallelism=1", "--tensorflow_inter_op_parallelism=1")
    assert threads("--tensorflow_intra_op_parallelism=9") >= few + 8
    assert threads("--tensorflow_inter_op_parallelism=9") >= few + 8


@pytest.fixture
def server(slow):
    """A running process and its URL, once the model is ready."""
    process = start(slow)
    first = process.stdout.readline()
    assert re.match(r"page http://127\.0\.0\.1:\d+/ui/ ", first)
    assert re.match(r"model slow, version 1 is ready", process.stdout.readline())
    yield process, re.search(r"REST (http://127\.0\.0\.1:\d+)/v1", first)[1]
    process.kill()
    process.communicate()


def test_sigterm_waits_for_calls_but_not_for_open_pages(server):
    process, url = server
    call = HTTPConnection(url.removeprefix("http://"), timeout=60)
    with httpx.stream("GET", f"{url}/ui/gradio_api/heartbeat/somebody", timeout=60) as page:
        events = page.iter_lines()
        assert next(events) == "data: ALIVE"
        call.request("POST", "/v1/models/slow:predict", '{"inputs": 500000}')
        assert httpx.get(f"{url}/healthz").status_code == 200  # by now the call is running
        process.send_signal(signal.SIGTERM)
        assert set(events) <= {"", "data: ALIVE"}  # and then no more
    with call.getresponse() as answer:
        assert json.load(answer) == {"outputs": 500_000}
    call.close()
    out, _ = process.communicate(timeout=20)  # less than calls would be given
    assert process.returncode == 0
    assert out == ""


def test_the_default_folder_is_the_one_at_hand(tmp_path, monkeypatch):
    (tmp_path / "saved_models").mkdir()
    monkeypatch.chdir(tmp_path)
    assert default_base_path().resolve() == tmp_path / "saved_models"
