"""The training loop: the one way in which anything trained by gradient trains.

    report = fit(recipe, out="runs/digits")

Seed, devices, precision, data, model, `compile`, `fit`, report: in that order.  A run that
was stopped, even by kill -9, goes on from its last epoch when it is started again.
"""

import json
import time
from dataclasses import replace
from pathlib import Path

import keras
import tensorflow as tf
from keras.callbacks import TensorBoard

from train import optimizers
from train.averaging import Average
from train.carry import carried, network
from train.checkpoint import Checkpoint
from train.counting import count
from train.precision import choose
from train.progress import Pace
from train.recipe import load
from zoo.export import export
from zoo.registry import build, sizes


def fit(recipe, out, precision="auto", verbose="auto"):
    """Train `recipe` in the folder `out`; return the report, also left in report.json.

    precision: one of `train.precision.POLICIES`.
    Raises ValueError if `out` holds a run with other settings.
    """
    out = Path(out)
    if recipe.start:
        _finished(out.with_name(recipe.start))
    _claim(out, recipe)
    keras.utils.set_random_seed(recipe.seed)
    gpus = tf.config.list_physical_devices("GPU")
    policy = choose(precision, gpus=len(gpus))
    keras.config.set_dtype_policy(policy)
    data = load_data(recipe)
    strategy = _strategy(gpus, recipe.batch_size)
    with strategy.scope():
        model = _compiled(recipe, out, data)
        averages = _averages(recipe, out, data)
        checkpoint = Checkpoint(out, recipe.monitor, *averages)
        done = checkpoint.restore(model)
    if done >= recipe.epochs and (out / "report.json").exists():
        return json.loads((out / "report.json").read_text(encoding="utf-8"))
    given = {"sizes": dict(data.sizes), "assets": dict(data.assets)}
    (out / "data.json").write_text(json.dumps(given), encoding="utf-8")
    start = time.monotonic()
    pace = [Pace(data.unit, data.amount)] if data.unit and verbose else []
    if recipe.epochs:
        model.fit(
            _untuned(data.train(done)),
            steps_per_epoch=data.steps_per_epoch,
            initial_epoch=done,
            epochs=recipe.epochs,
            validation_data=data.validation,
            callbacks=[*averages, checkpoint, TensorBoard(out / "tensorboard"), *pace],
            shuffle=False,  # the data's own order is already shuffled
            verbose=0 if pace else verbose,
        )
    elif not done:
        count(model, data, checkpoint)
    report = {
        "model": recipe.model,
        "parameters": network(model).count_params(),
        "precision": policy,
        "device": "GPU" if gpus else "CPU",
        "replicas": strategy.num_replicas_in_sync,
        "epochs": len(checkpoint.history),
        "epochs_resumed": done,
        "seconds": round(time.monotonic() - start, 1),
        "best": checkpoint.best(),
    }
    (out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


def load_data(recipe):
    """The recipe's `pipeline.Data`."""
    return recipe.data(batch_size=recipe.batch_size, seed=recipe.seed, **recipe.data_options)


def trained(recipe, out):
    """The recipe's model in float32 with the best weights of the run in `out`.

    Raises FileNotFoundError if there is no run.
    """
    keras.config.set_dtype_policy("float32")  # what is served computes as it is declared
    checkpoint = _finished(out)
    model = build(recipe.model, **{**recipe.sizes, **_given(out)["sizes"]})
    checkpoint.load_best(carried(model, recipe.batch_size))
    return model


def _untuned(dataset):
    """The dataset without autotuning, whose thread sleeps up to a minute when `fit` would end."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def _given(out):
    """What the data of the run in `out` gave to the model (`sizes`) and gives to its task."""
    note = Path(out) / "data.json"
    if not note.exists():  # a run of before there was such a note
        return {"sizes": {}, "assets": {}}
    return json.loads(note.read_text(encoding="utf-8"))


def export_run(recipe, out, folder):
    """Export the run in `out` as the next version in `folder`; return that version's folder."""
    if recipe.task is None:
        raise ValueError(f"the recipe of {recipe.model} has no task, so nothing to serve")
    model = trained(recipe, out)
    given, notes = _given(out), _notes(recipe, out)
    if recipe.task.joins:
        runs = _joined(recipe.task, Path(out))
        notes["joined"] = {name: _notes(*run) for name, run in runs.items()}
        given["assets"]["joined"] = {
            name: (trained(*run), _given(run[1])["assets"]) for name, run in runs.items()
        }
    signatures = recipe.task.signatures(model, **given["assets"])
    return export(folder, signatures, recipe.task.warmup(signatures), notes)


def _notes(recipe, out):
    """What zoo.json says of the run in `out`."""
    training = json.loads((Path(out) / "report.json").read_text(encoding="utf-8"))
    sizes = {**recipe.sizes, **_given(out)["sizes"]}
    return {"network": recipe.model, "sizes": sizes, "training": training}


def _joined(task, out):
    """{name: (recipe, folder)} of the finished runs beside `out` that the task takes along."""
    runs = {name: out.with_name(name) for name in task.joins}
    finished = {name: run for name, run in runs.items() if (run / "report.json").exists()}
    return {name: (_as_trained(load(name), run), run) for name, run in finished.items()}


def _as_trained(recipe, out):
    """`recipe` with the sizes that the run in `out` was given."""
    given = json.loads((out / "recipe.json").read_text(encoding="utf-8"))
    known = {key: given[key] for key in sizes(recipe.model) if key in given}
    return replace(recipe, sizes={**recipe.sizes, **known})


def _claim(out, recipe):
    """Note in `out` what the run is; refuse to resume one of other settings."""
    out.mkdir(parents=True, exist_ok=True)
    note = out / "recipe.json"
    now = {k: v for k, v in recipe.settings().items() if k != "epochs"}
    now = json.loads(json.dumps({"epochs": recipe.epochs, **now}, default=str))
    if note.exists():
        then = json.loads(note.read_text(encoding="utf-8"))
        other = [f"{k}={then.get(k)} (now {v})" for k, v in now.items() if then.get(k) != v]
        if other:
            raise ValueError(
                f"{out} holds a run with {', '.join(other)}: give the same settings to resume "
                "it, another --out to start beside it, or --fresh to throw it away"
            )
    note.write_text(json.dumps(now, indent=1), encoding="utf-8")


def _finished(out):
    """The checkpoint of a run that has one."""
    checkpoint = Checkpoint(out, monitor="")
    if checkpoint.newest() is None:
        raise FileNotFoundError(f"{out} holds no finished epoch; run `zoo train` first")
    return checkpoint


def _compiled(recipe, out, data):
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    model = build(recipe.model, **{**recipe.sizes, **data.sizes})
    model = carried(model, recipe.batch_size // replicas)
    if recipe.begin:
        recipe.begin(model, _started(recipe, out), data.sizes)
    elif recipe.start:
        _finished(out.with_name(recipe.start)).load_best(model)
    model.compile(
        optimizer=_optimizer(recipe, data.steps_per_epoch),
        loss=dict(recipe.loss),
        metrics=dict(recipe.metrics),
        # Keras 3.15 loses a placeholder where several steps update on several devices
        steps_per_execution=data.at_once if replicas == 1 else 1,
        jit_compile=recipe.jit_compile,
    )
    return model


def _started(recipe, out):
    """The network that `recipe.start` trained; the precision of this training stays as it is."""
    policy = keras.config.dtype_policy()
    try:
        run = out.with_name(recipe.start)
        return trained(_as_trained(load(recipe.start), run), run)
    finally:
        keras.config.set_dtype_policy(policy)


def _averages(recipe, out, data):
    """The callback that averages weights, in a list; an empty one if the recipe wants none."""
    if not recipe.average_from:
        return []
    if not 1 <= recipe.average_from <= recipe.epochs:
        raise ValueError(
            f"average_from={recipe.average_from}: choose an epoch from 1 to {recipe.epochs}, "
            "or 0 for no average"
        )
    return [Average(_compiled(recipe, out, data), recipe.average_from, data)]


def _strategy(gpus, batch_size):
    if len(gpus) < 2:
        return tf.distribute.get_strategy()
    if batch_size % len(gpus):
        raise ValueError(
            f"batch_size={batch_size} does not divide among {len(gpus)} GPUs: "
            f"choose a multiple of {len(gpus)}"
        )
    return tf.distribute.MirroredStrategy()


def _optimizer(recipe, steps_per_epoch):
    rate = recipe.learning_rate
    if recipe.schedule == "cosine":
        steps = recipe.epochs * steps_per_epoch
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    elif recipe.schedule != "constant":
        raise ValueError(f"schedule={recipe.schedule!r}: choose constant or cosine")
    config = {"learning_rate": rate, **recipe.optimizer_options}
    return _class(recipe.optimizer)(**config)


def _class(optimizer):
    known = {
        name.lower(): value
        for place in (keras.optimizers, optimizers)
        for name, value in vars(place).items()
        if isinstance(value, type) and issubclass(value, keras.optimizers.Optimizer)
    }
    if optimizer.lower() not in known:
        raise ValueError(f"optimizer={optimizer!r}: choose from {', '.join(sorted(known))}")
    return known[optimizer.lower()]
