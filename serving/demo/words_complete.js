// Completing a word from the known ones, the most frequent first: an ARIA combobox.
// `known()` gives the words.
const SHOWN = 8;
let boxes = 0;

function complete(input, known) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `words-list-${++boxes}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Known words");
  list.hidden = true;
  input.parentElement.append(list);
  const traits = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id };
  const more = { "aria-expanded": "false", spellcheck: "false", autocapitalize: "none" };
  for (const [name, value] of Object.entries({ ...traits, ...more })) {
    input.setAttribute(name, value);
  }
  let at = -1;

  function mark(place) {
    at = place;
    for (const [i, row] of [...list.children].entries()) row.ariaSelected = String(i === at);
    if (at >= 0) input.setAttribute("aria-activedescendant", list.children[at].id);
    else input.removeAttribute("aria-activedescendant");
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }
  function take(row) {
    input.value = row.textContent;
    close();
  }
  function open() {
    const start = input.value.trim().toLowerCase();
    const fits = [];
    for (const word of start ? known() : []) {
      if (word.startsWith(start) && word !== start) fits.push(word);
      if (fits.length === SHOWN) break;
    }
    list.replaceChildren(...fits.map((word, i) => suggestion(`${list.id}-${i}`, word)));
    list.hidden = !fits.length;
    input.setAttribute("aria-expanded", String(fits.length > 0));
    mark(-1);
  }

  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const count = list.hidden ? 0 : list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !count) open();
    else if (step) mark((at + step + (at < 0 && step < 0 ? 1 : 0) + count) % count);
    else if (event.key === "Enter" && count && at >= 0) take(list.children[at]);
    else if (event.key === "Escape" && count) close();
    else return;
    event.preventDefault();
  });
  // before the blur, so that the field keeps the focus
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const row = event.target.closest("li");
    if (row) take(row);
  });
  return { close };
}

function suggestion(id, word) {
  const row = document.createElement("li");
  row.id = id;
  row.textContent = word;
  row.setAttribute("role", "option");
  row.ariaSelected = "false";
  return row;
}
