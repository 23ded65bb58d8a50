// The lens: a text goes to the server in `props.value`, and comes back as the event `zoo-seen`,
// with a value for each letter.
const $ = (selector) => element.querySelector(selector);
const [model, text] = [$(".lens-model"), $("#lens-text")];
const [state, view] = [$(".lens-status"), $(".lens-view")];
const [unit, slide, telling] = [$("#lens-unit"), $("#lens-slide"), $(".telling")];
const [letters, came, bars] = [$(".letters"), $(".came"), $(".expected .bars")];
let ask = 0; // number of the newest question; older answers are dropped
let seen = null; // the answer that is shown
let here = 0; // the letter that is looked at
let held = false; // whether it stays when the pointer moves on

const named = { " ": "␣", "\n": "↵", "\t": "⇥" };
const spoken = { " ": "A space", "\n": "The line’s end", "\t": "A tab" };
const percent = (p) => (p < 0.0005 ? "–" : `${(100 * p).toFixed(1)}%`);

function make(tag, name, words = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  return made;
}

function send(question) {
  ask += 1;
  view.setAttribute("aria-busy", "true");
  props.value = { ask, model: model.value, text: text.value, ...question };
  trigger("input");
}

function read() {
  state.textContent = "Reading …";
  send({ unit: null });
}

function choose(number) {
  if (!seen?.units) return;
  const chosen = Math.min(Math.max(Math.round(number) || 0, 0), seen.units - 1);
  unit.value = slide.value = chosen;
  const same = { model: seen.model, text: seen.text };
  send({ ...same, unit: chosen, brief: true });
}

function tint() {
  const surprise = $("[name=lens-tint]:checked").value === "surprise" || !seen.units;
  view.classList.toggle("surprise", surprise);
  for (const [i, letter] of [...letters.children].entries()) {
    const value = surprise ? Math.min(seen.nats[i] / 6, 1) : seen.activation[i];
    letter.className = value < 0 ? "down" : "up";
    letter.style.setProperty("--a", Math.abs(value).toFixed(3));
  }
  const [low, high] = $(".scale").querySelectorAll("span");
  [low.textContent, high.textContent] = surprise ? ["expected", "a surprise"] : ["−1", "+1"];
  lookAt(here);
}

function bar([token, p], right) {
  const row = make("li", right ? "winner" : "");
  row.setAttribute("aria-label", `${spoken[token] ?? token}: ${percent(p)}`);
  const line = make("i", "");
  line.style.setProperty("--p", p);
  row.append(make("span", "", named[token] ?? token), line, make("span", "", percent(p)));
  return row;
}

function lookAt(place) {
  letters.querySelector(".here")?.classList.remove("here");
  here = Math.min(Math.max(place, 0), seen.letters.length - 1);
  letters.children[here].classList.add("here");
  const letter = seen.letters[here];
  const p = Math.exp(-seen.nats[here]);
  const given = p < 0.0005 ? "less than 0.1%" : percent(p);
  const unitWords = seen.units
    ? ` After it, unit ${seen.unit} stood at ${seen.activation[here].toFixed(2).replace("-", "−")}.`
    : "";
  came.textContent = `${spoken[letter] ?? `“${letter}”`} came; the network had given it ${given}.${unitWords}`;
  const rows = seen.likeliest[here].map((token, i) => [token, seen.chances[here][i]]);
  bars.replaceChildren(...rows.map((row) => bar(row, row[0] === letter)));
}

function show() {
  const spans = seen.letters.map((letter) => make("span", "", letter));
  letters.replaceChildren(...spans);
  view.hidden = false;
  here = 0;
  held = false;
  for (const control of [unit, slide]) {
    control.max = Math.max(seen.units - 1, 0);
    control.disabled = !seen.units;
  }
  telling.disabled = !seen.telling.length;
}

function take(answer) {
  if (answer.ask !== ask) return;
  view.removeAttribute("aria-busy");
  if (answer.trouble) {
    state.textContent = answer.trouble;
    return;
  }
  const whole = "letters" in answer;
  if (!whole && !seen) return;
  seen = whole ? { ...answer, text: props.value.text } : { ...seen, ...answer };
  if (whole) show();
  unit.value = slide.value = seen.unit;
  state.textContent = seen.units
    ? `Unit ${seen.unit} of 0 to ${seen.units - 1}.`
    : "This network carries no hidden units from letter to letter: the tint is surprise.";
  tint();
}

function at(event) {
  const letter = event.target.closest(".letters > span");
  return letter ? [...letters.children].indexOf(letter) : -1;
}
letters.addEventListener("pointerover", (event) => {
  const place = at(event);
  if (place >= 0 && !held) lookAt(place);
});
letters.addEventListener("click", (event) => {
  const place = at(event);
  if (place < 0) return;
  held = !(held && place === here);
  lookAt(place);
});
letters.addEventListener("keydown", (event) => {
  const line = { ArrowDown: 10, ArrowUp: -10, Home: -here, End: 1e6 };
  const steps = { ArrowRight: 1, ArrowLeft: -1, ...line };
  if (!(event.key in steps) || !seen) return;
  event.preventDefault();
  held = true;
  lookAt(here + steps[event.key]);
  letters.children[here].scrollIntoView({ block: "nearest" });
});

$(".read").addEventListener("click", read);
unit.addEventListener("change", () => choose(Number(unit.value)));
slide.addEventListener("input", () => choose(Number(slide.value)));
telling.addEventListener("click", () => {
  const next = seen.telling.indexOf(Number(unit.value)) + 1;
  choose(seen.telling[next % seen.telling.length]);
});
for (const choice of element.querySelectorAll("[name=lens-tint]")) {
  choice.addEventListener("change", () => seen && tint());
}
model.addEventListener("change", () => seen && read());

document.addEventListener("zoo-roster", ({ detail }) => {
  const before = model.value || "shakespeare";
  const ready = detail.models.filter((entry) => entry.ready);
  const option = (entry) => new Option(`${entry.name} (${entry.year})`, entry.model);
  model.replaceChildren(...ready.map(option));
  if (ready.some((entry) => entry.model === before)) model.value = before;
});
document.addEventListener("zoo-look", ({ detail }) => {
  model.value = detail.model;
  text.value = [...detail.text].slice(0, 1000).join("");
  element.scrollIntoView({ behavior: "smooth", block: "start" });
  letters.focus({ preventScroll: true });
  read();
});
document.addEventListener("zoo-seen", ({ detail }) => take(detail));
telling.disabled = unit.disabled = slide.disabled = true;
