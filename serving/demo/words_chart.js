// A chart of points and arrows that can be moved and enlarged; texts keep their size, and as many
// words are written as find room.
const SVG = "http://www.w3.org/2000/svg";

function draw(tag, name, traits = {}) {
  const made = document.createElementNS(SVG, tag);
  made.setAttribute("class", name);
  for (const [key, value] of Object.entries(traits)) made.setAttribute(key, value);
  return made;
}

function arrow({ x, y }, to, gap) {
  const [dx, dy] = [to.x - x, to.y - y];
  const size = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / size, dy / size];
  const room = Math.min(gap, size / 3);
  const tip = [to.x - ux * room, to.y - uy * room];
  const wing = (side) => [
    (tip[0] - 6 * ux + 3.2 * side * uy).toFixed(1),
    (tip[1] - 6 * uy - 3.2 * side * ux).toFixed(1),
  ];
  return `M${x + ux * room} ${y + uy * room}L${tip}M${wing(1)}L${tip}L${wing(-1)}`;
}

class Chart {
  constructor(svg) {
    this.svg = svg;
    this.view = { zoom: 1, x: 0, y: 0 };
    this.points = this.arrows = [];
  }
  show({ points, arrows }) {
    this.arrows = arrows.map((each) => ({
      ...each,
      path: draw("path", each.yours ? "arrow yours" : "arrow"),
    }));
    this.points = points.map((each) => this.point(each));
    const layers = [this.arrows.map(({ path }) => path), this.points.map(({ group }) => group)];
    this.svg.replaceChildren(...layers.flat());
    this.reset();
  }
  point(each) {
    const group = draw("g", `point ${each.role}`);
    const [dot, label] = [draw("circle", "dot", { r: 4 }), draw("text", "name")];
    label.textContent = each.word;
    group.append(draw("circle", "target", { r: 12 }), dot, label);
    return { ...each, at: { x: 0, y: 0 }, group, label };
  }
  reset() {
    this.view = { zoom: 1, x: 0, y: 0 };
    this.place();
  }
  move(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.place();
  }
  enlarge(factor, at = { x: this.width / 2, y: this.height / 2 }) {
    const zoom = Math.min(Math.max(this.view.zoom * factor, 0.5), 20);
    const by = zoom / this.view.zoom;
    const to = (name, size) => (this.view[name] + size / 2 - at[name]) * by + at[name] - size / 2;
    this.view = { zoom, x: to("x", this.width), y: to("y", this.height) };
    this.place();
  }
  place() {
    [this.width, this.height] = [this.svg.clientWidth, this.svg.clientHeight];
    if (!this.width || !this.points.length) return;
    const [xs, ys] = ["x", "y"].map((axis) => this.points.map((point) => point[axis]));
    const middle = (all) => (Math.min(...all) + Math.max(...all)) / 2;
    const spread = (all) => Math.max(...all) - Math.min(...all) || 1;
    const fit = Math.min((this.width - 110) / spread(xs), (this.height - 60) / spread(ys));
    const scale = fit * this.view.zoom;
    for (const point of this.points) {
      point.at = {
        x: this.width / 2 + (point.x - middle(xs)) * scale + this.view.x,
        y: this.height / 2 - (point.y - middle(ys)) * scale + this.view.y,
      };
      point.group.setAttribute("transform", `translate(${point.at.x} ${point.at.y})`);
    }
    for (const { from, to, path } of this.arrows) {
      path.setAttribute("d", arrow(this.points[from].at, this.points[to].at, 7));
    }
    this.write();
  }
  // the words asked first, then whatever does not cover another word
  write() {
    const taken = this.points.map(({ at }) => [at.x - 4, at.y - 4, at.x + 4, at.y + 4]);
    const free = ([left, top, right, bottom], own) =>
      taken.every(
        (box, i) =>
          i === own || left > box[2] || right < box[0] || top > box[3] || bottom < box[1]
      );
    const order = [...this.points.keys()];
    order.sort((a, b) => (this.points[b].role === "yours") - (this.points[a].role === "yours"));
    for (const i of order) this.label(i, free, taken);
  }
  label(i, free, taken) {
    const { at, label, word, role, group } = this.points[i];
    const size = (role === "yours" ? 9 : 7.2) * word.length + 2;
    const sides = [
      ["start", 9, 5, 9],
      ["end", -9, 5, -9 - size],
      ["middle", 0, -9, -size / 2],
      ["middle", 0, 19, -size / 2],
    ];
    const box = ([, , dy, left]) => [at.x + left, at.y + dy - 13, at.x + left + size, at.y + dy + 3];
    const inside = ([left, , right]) => left > 2 && right < this.width - 2;
    const side = sides.find((each) => inside(box(each)) && free(box(each), i));
    const [anchor, dx, dy] = side ?? sides[at.x > this.width * 0.7 ? 1 : 0];
    for (const [key, value] of Object.entries({ "text-anchor": anchor, x: dx, y: dy })) {
      label.setAttribute(key, value);
    }
    group.classList.toggle("crowded", !side);
    if (side) taken.push(box(side));
  }
}
