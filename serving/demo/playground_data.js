// Data: points within about [-6, 6]², of two classes, 1 and −1, or with an amount between them, drawn
// as TensorFlow Playground draws them; what a network may be told about a point; and numbers that a
// seed decides.
function numbers(seed) {
  // mulberry32: the next number in [0, 1) a call
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const between = (draw, low, high) => low + (high - low) * draw();
const normal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

function shuffle(items, draw) {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = Math.floor(draw() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

// Where the amount of `hills` is 1 or −1: [x1, x2, amount]; it falls to 0 at a distance of 2
const TOPS = [[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]];
const AMOUNTS = ["plane", "hills"]; // regression, where all others are two classes

// a point anywhere, with the amount that is found at it, or with noise near it
function somewhere(amount, noise, draw) {
  const [x1, x2] = [between(draw, -6, 6), between(draw, -6, 6)];
  const moved = [x1 + noise * between(draw, -6, 6), x2 + noise * between(draw, -6, 6)];
  return [x1, x2, amount(...moved)];
}

// kind -> point number i of `count`, as [x1, x2, class or amount]; noise is 0 to 0.5
const KINDS = {
  circle(i, count, noise, draw) {
    const inner = i < (count + 1) / 2;
    const [radius, angle] = [
      inner ? between(draw, 0, 2.5) : between(draw, 3.5, 5),
      between(draw, 0, 2 * Math.PI),
    ];
    const [x1, x2] = [radius * Math.sin(angle), radius * Math.cos(angle)];
    const moved = [x1 + noise * between(draw, -5, 5), x2 + noise * between(draw, -5, 5)];
    return [x1, x2, Math.hypot(...moved) < 2.5 ? 1 : -1];
  },
  xor(i, count, noise, draw) {
    const away = (x) => x + (x > 0 ? 0.3 : -0.3);
    const [x1, x2] = [away(between(draw, -5, 5)), away(between(draw, -5, 5))];
    const moved = [x1 + noise * between(draw, -5, 5), x2 + noise * between(draw, -5, 5)];
    return [x1, x2, moved[0] * moved[1] >= 0 ? 1 : -1];
  },
  gaussian(i, count, noise, draw) {
    const y = i < (count + 1) / 2 ? 1 : -1;
    const spread = Math.sqrt(0.5 + 7 * noise);
    return [2 * y + spread * normal(draw), 2 * y + spread * normal(draw), y];
  },
  spiral(i, count, noise, draw) {
    const half = Math.floor((count + 1) / 2);
    const first = i < half;
    const along = first ? i / half : (i - half) / (count - half);
    const turn = 1.75 * 2 * Math.PI * along + (first ? 0 : Math.PI);
    const x1 = 5 * along * Math.sin(turn) + noise * between(draw, -1, 1);
    return [x1, 5 * along * Math.cos(turn) + noise * between(draw, -1, 1), first ? 1 : -1];
  },
  plane(i, count, noise, draw) {
    return somewhere((x1, x2) => (x1 + x2) / 10, noise, draw);
  },
  hills(i, count, noise, draw) {
    const height = (x1, x2) => ([a, b, top]) => top * Math.max(0, 1 - Math.hypot(x1 - a, x2 - b) / 2);
    return somewhere((...x) => TOPS.map(height(...x)).reduce((a, b) => a + b), noise, draw);
  },
};

// name -> [how it is shown, how NumPy writes it, the number]
const FEATURES = {
  x1: ["x₁", "x1", (x1) => x1],
  x2: ["x₂", "x2", (x1, x2) => x2],
  square1: ["x₁²", "x1**2", (x1) => x1 * x1],
  square2: ["x₂²", "x2**2", (x1, x2) => x2 * x2],
  product: ["x₁x₂", "x1 * x2", (x1, x2) => x1 * x2],
  sine1: ["sin x₁", "np.sin(x1)", (x1) => Math.sin(x1)],
  sine2: ["sin x₂", "np.sin(x2)", (x1, x2) => Math.sin(x2)],
};

function points(kind, count, noise, seed) {
  const draw = numbers(seed);
  return Array.from({ length: count }, (_, i) => KINDS[kind](i, count, noise, draw));
}

// {x: a row of features a point, one after the other; y: the classes or amounts; points}
function described(list, features) {
  const functions = features.map((name) => FEATURES[name][2]);
  const x = Float64Array.from(list.flatMap(([x1, x2]) => functions.map((f) => f(x1, x2))));
  return { x, y: Float64Array.from(list, (point) => point[2]), points: list };
}
