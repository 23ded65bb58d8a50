// A picture of words that can be dragged, pinched, enlarged, and gone through by keys, in `element`.
// `describe(arrow, points)` says what an arrow shows; `look(point)` is for a word that was chosen.
function walkable(element, describe, look) {
  const svg = element.querySelector(".words-chart");
  const told = element.querySelector(".words-told");
  const chart = new Chart(svg);
  const fingers = new Map(); // pointers that are down -> where
  let chosen = -1; // number of the arrow that is looked at
  let dragged = 0; // how far the pointer went since it came down

  function choose(number) {
    const { arrows, points } = chart;
    for (const group of svg.querySelectorAll(".here")) group.classList.remove("here");
    chosen = arrows.length ? (number + arrows.length) % arrows.length : -1;
    if (chosen < 0) return;
    const { from, to, path } = arrows[chosen];
    path.classList.add("here");
    for (const end of [from, to]) {
      points[end].group.classList.add("here");
      svg.append(points[end].group); // above the others
    }
    told.textContent = describe(arrows[chosen], points);
  }

  function pointAt(target) {
    const group = target.closest?.(".point");
    return chart.points.findIndex((point) => point.group === group);
  }
  function lookAt(target) {
    const point = pointAt(target);
    if (point < 0) return;
    const arrow = chart.arrows.findIndex(({ from, to }) => from === point || to === point);
    if (arrow >= 0) choose(arrow);
    else told.textContent = chart.points[point].word;
  }
  function place(event) {
    const box = svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, place(event));
    dragged = 0;
  });
  svg.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      lookAt(event.target);
      return;
    }
    const now = place(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    dragged += Math.hypot(now.x - before.x, now.y - before.y);
    if (dragged > 4 && !svg.hasPointerCapture(event.pointerId)) {
      svg.setPointerCapture(event.pointerId);
    }
    if (other) {
      const far = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
      chart.enlarge(far(now) / far(before), other);
    } else chart.move(now.x - before.x, now.y - before.y);
    fingers.set(event.pointerId, now);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    svg.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  svg.addEventListener("pointerleave", (event) => {
    if (!svg.hasPointerCapture(event.pointerId)) fingers.delete(event.pointerId);
  });
  svg.addEventListener("click", (event) => {
    if (dragged > 4) return;
    const point = chart.points[pointAt(event.target)];
    lookAt(event.target);
    if (point) look(point);
  });
  // the wheel alone scrolls the page; with Ctrl, and by a pinch on a touchpad, it enlarges
  svg.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      chart.enlarge(Math.exp(-event.deltaY / 200), place(event));
    },
    { passive: false }
  );
  const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
  function press({ key, shiftKey, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return false;
    if (shiftKey && key in moves) chart.move(...moves[key]);
    else if (key === "ArrowRight" || key === "ArrowDown") choose(chosen + 1);
    else if (key in moves) choose(Math.max(chosen, 0) - 1);
    else if (key === "+" || key === "=") chart.enlarge(1.4);
    else if (key === "-") chart.enlarge(1 / 1.4);
    else if (key === "0") chart.reset();
    else if (key === "Enter" && chosen >= 0) look(chart.points[chart.arrows[chosen].to]);
    else return false;
    return true;
  }
  svg.addEventListener("keydown", (event) => {
    if (press(event)) event.preventDefault();
  });
  for (const button of element.querySelectorAll("[data-zoom]")) {
    const factor = Number(button.dataset.zoom);
    button.addEventListener("click", () => (factor ? chart.enlarge(factor) : chart.reset()));
  }
  new ResizeObserver(() => chart.place()).observe(svg);
  function show(drawn) {
    chart.show(drawn);
    chosen = -1;
    told.textContent = "Point at a word, or go from pair to pair with the arrow keys.";
  }
  return { show, told };
}
