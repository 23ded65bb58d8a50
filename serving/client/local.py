"""The client of the models in this process; it is called as the others are."""

import json

from serving.client.arrays import as_arrays
from serving.client.calls import VersionStatus, check_target
from serving.client.errors import typed
from serving.client.signatures import Signature, TensorSpec, signatures
from serving.metadata import metadata


class LocalClient:
    """Call the models of a Store.

    It has `predict`, `status`, `metadata`, `signatures`, `models` and `card`, with the arguments,
    answers and errors of the clients that call a server.

    Args:
        store: the Store.
        run: `run(signature, tensors)` gives the outputs, such as `Engine.run_from_thread`, which
            joins calls; default: each call runs alone, in the caller's thread.
    """

    def __init__(self, store, run=None):
        self._store = store
        self._run = run or (lambda signature, tensors: signature.run(tensors))

    def close(self):
        """Nothing: the store stays with who opened it."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def predict(self, model, inputs, *, version=None, label=None, signature="serving_default"):
        """Map {input name: array-like} to {output name: array}."""
        check_target(model, version, label)
        with typed(), self._store.use(model, version, label) as found:
            function = found.model.signature(signature)
            return self._run(function, as_arrays(inputs, _types(function)))

    def status(self, model, *, version=None, label=None):
        """A list of VersionStatus, newest first."""
        check_target(model, version, label)
        with typed():
            return [_status(found) for found in self._store.status(model, version, label)]

    def metadata(self, model, *, version=None, label=None):
        """The answer (dict) of TensorFlow Serving's metadata call."""
        check_target(model, version, label)
        with typed(), self._store.use(model, version, label) as found:
            return json.loads(metadata(found))

    def signatures(self, model, *, version=None, label=None):
        """{name: Signature}: what the model takes and gives."""
        return signatures(self.metadata(model, version=version, label=label))

    def models(self):
        """(name, version, state) of every model; states are those of TensorFlow Serving."""
        return [(v.name, v.number, v.state) for v in self._store.versions()]

    def card(self, model):
        """What the model's `assets.extra/zoo.json` says (dict); {} if it has none."""
        with typed():  # it is there before the model is loaded
            known = {version.name: version for version in self._store.versions()}
            found = known.get(model) or self._store.get(model)
            path = found.path / "assets.extra" / "zoo.json"
            return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _types(function):
    return Signature({name: TensorSpec(t, None) for name, t in function.dtypes.items()}, {})


def _status(found):
    code, message = (found.error.code, found.error.message) if found.error else ("OK", "")
    return VersionStatus(found.number, found.state, code, message)
