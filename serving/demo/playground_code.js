// The drawn network as a Keras program that can be run as it stands.
const KERAS_NAMES = {
  logistic: '"sigmoid"',
  leaky_relu: "leaky_relu",
  sign: "sign",
};
const kerasName = (activation) => KERAS_NAMES[activation] ?? `"${activation}"`;

const DEFINITIONS = {
  leaky_relu: `def leaky_relu(x):
    return keras.activations.leaky_relu(x, negative_slope=${LEAK})


`,
  noisy_relu: `class NoisyReLU(layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator()

    def call(self, x, training=False):
        if training:
            x += keras.random.normal(ops.shape(x), seed=self.seed) * ops.sqrt(ops.sigmoid(x))
        return ops.relu(x)


`,
  sign: `def sign(x):
    return ops.where(x >= 0, 1.0, -1.0)


`,
};

const moved = (name, reach = 5) => `${name} + NOISE * rng.uniform(-${reach}, ${reach}, COUNT)`;
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
  plane: `x1, x2 = rng.uniform(-6, 6, (2, COUNT))
y = (${moved("x1", 6)} + ${moved("x2", 6)}) / 10`,
  hills: `x1, x2 = rng.uniform(-6, 6, (2, COUNT))
tops = np.array(${JSON.stringify(TOPS).replaceAll(",", ", ")})
near1 = ${moved("x1", 6)}
near2 = ${moved("x2", 6)}
far = np.hypot(near1[:, None] - tops[:, 0], near2[:, None] - tops[:, 1])
y = np.sum(tops[:, 2] * np.maximum(0, 1 - far / 2), axis=1)`,
};

// what stands behind a dense layer that has no function of one sum
const BEHIND = {
  noisy_relu: () => "h = NoisyReLU()(h)\n",
  maxout: ({ units, pieces }) => `h = ops.max(ops.reshape(h, (-1, ${units}, ${pieces})), axis=-1)\n`,
};

function denseCode(layer, penalty) {
  const options = [String(layer.bias.length)];
  if (!BEHIND[layer.activation]) options.push(`activation=${kerasName(layer.activation)}`);
  if (penalty.kind === "l1") options.push(`kernel_regularizer=keras.regularizers.L1(${penalty.rate})`);
  if (penalty.kind === "l2") {
    options.push(`kernel_regularizer=keras.regularizers.L2(${penalty.rate / 2})`);
  }
  return `h = layers.Dense(${options.join(", ")})(h)\n${BEHIND[layer.activation]?.(layer) ?? ""}`;
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

// A kernel or a bias as a list in Python, to nine digits: a float32 to the bit
const listed = (values) => `[${values.map((w) => Number(w.toPrecision(9))).join(", ")}]`;
function weightsCode({ layers }) {
  const rows = ({ kernel, bias }) =>
    Array.from({ length: kernel.length / bias.length }, (_, i) =>
      listed([...kernel.subarray(i * bias.length, (i + 1) * bias.length)])
    );
  const both = (layer) => `    [\n        ${rows(layer).join(",\n        ")},\n    ],\n    ${listed([...layer.bias])},\n`;
  return `
# the kernel and the bias of each layer, as they are on the page
weights = [
${layers.map(both).join("")}]
model.set_weights([np.array(w, "float32") for w in weights])
`;
}

const SCORES = {
  classes: `right = np.sign(model.predict(features[test], verbose=0)) == y[test]
print(f"{right.mean():.1%} of the test points are on the right side")
`,
  amounts: `error = model.predict(features[test], verbose=0) - y[test]
print(f"test loss {np.mean(error**2) / 2:.4f}")
`,
};

// settings: of the form; network: as `build` gives it; kept: a network whose weights the program
// sets, in place of training
function kerasCode(settings, network, kept) {
  const { kind, noise, seed, ratio, count, features, penalty, regression } = settings;
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

# ${regression ? "points in the plane, each with an amount" : "two classes of points in the plane"}: ${kind}
${DATA_CODE[kind]}
features = np.stack([${columns}], axis=1).astype("float32")
y = y[:, None].astype("float32")
order = rng.permutation(COUNT)
train, test = np.split(order, [${Math.round((count * ratio) / 100)}])


${[...used].map((name) => DEFINITIONS[name] ?? "").join("")}h = x = keras.Input((${features.length},))
${network.layers.map((layer) => denseCode(layer, rule ? none : penalty)).join("")}model = keras.Model(x, h)
model.summary()

${kept ? weightsCode(kept) : (rule ? byRule : byGradient)(settings)}
${SCORES[regression ? "amounts" : "classes"]}`;
}
