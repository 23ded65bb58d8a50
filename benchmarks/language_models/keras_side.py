"""Our side, and Keras's: the same network with our recurrent layers or with Keras's own."""

import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from train.carry import carried
from train.data.text import text_windows
from zoo import language
from zoo.registry import build

FAMILIES = {"lstm": "lstm_lm", "elman": "elman"}


class Clock(keras.callbacks.Callback):
    """Seconds from the end of batch `warm` to the end of the last one."""

    def __init__(self, warm):
        super().__init__()
        self.warm, self.seconds = warm, 0.0

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if batch + 1 == self.warm:
            self.start = now
        self.seconds = now - getattr(self, "start", now)


def train(side, cell, sizes, rows, window, precision, steps, warm):
    """Characters per second over `steps` steps of `fit`, after `warm` of them."""
    keras.config.set_dtype_policy(precision)
    data = text_windows(rows, seed=0, text="sample", window=window).train(0)
    if side == "ours":
        model, loss = carried(_ours(cell, sizes), rows), {"logits": _loss()}
    else:
        model, loss = _stock(cell, rows, window, **sizes), _loss()
        data = data.map(lambda inputs, targets: (inputs["tokens"], targets["logits"]))
    model.compile(keras.optimizers.AdamW(2e-3, weight_decay=0.01, clipnorm=1.0), loss)
    clock = Clock(warm)
    model.fit(data, steps_per_epoch=warm + steps, shuffle=False, verbose=0, callbacks=[clock])
    return steps * rows * window / clock.seconds


def _loss():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _ours(cell, sizes):
    sizes = dict(sizes)
    if cell == "elman":
        sizes |= {"activation": "tanh"}
        assert sizes.pop("depth") == 1, "elman has one hidden layer"
    return build(FAMILIES[cell], **sizes)


def _stock(cell, rows, window, vocab_size, embed_dim, units, depth):
    layer = {"lstm": keras.layers.LSTM, "elman": keras.layers.SimpleRNN}[cell]
    hidden = [layer(units, return_sequences=True, stateful=True) for _ in range(depth)]
    embed = keras.layers.Embedding(vocab_size, embed_dim)
    logits = keras.layers.Dense(vocab_size, dtype="float32")
    return keras.Sequential([keras.Input((window,), rows, dtype="int32"), embed, *hidden, logits])


def write(side, cell, sizes, length):
    """Characters per second of a text of one row: the served loop, or `predict` in a loop."""
    model = _ours(cell, sizes)
    tokens = ["�", "\n", *(chr(33 + i) for i in range(sizes["vocab_size"] - 2))]
    loop = _served(model, tokens) if side == "ours" else _predicting(model)
    loop(20)
    start = time.perf_counter()
    loop(length)
    return length / (time.perf_counter() - start)


def _served(model, tokens):
    write = language.signatures(model, tokens, "char")["serving_default"]

    def loop(length):
        text = write(*(tf.constant([v]) for v in ("O", length, 1.0, 0)), tf.constant([1], tf.int64))
        assert len(text["text"].numpy()[0].decode()) == length

    return loop


def _predicting(model):
    draw = np.random.default_rng(0)

    def loop(length):
        token, state = 0, np.zeros((1, *model.input["state"].shape[1:]), "float32")
        for _ in range(length):
            inputs = {"tokens": np.int32([[token]]), "state": state}
            answer = model.predict(inputs, verbose=0)
            state = answer["state"]
            p = np.exp(answer["logits"][0, 0] - answer["logits"].max())
            token = draw.choice(len(p), p=p / p.sum())

    return loop


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    job, arguments = json.loads(sys.argv[1])
    threads = arguments.pop("threads")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    print(json.dumps({"train": train, "write": write}[job](**arguments)))
