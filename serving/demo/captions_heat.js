// Shared by the scripts of the Captions tab: elements, and a grid of numbers as a glow on a photo.
function make(tag, name, words = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  return made;
}
const EMBER = [[14, 12, 20], [40, 24, 32], [150, 70, 34], [255, 176, 84]];
const FINE = 56; // points of the glow along each side

function ember(t) {
  const place = t * (EMBER.length - 1);
  const i = Math.min(Math.floor(place), EMBER.length - 2);
  return EMBER[i].map((low, c) => low + (EMBER[i + 1][c] - low) * (place - i));
}

// Where point `p` of FINE lies between the middles of `count` cells: two cells, and how far between.
function between(p, count) {
  const place = Math.min(Math.max(((p + 0.5) / FINE) * count - 0.5, 0), count - 1);
  const i = Math.min(Math.floor(place), Math.max(count - 2, 0));
  const t = place - i;
  return [i, Math.min(i + 1, count - 1), t * t * (3 - 2 * t)];
}

// Dark where the grid is `low`, the photo itself and a warm light where it is `high`.
function glow(canvas, grid, low, high) {
  canvas.width = canvas.height = FINE;
  const pen = canvas.getContext("2d");
  const picture = pen.createImageData(FINE, FINE);
  for (let y = 0; y < FINE; y += 1) {
    const [top, bottom, down] = between(y, grid.length);
    for (let x = 0; x < FINE; x += 1) {
      const [left, right, along] = between(x, grid[0].length);
      const over = grid[top][left] * (1 - along) + grid[top][right] * along;
      const under = grid[bottom][left] * (1 - along) + grid[bottom][right] * along;
      const value = over * (1 - down) + under * down;
      const t = high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0;
      picture.data.set([...ember(t), 255 * (0.78 - 0.52 * t)], 4 * (y * FINE + x));
    }
  }
  pen.putImageData(picture, 0, 0);
}
function bounds(grid) {
  const values = grid.flat();
  return [Math.min(...values), Math.max(...values)];
}
const signed = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
