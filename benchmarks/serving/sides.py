"""Who is asked: how each server is started, how a request to it is written, its answer read.

A side with settings of its own is written NAME:KEY=VALUE,KEY=VALUE, such as
`litserve:batch=32,delay=0.002`; without them it takes the settings below.
"""

import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.serving import grpc_call

ROOT = Path(__file__).parents[2]
APPS = Path(__file__).parent / "apps"
HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Side:
    """A server, or a way to run it.

    Attributes:
        name: as it is written on the command line, settings included.
        kind: its name without them.
        peer: whether it is another project's server, in a virtual environment of its own.
    """

    name: str
    kind: str
    title: str
    settings: dict = field(default_factory=dict)
    peer: bool = False
    grpc: bool = False

    def command(self, workload, port, environments):
        """The argv of its server for a workload, and what it adds to the environment."""
        if self.kind in ("zoo", "grpc"):
            return _zoo(workload, port, self.grpc, self.settings), {}
        own = {"PORT": port, "MODEL": workload.path, "SIGNATURE": workload.signature}
        env = {key.upper(): str(value) for key, value in {**self.settings, **own}.items()}
        if self.kind == "echo":
            answer = workload.folder.with_suffix(".json")
            answer.write_text(json.dumps({"predictions": _plain(workload, 0)}), encoding="utf-8")
            return [sys.executable, str(APPS / "echo_app.py")], {"ANSWER": str(answer), **env}
        python = Path(environments) / self.kind / "bin" / "python"
        if self.kind == "bentoml":
            return _bentoml(python, port), {**env, "BENTOML_DO_NOT_TRACK": "True"}
        return [str(python), str(APPS / f"{self.kind}_app.py")], env

    def path(self, workload):
        """The path of the call's URL."""
        if self.grpc:
            return grpc_call.PATH
        if self.kind == "bentoml":
            return "/floats" if workload.inputs.dtype != object else "/pictures"
        paths = {"zoo": f"/v1/models/{workload.model}:predict", "litserve": "/predict"}
        return paths.get(self.kind, "/v1/models/model:predict")

    def body(self, workload, row):
        """The request (bytes) that asks for a row of a workload."""
        if self.grpc:
            return grpc_call.request(workload, row)
        value = workload.json(row)
        if self.kind == "litserve":
            return f'{{"input": {value}}}'.encode()
        if self.kind == "bentoml":
            return f'{{"rows": [{value}]}}'.encode()
        if workload.inputs.dtype == object:
            value = f'{{"b64": {value}}}' if self.kind in ("zoo", "echo") else value
        signature = f'"signature_name": "{workload.signature}", ' if self.kind == "zoo" else ""
        return f'{{{signature}"instances": [{value}]}}'.encode()

    def read(self, workload, content):
        """{output name: array}, the one row that an answer (bytes) holds."""
        if self.grpc:
            return grpc_call.read(content)
        answer = json.loads(content)
        if self.kind == "bentoml":
            answer = answer[0]
        elif self.kind != "litserve":
            answer = answer["predictions"][0]
        if not isinstance(answer, dict):  # TensorFlow Serving leaves a single output's name out
            answer = {next(iter(workload.outputs)): answer}
        return {name: np.asarray(value) for name, value in answer.items()}


def _plain(workload, row):
    return [{name: value[row].tolist() for name, value in workload.outputs.items()}]


def _zoo(workload, port, grpc, settings):
    command = [sys.executable, "-m", "train.cli", "serve", "--no-ui"]
    ports = {"--port": port if grpc else 0, "--rest-api-port": 0 if grpc else port}
    options = {"--model-base-path": workload.folder, **ports}
    options["--tensorflow-intra-op-parallelism"] = settings["threads"]
    return command + [str(word) for pair in options.items() for word in pair]


def _bentoml(python, port):
    command = [str(python), "-m", "bentoml", "serve", "bentoml_app:Served"]
    return [*command, "--working-dir", str(APPS), "--host", "127.0.0.1", "--port", str(port)]


_LITSERVE = {
    "batch": 64, "delay": 0.002, "workers": 1, "servers": 1, "fast_queue": 1, "raw": 1,
}  # fmt: skip
_BENTOML = {"batch": 64, "latency": 10_000, "workers": 1, "threads": 1}
SIDES = {
    side.kind: side
    for side in (
        Side("zoo", "zoo", "zoo serve, REST", {"threads": 0}),
        Side("grpc", "grpc", "zoo serve, gRPC", {"threads": 0}, grpc=True),
        Side("litserve", "litserve", "LitServe", _LITSERVE, peer=True),
        Side("kserve", "kserve", "KServe", {"batch": 8, "delay": 0.002}, peer=True),
        Side("bentoml", "bentoml", "BentoML", _BENTOML, peer=True),
        Side("echo", "echo", "bare ASGI echo"),
    )
}
DEFAULT = (
    "zoo",
    "zoo:threads=1",
    "grpc",
    "litserve",
    "kserve",
    "kserve:batch=1",
    "bentoml",
    "echo",
)


def find(text):
    """The Side written NAME or NAME:KEY=VALUE,…; ValueError says what is wrong with it."""
    kind, _, settings = text.partition(":")
    if kind not in SIDES:
        raise ValueError(f"no side {kind!r}; there are {', '.join(SIDES)}")
    side = SIDES[kind]
    pairs = [pair.partition("=") for pair in settings.split(",") if pair]
    unknown = [key for key, _, _ in pairs if key not in side.settings]
    if unknown:
        known = ", ".join(side.settings) or "none"
        raise ValueError(f"{kind} has no setting {unknown[0]!r}; it has {known}")
    if not pairs:
        return side
    title = f"{side.title} ({settings.replace(',', ', ')})"
    own = {key: value for key, _, value in pairs}
    return replace(side, name=text, title=title, settings={**side.settings, **own})
