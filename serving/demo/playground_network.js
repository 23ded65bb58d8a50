// The network: h[l] = f(h[l−1] W[l] + b[l]), loss = mean of ½ (y − t)², backpropagation and
// gradient descent; and the perceptron rule for sign units.  A kernel is laid out as Keras lays it
// out: that of input i and unit j at [i * width + j]; a unit of maxout has `pieces` sums.
const LEAK = 0.01;
const logistic = (x) => 1 / (1 + Math.exp(-x));
// name -> [f(x), its slope at x where y = f(x)]
const ACTIVATIONS = {
  logistic: [logistic, (x, y) => y * (1 - y)],
  tanh: [Math.tanh, (x, y) => 1 - y * y],
  relu: [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)],
  leaky_relu: [(x) => (x > 0 ? x : LEAK * x), (x) => (x > 0 ? 1 : LEAK)],
  elu: [(x) => (x > 0 ? x : Math.expm1(x)), (x, y) => (x > 0 ? 1 : y + 1)],
  linear: [(x) => x, () => 1],
  // max(0, x + e √σ(x)) in training, with e drawn from N(0, 1), which x and y tell again
  noisy_relu: [(x) => Math.max(0, x), (x, y) => (y > 0 ? 1 + ((y - x) * (1 - logistic(x))) / 2 : 0)],
  softplus: [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), (x) => logistic(x)],
  maxout: null, // not a function of one sum: see `activate` and `through`
  sign: [(x) => (x >= 0 ? 1 : -1), () => 0],
};
const PIECES = 2; // of a maxout unit

// hidden: units of each hidden layer; output: the activation of the last one; Glorot's uniform
// weights and zero biases, as Keras starts
function build(inputs, hidden, activation, output, seed) {
  const draw = numbers(seed);
  let before = inputs;
  const layers = [...hidden, 1].map((units, i) => {
    const f = i < hidden.length ? activation : output;
    const pieces = f === "maxout" ? PIECES : 1;
    const [width, rows] = [units * pieces, before];
    const limit = Math.sqrt(6 / (rows + width));
    before = units;
    return {
      inputs: rows,
      units,
      pieces,
      activation: f,
      kernel: Float64Array.from({ length: rows * width }, () => between(draw, -limit, limit)),
      bias: new Float64Array(width),
    };
  });
  return { layers };
}

function sums({ inputs, kernel, bias }, x, count) {
  const width = bias.length;
  const net = new Float64Array(count * width);
  for (let n = 0; n < count; n += 1) {
    const row = n * width;
    net.set(bias, row);
    for (let i = 0; i < inputs; i += 1) {
      const value = x[n * inputs + i];
      for (let j = 0, k = i * width; j < width; j += 1, k += 1) net[row + j] += value * kernel[k];
    }
  }
  return net;
}

function activate({ activation, pieces }, net, draw) {
  if (draw && activation === "noisy_relu") {
    return net.map((x) => Math.max(0, x + normal(draw) * Math.sqrt(logistic(x))));
  }
  if (activation !== "maxout") return net.map(ACTIVATIONS[activation][0]);
  return Float64Array.from({ length: net.length / pieces }, (_, u) =>
    Math.max(...net.subarray(u * pieces, (u + 1) * pieces))
  );
}

// x: the features of `count` points; draw: for the noise of noisy units, in training alone; gives
// {input, net, out} of each layer
function forward(network, x, count, draw) {
  let input = x;
  return network.layers.map((layer) => {
    const net = sums(layer, input, count);
    const step = { input, net, out: activate(layer, net, draw) };
    input = step.out;
    return step;
  });
}

// dE/dout -> dE/dnet
function through({ activation, pieces }, { net, out }, slope) {
  if (activation !== "maxout") {
    const derivative = ACTIVATIONS[activation][1];
    return slope.map((value, i) => value * derivative(net[i], out[i]));
  }
  return net.map((value, i) => {
    const unit = Math.floor(i / pieces);
    return value === out[unit] ? slope[unit] : 0;
  });
}

