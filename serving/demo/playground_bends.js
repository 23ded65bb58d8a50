// Small plots of every activation with its gradient; a click chooses it.
const BENDS = {
  logistic: "1 ⁄ (1 + exp −x)",
  tanh: "tanh x",
  relu: "max(0, x)",
  noisy_relu: "max(0, x + e √σ(x)), e drawn anew each time",
  leaky_relu: "x, or 0.01 x below 0",
  elu: "x, or exp x − 1 below 0",
  softplus: "log(1 + exp x)",
  maxout: "the largest of two sums; here x and −x ⁄ 2",
  linear: "x: layers of it are one layer",
  sign: "1, or −1 below 0",
};

// [x, y, slope] of an activation over [-3, 3]
function bend(name, count = 121) {
  const draw = numbers(7);
  return Array.from({ length: count }, (_, n) => {
    const x = (6 * n) / (count - 1) - 3;
    if (name === "maxout") return [x, Math.max(x, -x / 2), x > -x / 2 ? 1 : -0.5];
    const y = activate({ activation: name }, Float64Array.of(x), draw)[0];
    return [x, y, ACTIVATIONS[name][1](x, y)];
  });
}

function curveOf(kind, pairs) {
  const made = document.createElementNS(SVG, "path");
  const at = ([x, y]) => `${(20 * (x + 3)).toFixed(1)} ${(60 - 20 * y).toFixed(1)}`;
  const within = pairs.filter(([, y]) => y >= -1.4 && y <= 3);
  made.setAttribute("d", `M${within.map(at).join("L")}`);
  made.setAttribute("class", kind);
  return made;
}

function bendButton(name) {
  const title = $(`#pg-activation [value=${name}]`).textContent;
  const made = button("pg-bend", `${title}: ${BENDS[name]}`, () => {
    if ($(`#pg-activation [value=${name}]`).disabled) return;
    $("#pg-activation").value = name;
    restart();
  });
  made.dataset.bend = name;
  const plot = document.createElementNS(SVG, "svg");
  plot.setAttribute("viewBox", "0 0 120 88");
  plot.setAttribute("aria-hidden", "true");
  const points = bend(name);
  const axes = [[[-3, 0], [3, 0]], [[0, -1.4], [0, 3]]].map((axis) => curveOf("axis", axis));
  const slope = curveOf("slope", points.map(([x, , s]) => [x, s]));
  plot.append(...axes, slope, curveOf("value", points.map(([x, y]) => [x, y])));
  made.append(plot, make("b", "", title), make("span", "", BENDS[name]));
  return made;
}

const layOutBends = () => $(".pg-curves").append(...names(BENDS).map(bendButton));

function markBend(activation) {
  for (const made of $(".pg-curves").children) {
    pressed(made, made.dataset.bend === activation);
    made.disabled = $(`#pg-activation [value=${made.dataset.bend}]`).disabled;
  }
}
