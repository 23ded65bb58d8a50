// The desk: what the form says goes to the server in `props.value`; what the networks write comes
// back as the event `zoo-written`, all of it each time, and is shown letter by letter.
const $ = (selector) => element.querySelector(selector);
const prompt = $("#text-prompt");
const dials = ["temperature", "top", "length"].map((name) => $(`#text-${name}`));
const seed = $("#text-seed");
const [write, stop, state] = [$(".write"), $(".stop"), $(".desk-status")];
const still = matchMedia("(prefers-reduced-motion: reduce)");
const sheets = new Map(); // model -> its sheet, while it is shown
const chosen = new Map(); // model -> whether the visitor wants it; kept while models load
let roster = [];
let run = 0;
let writing = false;
let painting = false;

const wording = {
  temperature: (value) => Number(value).toFixed(2),
  top: (value) => ({ 0: "all letters", 1: "the likeliest" })[value] ?? `the ${value} likeliest`,
  length: (value) => `${value} letters`,
};
function showDials() {
  for (const dial of dials) {
    const name = dial.id.slice("text-".length);
    const words = wording[name](dial.value);
    element.querySelector(`output[for="${dial.id}"]`).textContent = words;
    dial.setAttribute("aria-valuetext", words);
  }
}

function make(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

function chip({ model, name, year, ready, why }) {
  const label = make("label", ready ? "chip" : "chip away");
  const box = make("input", "");
  box.type = "checkbox";
  box.value = model;
  box.disabled = !ready;
  box.checked = ready && chosen.get(model) !== false;
  box.addEventListener("change", () => chosen.set(model, box.checked));
  const words = make("span", "", name);
  words.append(" ", make("small", "", String(year)));
  label.append(box, words);
  if (!ready) {
    label.title = why;
    words.append(make("em", "", why.includes("loading") ? "loading" : "not on this server"));
  }
  return label;
}

function missing(models) {
  const loading = models.some(({ why }) => why.includes("loading"));
  return loading ? "The models are still loading." : "This server has none of these models.";
}

function showRoster(models) {
  roster = models;
  $(".chips").replaceChildren(...models.map(chip));
  const none = models.every(({ ready }) => !ready);
  write.disabled = writing || none;
  if (none) state.textContent = missing(models);
  else if (!run) state.textContent = "";
}

function figures({ loss }) {
  const list = make("dl", "figures");
  const entry = (name, value) => {
    const place = make("dd", "", value);
    list.append(make("dt", "", name), place);
    return place;
  };
  if (typeof loss === "number") entry("Validation loss", loss.toFixed(3)).title = "nats per letter";
  return [list, entry("Letters/s", "–")];
}

function newSheet(entry) {
  const sheet = make("article", "folio");
  sheet.dataset.model = entry.model;
  const heading = make("h2", "", entry.name);
  heading.append(" ", make("small", "", String(entry.year)));
  const [list, speed] = figures(entry);
  const paper = make("div", "paper");
  paper.tabIndex = 0;
  paper.setAttribute("role", "region");
  paper.setAttribute("aria-label", `Written by ${entry.name}`);
  const text = document.createTextNode("");
  const given = make("span", "given", prompt.value);
  const written = make("span", "written");
  written.append(text);
  paper.append(given, written, make("i", "caret"));
  const note = make("p", "note");
  const inside = make("button", "pill quiet inside-button", "Look inside");
  inside.type = "button";
  inside.setAttribute("aria-label", `Look inside ${entry.name} as it reads this text`);
  inside.addEventListener("click", () =>
    document.dispatchEvent(
      new CustomEvent("zoo-look", {
        detail: { model: entry.model, text: given.textContent + shown.target },
      })
    )
  );
  sheet.append(heading, make("p", "how", entry.how), list, paper, note, inside);
  const shown = { sheet, paper, text, speed, note, target: "", done: false };
  return shown;
}

function paint() {
  painting = false;
  let behind = false;
  for (const { paper, text, target } of sheets.values()) {
    const missing = target.length - text.length;
    if (missing <= 0) continue;
    const low = paper.scrollHeight - paper.scrollTop - paper.clientHeight < 40;
    const step = still.matches || document.hidden ? missing : Math.ceil(missing / 8);
    text.appendData(target.slice(text.length, text.length + step));
    if (low) paper.scrollTop = paper.scrollHeight;
    behind ||= step < missing;
  }
  if (behind) paintSoon();
}
function paintSoon() {
  if (painting) return;
  painting = true;
  // a hidden page is not painted, but its text must not be late
  document.hidden ? setTimeout(paint) : requestAnimationFrame(paint);
}

function settle(words) {
  writing = false;
  write.disabled = false;
  stop.disabled = true;
  state.textContent = words;
  for (const { sheet } of sheets.values()) sheet.classList.remove("writing");
}

function take({ run: whose, sheets: news }) {
  if (whose !== run || !writing) return; // of a text that was stopped
  for (const [model, { text, speed, note, done }] of Object.entries(news)) {
    const shown = sheets.get(model);
    Object.assign(shown, { target: text, done });
    shown.speed.textContent = speed || "–";
    shown.note.textContent = note;
    shown.sheet.classList.toggle("writing", !done);
  }
  paintSoon();
  if ([...sheets.values()].every(({ done }) => done)) settle("Done.");
}

function begin() {
  if (write.disabled) return;
  const models = roster.filter(({ model }) => $(`.chips input[value="${model}"]`).checked);
  if (!models.length) {
    state.textContent = "Choose at least one network.";
    return;
  }
  run += 1;
  writing = true;
  sheets.clear();
  for (const entry of models) sheets.set(entry.model, newSheet(entry));
  $(".folios").replaceChildren(...[...sheets.values()].map(({ sheet }) => sheet));
  for (const { sheet } of sheets.values()) sheet.classList.add("writing");
  write.disabled = true;
  stop.disabled = false;
  state.textContent = "Writing …";
  const [temperature, top_k, length] = dials.map((dial) => Number(dial.value));
  props.value = {
    run,
    prompt: prompt.value,
    models: models.map(({ model }) => model),
    temperature,
    top_k,
    length,
    seed: Number(seed.value),
  };
  trigger("submit");
}

write.addEventListener("click", begin);
prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) begin();
});
stop.addEventListener("click", () => {
  trigger("stop");
  for (const shown of sheets.values()) shown.target = shown.text.data; // what came is not shown on
  settle("Stopped.");
  write.focus();
});
$(".dice").addEventListener("click", () => {
  seed.value = Math.floor(Math.random() * 1_000_000);
});
for (const button of element.querySelectorAll(".starts button")) {
  button.addEventListener("click", () => {
    prompt.value = button.dataset.start;
  });
}
for (const dial of dials) dial.addEventListener("input", showDials);
document.addEventListener("zoo-roster", ({ detail }) => showRoster(detail.models));
document.addEventListener("zoo-written", ({ detail }) => take(detail));
showDials();
