// The playground: what the visitor sets, and the loop that trains and draws.  Everything happens in
// this browser; the server is not asked.
const $ = (selector) => element.querySelector(selector);
const MOST = { layers: 6, units: 8 };
const COUNT = 500; // points, for training and test together
const BUDGET = 10; // ms of training between two pictures
const names = (object) => Object.keys(object);
const root = $(".pg");
const styles = getComputedStyle(root);
const set = { kind: "circle", features: ["x1", "x2"], hidden: [4, 2], running: false };
const shown = { l: null, unit: 0 }; // the unit in the large picture; null: the output
let [network, train, test, history, order] = [null, null, null, null, null];
let [epochs, mistakes, pictures] = [0, null, 0];
let [lines, nodes, colours] = [[], [], null];
let grid = null; // the plane's features

const chosen = (name) => $(`#pg-${name}`).value;
function settings() {
  const seed = Math.min(Math.max(Math.floor(Number(chosen("seed"))) || 0, 0), 999999);
  const penalty = { kind: chosen("penalty"), rate: Number(chosen("strength")) };
  const [rate, noise] = [Number(chosen("rate")), Number(chosen("noise"))];
  const [ratio, batch] = [Number(chosen("ratio")), Number(chosen("batch"))];
  const activation = chosen("activation");
  const regression = AMOUNTS.includes(set.kind);
  return { ...set, seed, penalty, rate, noise, ratio, batch, activation, regression, count: COUNT };
}

// New data, new weights, epoch 0
function restart() {
  const now = settings();
  run(false);
  const drawn = shuffle(points(now.kind, COUNT, now.noise, 4 * now.seed), numbers(4 * now.seed + 1));
  const parted = Math.round((COUNT * now.ratio) / 100);
  train = described(drawn.slice(0, parted), now.features);
  test = described(drawn.slice(parted), now.features);
  grid = described(plane, now.features);
  const output = now.activation === "sign" ? "sign" : now.regression ? "linear" : "tanh";
  network = build(now.features.length, now.hidden, now.activation, output, 4 * now.seed + 2);
  order = numbers(4 * now.seed + 3);
  [epochs, mistakes, history] = [0, null, new History()];
  layOut();
  look();
}

function once() {
  mistakes = epoch(network, train, settings(), order);
  epochs += 1;
  history.add(epochs, measure(network, train).loss, measure(network, test).loss);
}

function run(go) {
  set.running = go;
  $(".pg-train").textContent = go ? "Pause" : "Train";
  $(".pg-train").setAttribute("aria-pressed", go);
  if (go) requestAnimationFrame(frame);
  else if (network) showCode();
}

function frame() {
  if (!set.running || !element.isConnected) return;
  if (root.offsetParent) {
    const [end, pace] = [performance.now() + BUDGET, Number(chosen("pace"))];
    let done = 0;
    do once();
    while (++done < pace && performance.now() < end);
    look();
  }
  requestAnimationFrame(frame);
}

// Everything that changes as the network learns
function look() {
  const [inTrain, inTest] = [measure(network, train), measure(network, test)];
  if (!epochs) history.add(0, inTrain.loss, inTest.loss);
  $(".pg-epoch b").textContent = epochs.toLocaleString("en");
  $(".pg-test b").textContent = inTest.loss.toFixed(3);
  $(".pg-trained b").textContent = inTrain.loss.toFixed(3);
  $(".pg-wrong b").textContent = settings().regression ? "–" : `${(100 * inTest.wrong).toFixed(1)}%`;
  for (const which of ["train", "test"]) {
    $(`.pg-curve-${which}`).setAttribute("d", history.curve(which));
  }
  const answers = forward(network, grid.x, plane.length).map(({ out }) => out);
  const count = set.features.length;
  const pictureOf = (l, unit) =>
    l < 0 ? [grid.x, unit, count] : [answers[l], unit, network.layers[l].units];
  for (const [l, column] of nodes.slice(1).entries()) {
    for (const [unit, node] of column.entries()) {
      paintPlane(node.firstChild, ...pictureOf(l, unit), colours);
    }
  }
  const [l, unit] = [shown.l ?? network.layers.length - 1, shown.unit];
  paintPlane($(".pg-surface"), ...pictureOf(l, unit), colours, $("#pg-steps").checked);
  colourLines(lines, network);
  tell(inTrain.loss);
  tellFields();
  pictures += 1;
}

function tell(loss) {
  const note = advice(loss);
  if ($(".pg-note").textContent !== note) $(".pg-note").textContent = note;
  $(".pg-readout").textContent = readout();
}

function advice(loss) {
  const sign = chosen("activation") === "sign";
  if (!Number.isFinite(loss)) {
    run(false);
    return "The weights grew beyond all bounds: choose a lower learning rate and restart.";
  }
  if (sign && set.hidden.length) {
    return "The perceptron rule corrects the output unit alone. It has no way to tell a hidden unit what it should have answered: those keep the weights that they were given.";
  }
  if (!sign) return "";
  if (mistakes === null) return "One sign unit. The perceptron rule changes its weights after a mistake alone.";
  if (!mistakes) return "Settled: the last epoch had no mistake, so the weights change no more.";
  return `Not settled: ${mistakes} of ${train.y.length} points were corrected in the last epoch.`;
}

const signed = (value) => value.toFixed(3).replace("-", "−");
function nameOf(l, unit) {
  if (l < 0) return FEATURES[set.features[unit]][0];
  return l === network.layers.length - 1 ? "the output" : `unit ${unit + 1} of layer ${l + 1}`;
}

function readout() {
  if (shown.l === null) return "Point at a unit to see its picture large, or at a line to read its weight; click to change it.";
  if (shown.l < 0) return `The feature ${nameOf(shown.l, shown.unit)}.`;
  const layer = network.layers[shown.l];
  const rows = Array.from({ length: layer.inputs }, (_, i) =>
    `${nameOf(shown.l - 1, i)} ${signed(weightOf(layer, i, shown.unit))}`
  );
  const what = nameOf(shown.l, shown.unit).replace(/^./, (letter) => letter.toUpperCase());
  return `${what}: bias ${signed(layer.bias[shown.unit * layer.pieces])}; weights ${rows.join(", ")}.`;
}
