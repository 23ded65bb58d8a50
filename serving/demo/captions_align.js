// The alignment: a sentence and the photo on the stage go to the server; each word comes back with
// the region that it fits best.  Words of one region share its colour.
const $ = (selector) => element.querySelector(selector);
const [said, note, columns] = [$(".said"), $(".fits-notice"), $(".fits-columns")];
const [image, heat, boxes, list] = [$(".photo"), $(".heat"), $(".boxes"), $(".fit-words")];
const HUES = 6;
const NAMED = 3; // words that stand at a region
const FAINT = 0.25; // of the best word's score: regions of fainter words are not drawn
let ask = 0;
let photo = null;
let able = false;

function send() {
  note.textContent = "";
  if (!photo) {
    note.textContent = "There is no photo yet: choose one above.";
    return;
  }
  ask += 1;
  props.value = { ask, photo: photo.send, sentence: said.value };
  trigger("input");
}

// {region: its hue}: the regions of the words that fit best, in the order of the sentence.
function hues(words) {
  const most = Math.max(...words.map(({ score }) => score), 1e-9);
  const drawn = words.filter(({ known, score }) => known && score >= FAINT * most);
  const best = [...drawn].sort((a, b) => b.score - a.score).slice(0, 2 * HUES);
  const regions = [...new Set(drawn.filter((w) => best.includes(w)).map(({ box }) => box.join()))];
  return new Map(regions.slice(0, HUES).map((region, i) => [region, i]));
}

function frameOf(region, hue, words) {
  const [top, left, bottom, right] = region.split(",").map(Number);
  const made = make("span", `box hue-${hue}`);
  made.dataset.region = region;
  const percent = (value) => `${(100 * value).toFixed(2)}%`;
  Object.assign(made.style, {
    top: percent(top),
    left: percent(left),
    width: percent(right - left),
    height: percent(bottom - top),
  });
  made.append(make("b", "", words.join(" ")));
  return made;
}

function look(word) {
  heat.classList.toggle("on", Boolean(word?.known));
  if (word?.known) glow(heat, word.grid, ...bounds(word.grid));
  boxes.classList.toggle("one", Boolean(word));
  for (const box of boxes.children) {
    box.classList.toggle("here", box.dataset.region === word?.box.join());
  }
}

function entry(word, hue) {
  const made = make("li", word.known ? "" : "strange");
  const button = make("button", hue === undefined ? "" : `hue-${hue}`, word.word);
  button.type = "button";
  const whole = word.box.join() === "0,0,1,1";
  if (whole && word.known) button.classList.add("whole");
  const where = whole ? "the whole picture" : "its region is lit";
  button.title = word.known ? where : "The network does not know this word.";
  for (const name of ["pointerenter", "focus", "click"]) button.addEventListener(name, () => look(word));
  for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => look(null));
  made.append(button, make("span", "", word.known ? signed(word.score, 1) : "–"));
  return made;
}

function take(answer) {
  if (answer.ask !== ask) return;
  note.textContent = answer.trouble ?? "";
  columns.hidden = Boolean(answer.trouble);
  if (answer.trouble) return;
  image.src = photo.src;
  image.alt = photo.alt;
  look(null);
  const colour = hues(answer.words);
  list.replaceChildren(...answer.words.map((word) => entry(word, colour.get(word.box.join()))));
  const framed = [...colour].map(([region, hue]) => {
    const words = answer.words.filter(({ known, box }) => known && box.join() === region);
    const first = [...words].sort((a, b) => b.score - a.score).slice(0, NAMED);
    return frameOf(region, hue, words.filter((w) => first.includes(w)).map(({ word }) => word));
  });
  boxes.replaceChildren(...framed);
}

$(".ask").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
document.addEventListener("zoo-captions-said", ({ detail }) => {
  photo = detail.photo;
  said.value = detail.sentence;
  if (able) send();
});
document.addEventListener("zoo-captions-aligned", ({ detail }) => take(detail));
document.addEventListener("zoo-captions-ready", ({ detail }) => {
  able = detail.searches;
  element.firstElementChild.hidden = detail.ready && !able;
});
