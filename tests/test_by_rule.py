"""Rules on two devices: the weights after `fit` are those of one device."""

import json
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import json, sys
import numpy as np, tensorflow as tf
from keras import optimizers
import zoo
from zoo.losses import Mistakes

devices, family, sizes = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy([f"CPU:{n}" for n in range(devices)])
rng = np.random.default_rng(0)
x = (rng.integers(-64, 65, (40, 2)) / 64).astype("float32")
labels = np.where(x @ [2, -1] + rng.normal(size=40) > 0, 1, -1).astype("float32")[:, None]
with strategy.scope():
    model = zoo.build(family, features=2, **sizes)
    model.set_weights([np.ones_like(w) / 4 for w in model.get_weights()])
    loss = {"y": Mistakes()} if family == "perceptron" else {"reconstruction": "mse"}
    model.compile(optimizer=optimizers.SGD(0.25), loss=loss)
y = {"y": labels} if family == "perceptron" else {"reconstruction": x}
history = model.fit({"x": x}, y, batch_size=8, epochs=3, verbose=0, shuffle=False).history
assert strategy.num_replicas_in_sync == devices
print(json.dumps([[w.tolist() for w in model.get_weights()], history["loss"]]))
"""


def trained(devices, family, sizes):
    command = [sys.executable, "-c", PROGRAM, str(devices), family, json.dumps(sizes)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("family", "sizes"),
    [
        ("perceptron", {"keep": "averaged"}),
        ("perceptron", {"keep": "pocket"}),
        ("hebbian", {"rule": "oja"}),
    ],
)
def test_two_devices_make_the_steps_of_one(family, sizes):
    (one, losses), (two, other) = (trained(n, family, sizes) for n in (1, 2))
    for w, v in zip(one, two, strict=True):
        np.testing.assert_allclose(v, w, rtol=1e-5)
    assert other == pytest.approx(losses, rel=1e-5)