function layerGradients({ inputs, kernel }, input, delta, count, penalty) {
  const width = delta.length / count;
  const gradient = { kernel: new Float64Array(kernel.length), bias: new Float64Array(width) };
  for (let n = 0; n < count; n += 1) {
    for (let j = 0; j < width; j += 1) gradient.bias[j] += delta[n * width + j];
    for (let i = 0; i < inputs; i += 1) {
      const value = input[n * inputs + i];
      for (let j = 0; j < width; j += 1) {
        gradient.kernel[i * width + j] += value * delta[n * width + j];
      }
    }
  }
  const { kind, rate } = penalty;
  if (kind === "l1") kernel.forEach((w, i) => (gradient.kernel[i] += rate * Math.sign(w)));
  if (kind === "l2") kernel.forEach((w, i) => (gradient.kernel[i] += rate * w));
  return gradient;
}

// delta of a layer -> dE/dout of the layer before
function back({ inputs, kernel }, delta, count) {
  const width = delta.length / count;
  const slope = new Float64Array(count * inputs);
  for (let n = 0; n < count; n += 1) {
    for (let i = 0; i < inputs; i += 1) {
      let sum = 0;
      for (let j = 0; j < width; j += 1) sum += kernel[i * width + j] * delta[n * width + j];
      slope[n * inputs + i] = sum;
    }
  }
  return slope;
}

// Gradient of mean ½ (y − t)² + penalty.rate · Σ|w| (l1) or ½ penalty.rate · Σw² (l2): a pair
// {kernel, bias} a layer.  batch: {x, y}; it changes nothing.
function gradients(network, { x, y }, penalty = { kind: "none", rate: 0 }, draw) {
  const count = y.length;
  const steps = forward(network, x, count, draw);
  let slope = steps.at(-1).out.map((out, n) => (out - y[n]) / count);
  const found = [];
  for (let l = network.layers.length - 1; l >= 0; l -= 1) {
    const delta = through(network.layers[l], steps[l], slope);
    found.unshift(layerGradients(network.layers[l], steps[l].input, delta, count, penalty));
    if (l) slope = back(network.layers[l], delta, count);
  }
  return found;
}

function descend(network, batch, rate, penalty, draw) {
  const found = gradients(network, batch, penalty, draw);
  for (const [l, { kernel, bias }] of network.layers.entries()) {
    found[l].kernel.forEach((g, i) => (kernel[i] -= rate * g));
    found[l].bias.forEach((g, i) => (bias[i] -= rate * g));
  }
}

// Rosenblatt's rule, w ← w + η Σ (t − y) x, on the output unit; gives the number of mistakes
function correct(network, { x, y }, rate) {
  const { input, out } = forward(network, x, y.length).at(-1);
  const { inputs, kernel, bias } = network.layers.at(-1);
  let mistakes = 0;
  for (let n = 0; n < y.length; n += 1) {
    const error = y[n] - out[n];
    if (!error) continue;
    mistakes += 1;
    bias[0] += rate * error;
    for (let i = 0; i < inputs; i += 1) kernel[i] += rate * error * input[n * inputs + i];
  }
  return mistakes;
}

// {loss, wrong}: the mean of ½ (y − t)², and the share on the wrong side of zero
function measure(network, { x, y }) {
  const { out } = forward(network, x, y.length).at(-1);
  let [loss, wrong] = [0, 0];
  for (let n = 0; n < y.length; n += 1) {
    loss += (out[n] - y[n]) ** 2 / 2;
    wrong += out[n] >= 0 === y[n] > 0 ? 0 : 1;
  }
  return { loss: loss / y.length, wrong: wrong / y.length };
}

function piece({ x, y }, chosen) {
  const inputs = x.length / y.length;
  const rows = new Float64Array(chosen.length * inputs);
  chosen.forEach((n, k) => rows.set(x.subarray(n * inputs, (n + 1) * inputs), k * inputs));
  return { x: rows, y: Float64Array.from(chosen, (n) => y[n]) };
}

// Once through the data in an order that `draw` decides; gives the mistakes of sign units
function epoch(network, data, { batch, rate, penalty }, draw) {
  const order = shuffle([...data.y.keys()], draw);
  const byRule = network.layers.at(-1).activation === "sign";
  let mistakes = 0;
  for (let start = 0; start < order.length; start += batch) {
    const part = piece(data, order.slice(start, start + batch));
    if (byRule) mistakes += correct(network, part, rate);
    else descend(network, part, rate, penalty, draw);
  }
  return mistakes;
}
