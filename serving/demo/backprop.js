// The form of the Backprop tab: the network as numbers that can be edited.  All of it goes to the
// server in `props.value` whenever one changes.
const $ = (selector) => element.querySelector(selector);
const presets = JSON.parse($(".bp").dataset.presets);
const MOST = { hidden: 3, units: 4 };
let network = null; // inputs, weights, target, names, rate

function make(tag, name, words = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  return made;
}

function send() {
  const order = $("[name=bp-order]:checked").value;
  props.value = { ...structuredClone(network), order };
  trigger("input");
}

function take(preset) {
  network = structuredClone(preset);
  show();
  send();
}

// A field for a number; `keep` puts it where it belongs
function field(label, value, keep) {
  const made = make("input", "");
  made.type = "number";
  made.step = "any";
  made.value = value;
  made.setAttribute("aria-label", label);
  made.addEventListener("input", () => {
    keep(made.value === "" ? null : Number(made.value));
    send();
  });
  return made;
}

function row(title, values, nameOf, keep) {
  const box = make("div", "bp-line-of");
  box.append(make("span", "bp-title", title));
  for (const [i, value] of values.entries()) {
    const label = make("label", "", nameOf(i));
    label.append(field(`${title} ${nameOf(i)}`.trim(), value, (number) => keep(i, number)));
    box.append(label);
  }
  return box;
}

function matrix(l) {
  const [from, to] = [network.names[l], network.names[l + 1]];
  const table = make("table", "bp-matrix");
  const head = table.insertRow();
  head.append(make("th", "", "Weights"), ...to.map((name) => make("th", "", `to ${name}`)));
  for (const [i, start] of from.entries()) {
    const line = table.insertRow();
    line.append(make("th", "", `from ${start}`));
    for (const [j, end] of to.entries()) {
      const keep = (number) => (network.weights[l][i][j] = number);
      const label = `Weight from ${start} to ${end}`;
      line.insertCell().append(field(label, network.weights[l][i][j], keep));
    }
  }
  return table;
}

// names for a network of any shape: x, then a, b, … or h alone, then y
function named(sizes) {
  const last = sizes.length - 1;
  const letter = (l) => (l === 0 ? "x" : l === last ? "y" : last === 2 ? "h" : "abc"[l - 1]);
  return sizes.map((units, l) =>
    Array.from({ length: units }, (_, i) => (units === 1 && l === last ? "y" : letter(l) + (i + 1)))
  );
}

// Another shape: numbers that have a place in it stay, new ones are made up
function reshape(sizes) {
  const fill = (before, made) => before ?? made;
  const old = network;
  const list = (values, units) => Array.from({ length: units }, (_, i) => fill(values[i], 0.5));
  network = {
    ...old,
    names: named(sizes),
    inputs: list(old.inputs, sizes[0]),
    target: list(old.target, sizes.at(-1)),
    weights: sizes.slice(1).map((units, l) =>
      Array.from({ length: sizes[l] }, (_, i) =>
        Array.from({ length: units }, (_, j) =>
          fill(old.weights[l]?.[i]?.[j], Math.round(10 * Math.sin(1 + l + 2 * i + 3 * j)) / 10)
        )
      )
    ),
  };
  show();
  send();
}

function counter(title, value, least, most, change) {
  const box = make("div", "bp-counter");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  const buttons = [-1, 1].map((by) => {
    const made = make("button", "pg-round", by < 0 ? "−" : "+");
    made.type = "button";
    made.setAttribute("aria-label", `${by < 0 ? "Fewer" : "More"}: ${title}`);
    made.disabled = value + by < least || value + by > most;
    made.addEventListener("click", () => change(by));
    return made;
  });
  box.append(make("span", "", title), buttons[0], make("b", "", String(value)), buttons[1]);
  return box;
}

function counters() {
  const sizes = network.names.map((layer) => layer.length);
  const last = sizes.length - 1;
  const title = (l) =>
    l === 0 ? "Inputs" : l === last ? "Outputs" : last === 2 ? "Hidden units" : `Hidden layer ${l}`;
  const deeper = (by) =>
    reshape(by > 0 ? [...sizes.slice(0, -1), 2, sizes[last]] : sizes.toSpliced(last - 1, 1));
  return [
    counter("Hidden layers", last - 1, 0, MOST.hidden, deeper),
    ...sizes.map((units, l) =>
      counter(title(l), units, 1, MOST.units, (by) => reshape(sizes.with(l, units + by)))
    ),
  ];
}

function show() {
  const held = document.activeElement?.getAttribute("aria-label");
  $(".bp-sizes").replaceChildren(...counters());
  const { inputs, target, names, weights } = network;
  $(".bp-numbers").replaceChildren(
    row("Input", inputs, (i) => names[0][i], (i, number) => (inputs[i] = number)),
    ...weights.map((_, l) => matrix(l)),
    row("Target", target, (i) => names.at(-1)[i], (i, number) => (target[i] = number)),
    row("Learning rate", [network.rate], () => "η", (_, number) => (network.rate = number))
  );
  if (held) element.querySelector(`[aria-label="${held}"]`)?.focus();
}

$(".bp-presets").append(
  ...presets.map((preset) => {
    const made = make("button", "pill quiet", preset.title.replace(/^[a-z]/, (c) => c.toUpperCase()));
    made.type = "button";
    made.addEventListener("click", () => take(preset));
    return made;
  })
);
for (const choice of element.querySelectorAll("[name=bp-order]")) {
  choice.addEventListener("change", send);
}
network = structuredClone(presets[0]);
show();
