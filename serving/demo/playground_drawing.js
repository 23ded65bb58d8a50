// Drawing: the answer of each unit over the plane [-6, 6]², the points, the weights, the losses.
const GRID = 48; // the plane in GRID x GRID places
const REACH = 6;
const SVG = "http://www.w3.org/2000/svg";

function make(tag, name, words = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  return made;
}

const plane = Array.from({ length: GRID * GRID }, (_, place) => {
  const across = (number) => ((number + 0.5) / GRID) * 2 * REACH - REACH;
  return [across(place % GRID), -across(Math.floor(place / GRID)), 0];
});

// a value from −1 over 0 to 1 -> red, green and blue from the page's cold over its middle to its warm
function mixer(styles) {
  const [cold, middle, warm] = ["--cold", "--middle", "--warm"].map((name) => {
    const hex = styles.getPropertyValue(name).trim();
    return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  });
  return (value) => {
    const share = Math.min(Math.abs(value), 1);
    return middle.map((m, i) => m + share * ((value < 0 ? cold : warm)[i] - m));
  };
}

// The colours of −1 to 1 as 255 numbers that a canvas takes; a little pale, so that points stand out
function palette(styles) {
  const mix = mixer(styles);
  return Uint32Array.from({ length: 255 }, (_, place) => {
    const [r, g, b] = mix((0.82 * (place - 127)) / 127);
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

// values: number n of the plane stands at [n * stride + start]
function paintPlane(canvas, values, start, stride, colours, steps) {
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(GRID, GRID);
  const pixels = new Uint32Array(image.data.buffer);
  for (let n = 0; n < pixels.length; n += 1) {
    const value = values[n * stride + start];
    const shown = steps ? (value >= 0 ? 0.75 : -0.75) : Math.min(Math.max(value, -1), 1);
    pixels[n] = colours[Math.round(127 * shown) + 127];
  }
  pen.putImageData(image, 0, 0);
}

function paintPoints(canvas, train, test, styles) {
  const pen = canvas.getContext("2d");
  const side = canvas.width;
  const put = (x) => ((x + REACH) / (2 * REACH)) * side;
  const mix = mixer(styles);
  pen.clearRect(0, 0, side, side);
  const dot = ([x1, x2, y], ring) => {
    pen.beginPath();
    pen.arc(put(x1), put(-x2), side / 90, 0, 2 * Math.PI);
    pen.fillStyle = `rgb(${mix(y).map(Math.round).join()})`;
    pen.strokeStyle = styles.getPropertyValue(ring).trim();
    pen.lineWidth = side / 300;
    pen.fill();
    pen.stroke();
  };
  for (const point of train) dot(point, "--sheet");
  for (const point of test) dot(point, "--ink");
}

// The weight of a connection; of a maxout unit's pieces, the largest
function weightOf({ kernel, bias, pieces }, i, j) {
  const row = kernel.subarray(i * bias.length + j * pieces, i * bias.length + (j + 1) * pieces);
  return row.reduce((most, w) => (Math.abs(w) > Math.abs(most) ? w : most));
}

// lines: {path, hit, l, i, j} a connection; `nodes[l][i]` is the button of a unit
function makeLines(svg, network, nodes) {
  const lines = [];
  for (const [l, layer] of network.layers.entries()) {
    for (let i = 0; i < layer.inputs; i += 1) {
      for (let j = 0; j < layer.units; j += 1) {
        const [path, hit] = ["pg-line", "pg-hit"].map((name) => {
          const made = document.createElementNS(SVG, "path");
          made.setAttribute("class", name);
          return made;
        });
        hit.dataset.line = lines.length;
        lines.push({ path, hit, l, i, j, ends: [nodes[l][i], nodes[l + 1][j]] });
      }
    }
  }
  svg.replaceChildren(...lines.map(({ path }) => path), ...lines.map(({ hit }) => hit));
  return lines;
}

function placeLines(svg, lines) {
  const frame = svg.getBoundingClientRect();
  for (const { path, hit, ends } of lines) {
    const [from, to] = ends.map((node) => node.getBoundingClientRect());
    const [x1, y1] = [from.right - frame.left, (from.top + from.bottom) / 2 - frame.top];
    const [x2, y2] = [to.left - frame.left, (to.top + to.bottom) / 2 - frame.top];
    const middle = ((x1 + x2) / 2).toFixed(1);
    const curve = `M${x1.toFixed(1)} ${y1.toFixed(1)}C${middle} ${y1.toFixed(1)} ${middle} ${y2.toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
    path.setAttribute("d", curve);
    hit.setAttribute("d", curve);
  }
}

function colourLines(lines, network) {
  for (const { path, l, i, j } of lines) {
    const weight = weightOf(network.layers[l], i, j);
    path.style.strokeWidth = Math.min(0.6 + 2.2 * Math.abs(weight), 9).toFixed(2);
    path.style.strokeOpacity = Math.min(0.25 + 0.6 * Math.abs(weight), 1).toFixed(2);
    path.classList.toggle("negative", weight < 0);
  }
}

// Losses of the epochs so far, thinned out to a few hundred
class History {
  constructor() {
    this.kept = [];
    this.every = 1;
  }

  add(epoch, train, test) {
    if (epoch % this.every || !Number.isFinite(train + test)) return;
    this.kept.push({ epoch, train, test });
    if (this.kept.length <= 400) return;
    this.every *= 2;
    this.kept = this.kept.filter((entry) => entry.epoch % this.every === 0);
  }

  // the curve `which`, "train" or "test", in a box of 100 x 40
  curve(which) {
    const last = Math.max(this.kept.at(-1)?.epoch ?? 0, 1);
    const top = Math.max(...this.kept.flatMap(({ train, test }) => [train, test]), 1e-9);
    const at = (entry) =>
      `${((100 * entry.epoch) / last).toFixed(2)} ${(39 - (38 * entry[which]) / top).toFixed(2)}`;
    return this.kept.length ? `M${this.kept.map(at).join("L")}` : "";
  }
}
