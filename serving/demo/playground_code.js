// The drawn network as a Keras program that can be run as it stands.
const KERAS_NAMES = { logistic: '"sigmoid"', leaky_relu: "leaky_relu", sign: "sign" };
const kerasName = (activation) => KERAS_NAMES[activation] ?? `"${activation}"`;

const DEFINITIONS = {
  leaky_relu: `def leaky_relu(x):
    return keras.activations.leaky_relu(x, negative_slope=${LEAK})


`,
  sign: `def sign(x):
    return ops.where(x >= 0, 1.0, -1.0)


`,
};

const moved = (name) => `${name} + NOISE * rng.uniform(-5, 5, COUNT)`;
const DATA_CODE = {
  circle: `radius = np.concatenate([rng.uniform(0, 2.5, COUNT // 2), rng.uniform(3.5, 5, COUNT // 2)])
angle = rng.uniform(0, 2 * np.pi, COUNT)
x1, x2 = radius * np.sin(angle), radius * np.cos(angle)
y = np.where(np.hypot(${moved("x1")}, ${moved("x2")}) < 2.5, 1, -1)`,
  xor: `x1, x2 = rng.uniform(-5, 5, (2, COUNT))
x1, x2 = x1 + np.where(x1 > 0, 0.3, -0.3), x2 + np.where(x2 > 0, 0.3, -0.3)
y = np.where((${moved("x1")}) * (${moved("x2")}) >= 0, 1, -1)`,
  gaussian: `y = np.repeat([1, -1], COUNT // 2)
x1, x2 = rng.normal(2 * y, np.sqrt(0.5 + 7 * NOISE), (2, COUNT))`,
  spiral: `y = np.repeat([1, -1], COUNT // 2)
along = np.tile(np.arange(COUNT // 2), 2) / (COUNT // 2)
turn = 1.75 * 2 * np.pi * along + np.where(y > 0, 0, np.pi)
x1 = 5 * along * np.sin(turn) + NOISE * rng.uniform(-1, 1, COUNT)
x2 = 5 * along * np.cos(turn) + NOISE * rng.uniform(-1, 1, COUNT)`,
};

function denseCode(layer, penalty) {
  const options = [String(layer.bias.length)];
  if (layer.activation !== "maxout") options.push(`activation=${kerasName(layer.activation)}`);
  if (penalty.kind === "l1") options.push(`kernel_regularizer=keras.regularizers.L1(${penalty.rate})`);
  if (penalty.kind === "l2") {
    options.push(`kernel_regularizer=keras.regularizers.L2(${penalty.rate / 2})`);
  }
  const dense = `h = layers.Dense(${options.join(", ")})(h)\n`;
  if (layer.activation !== "maxout") return dense;
  return `${dense}h = ops.max(ops.reshape(h, (-1, ${layer.units}, ${layer.pieces})), axis=-1)\n`;
}

const byGradient = ({ batch, rate }) => `
def half_squared_error(y, answer):
    return ops.mean(ops.square(y - answer)) / 2


model.compile(keras.optimizers.SGD(${rate}), loss=half_squared_error)
model.fit(
    features[train],
    y[train],
    batch_size=${batch},
    epochs=EPOCHS,
    validation_data=(features[test], y[test]),
    verbose=2,
)
`;

// The hidden units, which the rule does not teach, keep the weights that they were given.
const byRule = ({ batch, rate }) => `
output = model.layers[-1]
before = keras.Model(model.input, output.input)  # what the output unit sees
for epoch in range(EPOCHS):
    order, mistakes = rng.permutation(train), 0
    for start in range(0, len(order), ${batch}):
        part = order[start : start + ${batch}]
        seen = ops.convert_to_numpy(before(features[part]))
        error = y[part] - ops.convert_to_numpy(model(features[part]))
        output.kernel.assign_add(${rate} * seen.T @ error)  # the perceptron rule
        output.bias.assign_add(${rate} * error.sum(axis=0))
        mistakes += int((error != 0).sum())
    print(f"epoch {epoch + 1}: {mistakes} mistakes")
`;

// settings: of the form; network: as `build` gives it
function kerasCode(settings, network) {
  const { kind, noise, seed, ratio, count, features, penalty } = settings;
  const used = new Set(network.layers.map((layer) => layer.activation));
  const rule = used.has("sign");
  const none = { kind: "none", rate: 0 };
  const columns = features.map((name) => FEATURES[name][1]).join(", ");
  return `import keras
import numpy as np
from keras import layers, ops

COUNT, NOISE, EPOCHS = ${count}, ${noise}, 100

keras.utils.set_random_seed(${seed})
rng = np.random.default_rng(${seed})

# two classes of points in the plane: ${kind}
${DATA_CODE[kind]}
features = np.stack([${columns}], axis=1).astype("float32")
y = y[:, None].astype("float32")
order = rng.permutation(COUNT)
train, test = np.split(order, [${Math.round((count * ratio) / 100)}])


${[...used].map((name) => DEFINITIONS[name] ?? "").join("")}h = x = keras.Input((${features.length},))
${network.layers.map((layer) => denseCode(layer, rule ? none : penalty)).join("")}model = keras.Model(x, h)
model.summary()

${(rule ? byRule : byGradient)(settings)}
right = np.sign(model.predict(features[test], verbose=0)) == y[test]
print(f"{right.mean():.1%} of the test points are on the right side")
`;
}
