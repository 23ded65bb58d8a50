// The bias and the weights of one unit as fields: a click on a unit or on a line opens them.
const held = { l: null, unit: 0 };

// rows: {name, list, place}: the number is list[place]
function numbersOf(l, unit) {
  const { inputs, pieces, bias, kernel } = network.layers[l];
  const rows = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const [j, part] = [unit * pieces + piece, pieces > 1 ? `, sum ${piece + 1}` : ""];
    rows.push({ name: `Bias${part}`, list: bias, place: j });
    for (let i = 0; i < inputs; i += 1) {
      rows.push({ name: `${nameOf(l - 1, i)}${part}`, list: kernel, place: i * bias.length + j });
    }
  }
  return rows;
}

function numberField({ name, list, place }) {
  const [label, made] = [make("label", "", name), make("input", "")];
  made.type = "number";
  made.step = "any";
  made.addEventListener("input", () => {
    if (made.value === "" || !Number.isFinite(Number(made.value))) return;
    list[place] = Number(made.value);
    look();
    showCode();
  });
  made.addEventListener("blur", tellFields);
  label.append(made);
  return label;
}

function hold(l, unit) {
  if (held.l === l && held.unit === unit) return release();
  [held.l, held.unit] = [l, unit];
  const done = button("pill quiet", "Close the weights", release);
  done.textContent = "Done";
  const title = nameOf(l, unit).replace(/^./, (letter) => letter.toUpperCase());
  const fields = numbersOf(l, unit).map(numberField);
  $(".pg-fields").replaceChildren(make("b", "", title), ...fields, done);
  $(".pg-fields").hidden = false;
  tellFields();
}

function release() {
  held.l = null;
  $(".pg-fields").hidden = true;
}

// What the fields hold follows the training, but for the one that is being written in
function tellFields() {
  if (held.l === null) return;
  const rows = numbersOf(held.l, held.unit);
  for (const [n, made] of $(".pg-fields").querySelectorAll("input").entries()) {
    const { list, place } = rows[n];
    if (made !== document.activeElement) made.value = Number(list[place].toFixed(4));
  }
}

function holdLine(event) {
  const line = lines[event.target.dataset?.line];
  if (!line) return;
  if (held.l !== line.l || held.unit !== line.j) hold(line.l, line.j);
  const field = $(".pg-fields").querySelectorAll("input")[line.i + 1]; // the bias comes first
  field.focus();
  field.select();
}
