// The bench: a question goes to the server in `props.value`, and comes back as the event
// `zoo-words-answer`.  The words to complete from are fetched as a field is first used.
const $ = (selector) => element.querySelector(selector);
const fields = ["a", "b", "c"].map((name) => $(`#words-${name}`));
const word = $("#words-word");
const [sum, note, found] = [$(".sum"), $(".words-notice"), $(".found")];
const [answers, neighbours] = [$(".answers"), $(".neighbours")];
let ask = 0; // number of the newest question; older answers are dropped
let known = [];
let fetched = false;
let ready = false;

const signed = (value, digits = 2) => value.toFixed(digits).replace("-", "−");

function make(tag, name, words = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  return made;
}
function button(name, words, press) {
  const made = make("button", name, words);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

function send(kind, words) {
  ask += 1;
  note.replaceChildren();
  element.firstElementChild.setAttribute("aria-busy", "true");
  props.value = { ask, kind, words };
  trigger("input");
}
function solve() {
  sum.textContent = "…";
  send("analogy", fields.map((field) => field.value));
}
function lookUp(name) {
  word.value = name;
  send("neighbors", [name]);
}

function row([name, cosine], first) {
  const made = make("li", first ? "winner" : "");
  const line = make("i", "");
  line.style.setProperty("--p", Math.min(Math.max(cosine, 0), 1));
  const link = button("word", name, () => lookUp(name));
  link.title = `Neighbours of ${name}`;
  made.append(link, line, make("span", "", signed(cosine)));
  return made;
}
function fill(list, pairs, winner) {
  list.replaceChildren(...pairs.map((pair, i) => row(pair, winner && i === 0)));
}

function strip([name, values], i, largest) {
  const line = make("div", i === 3 ? "strip total" : "strip");
  const signs = ["", "− ", "+ ", "= ", "≈ "];
  const cells = make("span", "cells");
  cells.setAttribute("aria-hidden", "true");
  for (const value of values) {
    const cell = make("i", value < 0 ? "down" : "up");
    cell.style.setProperty("--a", (Math.abs(value) / largest).toFixed(3));
    cells.append(cell);
  }
  const some = values.slice(0, 4).map((value) => signed(value)).join("  ");
  const label = make("b", "", signs[i] + (name || "the sum"));
  line.append(label, cells, make("span", "some", `${some} …`));
  return line;
}

function showHow(words, best, how) {
  const [a, b, c] = words;
  const [near, far, also] = how.cosines.map((value) => signed(value));
  const [plain, score] = element.querySelectorAll(".sentence");
  plain.textContent =
    `The cosine of “${best}” with “${a}” is ${near}, with “${b}” ${far}, with “${c}” ${also}; ` +
    `the sum ${a} − ${b} + ${c} has length ${signed(how.length)}.`;
  const minus = how.cosines[1] < 0 ? `(${far})` : far;
  const plus = how.cosines[2] < 0 ? `(${also})` : also;
  score.textContent =
    `cos(${best}, ${a} − ${b} + ${c}) = (${near} − ${minus} + ${plus}) / ${signed(how.length)} ` +
    `= ${signed(how.score)}`;
  const largest = Math.max(...how.strips.flatMap(([, values]) => values.map(Math.abs)), 1e-9);
  $(".strips").replaceChildren(...how.strips.map((each, i) => strip(each, i, largest)));
  found.hidden = false;
}

function explain(unknown, places) {
  for (const { word: name, closest } of unknown) {
    const line = make("span", "unknown", `“${name}” is not among the words this model knows.`);
    if (closest.length) line.append(" Did you mean ");
    for (const near of closest) {
      const put = () => {
        for (const field of places) if (field.value.trim() === name) field.value = near;
        places.length > 1 ? solve() : lookUp(near);
      };
      line.append(button("suggestion", near, put), " ");
    }
    if (closest.length) line.append("?");
    note.append(line);
  }
}

function take(answer) {
  if (answer.ask !== ask) return;
  element.firstElementChild.removeAttribute("aria-busy");
  const analogy = answer.kind === "analogy";
  if (analogy) sum.textContent = answer.found?.[0][0] ?? "?";
  if (answer.trouble) note.textContent = answer.trouble;
  if (answer.unknown) explain(answer.unknown, analogy ? fields : [word]);
  const list = analogy ? answers : neighbours;
  fill(list, answer.found ?? [], analogy);
  if (!analogy) return;
  found.hidden = true;
  if (!answer.found) return;
  const best = answer.found[0][0];
  showHow(answer.words, best, answer.how);
  word.value = best;
  fill(neighbours, answer.near, false);
  const detail = { words: [...answer.words, best] };
  document.dispatchEvent(new CustomEvent("zoo-words-asked", { detail }));
}

function fetchWords() {
  if (fetched || !ready) return;
  fetched = true;
  trigger("focus");
}
const lists = [...fields, word].map((field) => {
  field.addEventListener("focus", fetchWords);
  return complete(field, () => known);
});
const forms = { ".equation": solve, ".near": () => lookUp(word.value) };
for (const [selector, press] of Object.entries(forms)) {
  $(selector).addEventListener("submit", (event) => {
    event.preventDefault();
    for (const list of lists) list.close();
    press();
  });
}
for (const example of element.querySelectorAll(".starts button")) {
  example.addEventListener("click", () => {
    example.dataset.words.split(" ").forEach((name, i) => (fields[i].value = name));
    solve();
  });
}
document.addEventListener("zoo-words-look", ({ detail }) => lookUp(detail.word));
document.addEventListener("zoo-words-listed", ({ detail }) => {
  known = detail.words.split(" ");
});
document.addEventListener("zoo-words-answer", ({ detail }) => take(detail));
document.addEventListener("zoo-words-ready", ({ detail }) => {
  if (detail.ready && !ready) setTimeout(solve);
  ready = detail.ready;
});
