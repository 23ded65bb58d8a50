// The form: the buttons of data sets, features, units and layers, and what each control changes.
function picture(title) {
  const canvas = make("canvas", "");
  canvas.width = canvas.height = GRID;
  canvas.setAttribute("aria-hidden", "true");
  canvas.title = title;
  return canvas;
}

function button(name, label, act) {
  const made = make("button", name);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function pressed(made, on) {
  made.setAttribute("aria-pressed", on);
  return made;
}

// Rebuilds a part of the form; the button that had the focus has it again
function refill(place, ...parts) {
  const label = place.contains(document.activeElement)
    ? document.activeElement.getAttribute("aria-label")
    : null;
  place.replaceChildren(...parts);
  if (label) place.querySelector(`[aria-label="${label}"]:not(:disabled)`)?.focus();
}

function featureNode(name) {
  const on = set.features.includes(name);
  const made = button("pg-node pg-feature", `Feature ${FEATURES[name][0]}`, () => toggle(name));
  made.append(picture(FEATURES[name][0]), make("span", "", FEATURES[name][0]));
  paintPlane(made.firstChild, described(plane, [name]).x, 0, 1, colours);
  if (on) watchNode(made, -1, set.features.indexOf(name));
  return pressed(made, on);
}

function toggle(name) {
  const wanted = names(FEATURES).filter((one) => set.features.includes(one) !== (one === name));
  if (!wanted.length) return; // a network sees at least one
  set.features = wanted;
  restart();
}

function unitNode(l, unit) {
  const last = l === set.hidden.length;
  const label = last ? "Output unit" : `Unit ${unit + 1} of layer ${l + 1}`;
  const made = button("pg-node", label, () => hold(l, unit));
  made.setAttribute("aria-describedby", "pg-readout");
  made.append(picture(label));
  watchNode(made, l, unit);
  return made;
}

function watchNode(node, l, unit) {
  for (const event of ["pointerenter", "focus"]) {
    node.addEventListener(event, () => showUnit(l, unit));
  }
  for (const event of ["pointerleave", "blur"]) node.addEventListener(event, () => showUnit(null, 0));
}

function showUnit(l, unit) {
  [shown.l, shown.unit] = [l, unit];
  const output = l === null || l === network.layers.length - 1;
  $(".pg-scale em").textContent = output ? "" : nameOf(l, unit);
  look();
}

function widthButtons(l) {
  const units = set.hidden[l];
  const change = (by) => {
    set.hidden[l] += by;
    restart();
  };
  const box = make("div", "pg-width");
  const less = button("pg-round", `One unit less in layer ${l + 1}`, () => change(-1));
  const more = button("pg-round", `One unit more in layer ${l + 1}`, () => change(1));
  [less.textContent, more.textContent] = ["−", "+"];
  [less.disabled, more.disabled] = [units === 1, units === MOST.units];
  box.append(less, make("b", "", String(units)), more);
  return box;
}

function column(head, list) {
  const made = make("div", "pg-column");
  made.append(head, ...list);
  return made;
}

// The network's columns, for its present shape
function layOut() {
  [shown.l, shown.unit, lines] = [null, 0, []]; // those of the shape before mean nothing now
  release();
  colours = palette(styles);
  const features = names(FEATURES).map(featureNode);
  const hidden = set.hidden.map((units, l) => Array.from({ length: units }, (_, u) => unitNode(l, u)));
  const output = [unitNode(set.hidden.length, 0)];
  nodes = [features.filter((node) => node.getAttribute("aria-pressed") === "true"), ...hidden, output];
  refill(
    $(".pg-columns"),
    column(make("div", "pg-width"), features),
    ...hidden.map((list, l) => column(widthButtons(l), list)),
    column(make("div", "pg-width"), output)
  );
  lines = makeLines($(".pg-lines"), network, nodes);
  placeLines($(".pg-lines"), lines);
  const depth = set.hidden.length;
  $(".pg-count").textContent = depth === 1 ? "1 hidden layer" : `${depth || "No"} hidden layers`;
  [$(".pg-less").disabled, $(".pg-more").disabled] = [!depth, depth === MOST.layers];
  showSettings();
  showPoints();
}

function showSettings() {
  const now = settings();
  $("[for=pg-noise]").textContent = now.noise.toFixed(2);
  $("[for=pg-ratio]").textContent = `${now.ratio}%`;
  $("[for=pg-batch]").textContent = now.batch;
  $("#pg-penalty").disabled = now.activation === "sign"; // the rule has no place for it
  $("#pg-strength").disabled = now.activation === "sign" || now.penalty.kind === "none";
  for (const choice of kindButtons()) pressed(choice, choice.dataset.kind === now.kind);
  markBend(now.activation);
  showCode();
}

function showCode() {
  const kept = $("#pg-kept").checked ? network : null;
  $(".pg-code pre").textContent = kerasCode(settings(), network, kept);
}

function showPoints() {
  const visible = $("#pg-show-test").checked ? test.points : [];
  paintPoints($(".pg-points"), train.points, visible, styles);
}

function kindButton(kind) {
  const title = kind === "xor" ? "XOR" : kind[0].toUpperCase() + kind.slice(1);
  const made = button("pg-kind", title, () => {
    set.kind = kind;
    noSign();
    restart();
  });
  made.dataset.kind = kind;
  const canvas = picture(title);
  canvas.width = canvas.height = 120;
  made.append(canvas, make("span", "", title));
  return made;
}

const kindButtons = () => element.querySelectorAll(".pg-kind");

// A sign unit answers 1 or −1 alone, so no amount can be asked of it
function noSign() {
  const amounts = AMOUNTS.includes(set.kind);
  $("#pg-activation [value=sign]").disabled = amounts;
  if (amounts && chosen("activation") === "sign") $("#pg-activation").value = "tanh";
}

function paintKinds() {
  for (const choice of kindButtons()) {
    paintPoints(choice.firstChild, points(choice.dataset.kind, 120, 0, 7), [], styles);
  }
}

// The weight of the line under the pointer
function tip(event) {
  const number = event.target.dataset?.line;
  const box = $(".pg-tip");
  box.hidden = number === undefined;
  for (const { path } of lines) path.classList.remove("here");
  if (box.hidden) return;
  const { path, l, i, j } = lines[number];
  path.classList.add("here");
  const frame = $(".pg-net").getBoundingClientRect();
  box.textContent = `Weight ${signed(weightOf(network.layers[l], i, j))}`;
  box.style.left = `${Math.min(event.clientX - frame.left, frame.width - 120)}px`;
  box.style.top = `${event.clientY - frame.top + 14}px`;
}

function deepen(by) {
  if (by > 0) set.hidden.push(set.hidden.at(-1) ?? 4);
  else set.hidden.pop();
  restart();
}

$(".pg-train").addEventListener("click", () => run(!set.running));
$(".pg-step").addEventListener("click", () => {
  once();
  run(false);
  look();
});
$(".pg-restart").addEventListener("click", restart);
$(".pg-less").addEventListener("click", () => deepen(-1));
$(".pg-more").addEventListener("click", () => deepen(1));
$(".pg-copy").addEventListener("click", copyCode);
$("#pg-kept").addEventListener("change", showCode);
for (const name of ["noise", "ratio"]) $(`#pg-${name}`).addEventListener("input", restart);
for (const name of ["seed", "activation"]) $(`#pg-${name}`).addEventListener("change", restart);
for (const name of ["rate", "penalty", "strength", "batch"]) {
  $(`#pg-${name}`).addEventListener("input", showSettings); // these may change on the way
}
$(".pg-net").addEventListener("click", holdLine);
$("#pg-show-test").addEventListener("change", showPoints);
$("#pg-steps").addEventListener("change", look);
for (const event of ["pointermove", "pointerleave", "pointerdown"]) {
  $(".pg-net").addEventListener(event, tip);
}

for (const [place, wanted] of [[".pg-classes", false], [".pg-amounts", true]]) {
  const kinds = names(KINDS).filter((kind) => AMOUNTS.includes(kind) === wanted);
  $(place).append(...kinds.map(kindButton));
}
layOutBends();
recall();
restart();
paintKinds();
$(".pg-share").addEventListener("click", share);
for (const event of ["click", "input", "change"]) root.addEventListener(event, remember);
window.addEventListener("hashchange", () => element.isConnected && recall() && restart());
new ResizeObserver(() => placeLines($(".pg-lines"), lines)).observe($(".pg-net"));
new MutationObserver(() => {
  layOut(); // the page went dark or light
  paintKinds();
  look();
}).observe(document.body, { attributeFilter: ["class"] });
window.neuralzooPlayground = {
  points,
  gradients,
  correct,
  ACTIVATIONS,
  answers: (x, count) => [...forward(network, Float64Array.from(x), count).at(-1).out],
  get network() {
    return network;
  },
  get pictures() {
    return pictures;
  },
};
