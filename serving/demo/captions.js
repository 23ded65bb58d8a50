// The stage: a photo goes to the server in `props.value`; what the network says of it comes back
// as the event `zoo-captions-told`, and is said word by word.
const $ = (selector) => element.querySelector(selector);
const [frame, image, heat, credit] = [$(".frame"), $(".photo"), $(".heat"), $(".credit")];
const [note, told, hint, tiles] = [$(".telling-notice"), $(".told-words"), $(".told-hint"), $(".tiles")];
const [others, beam, spoken] = [$(".others"), $(".beam"), $(".unseen")];
const [file, box] = [$("input[type=file]"), $(".lens-box")];
const still = matchMedia("(prefers-reduced-motion: reduce)");
const PACE = 380; // ms a word
let ask = 0; // number of the newest question; older answers are dropped
let photo = null; // {key, src, send, alt, credit}
let grids = [];
let saying = null; // timer of the next word
let ready = false;
let count = 0; // photos of the visitor's

function look(i, held = false) {
  const grid = grids[i];
  heat.classList.toggle("on", Boolean(grid));
  if (grid) glow(heat, grid, ...bounds(grid));
  for (const [place, word] of element.querySelectorAll(".told-words button").entries()) {
    word.classList.toggle("here", place === i);
  }
  for (const [place, tile] of [...tiles.children].entries()) {
    tile.classList.toggle("here", place === i);
  }
  if (held) stopSaying();
}

function watching(made, i) {
  made.type = "button";
  for (const name of ["pointerenter", "focus", "click"]) {
    made.addEventListener(name, () => saying ?? look(i));
  }
  for (const name of ["pointerleave", "blur"]) made.addEventListener(name, () => saying ?? look(-1));
  return made;
}

function tile(word, i) {
  const made = watching(make("button", "tile"), i);
  const [picture, light] = [make("img", ""), make("canvas", "heat on")];
  picture.src = photo.src;
  picture.alt = "";
  glow(light, grids[i], ...bounds(grids[i]));
  const seen = make("span", "tile-photo");
  seen.append(picture, light);
  made.append(seen, make("span", "tile-word", word));
  made.setAttribute("aria-label", `Where it looked for “${word}”`);
  return made;
}

function stopSaying() {
  clearTimeout(saying);
  saying = null;
}

// All that is there at once, or a word after the other.
function say(words) {
  const next = (i) => {
    if (i === words.length) {
      stopSaying();
      look(-1);
      spoken.textContent = words.join(" ");
      hint.hidden = !grids.length;
      const detail = { photo, sentence: words.join(" ") };
      document.dispatchEvent(new CustomEvent("zoo-captions-said", { detail }));
      return;
    }
    told.append(watching(make("button", "", words[i]), i), " ");
    if (grids[i]) tiles.append(tile(words[i], i));
    if (still.matches || document.hidden) return next(i + 1);
    look(i);
    saying = setTimeout(() => next(i + 1), PACE);
  };
  stopSaying();
  next(0);
}

function clear() {
  stopSaying();
  grids = [];
  look(-1);
  for (const place of [note, told, tiles, beam, spoken]) place.replaceChildren();
  hint.hidden = others.hidden = true;
}

function fillBeam(captions) {
  const best = captions[0]?.[1] ?? 0;
  const row = ([sentence, score], i) => {
    const made = make("li", i ? "" : "winner");
    const line = make("i", "");
    line.style.setProperty("--p", Math.exp(score - best).toFixed(4));
    made.append(make("span", "beam-text", sentence), line, make("span", "beam-score", signed(score)));
    return made;
  };
  beam.replaceChildren(...captions.map(row));
  others.hidden = captions.length < 2;
}

function take(answer) {
  if (answer.ask !== ask) return;
  if (answer.trouble) {
    note.textContent = photo.src ? answer.trouble : `This is no picture to be opened. ${answer.trouble}`;
  }
  if (answer.words && !told.childElementCount) {
    grids = answer.attention;
    say(answer.words);
  }
  if (!answer.captions) return;
  if (!answer.words && answer.captions.length) say(answer.captions[0][0].split(" "));
  fillBeam(answer.captions);
  frame.removeAttribute("aria-busy");
}

function attribution({ address, licence, licenceAddress }) {
  const link = (words, to) => {
    const made = make("a", "", words);
    Object.assign(made, { href: to, target: "_blank", rel: "noopener" });
    return made;
  };
  const said = ["Photo: ", link("Flickr", address), ", ", link(licence, licenceAddress), ", scaled"];
  credit.replaceChildren(...said);
}

function show(next) {
  clear();
  photo = next;
  image.src = next.src;
  image.alt = next.alt;
  image.hidden = !next.src;
  frame.dataset.state = next.src ? "full" : "empty";
  next.credit ? attribution(next.credit) : credit.replaceChildren();
  for (const button of element.querySelectorAll(".shelf button")) {
    button.setAttribute("aria-pressed", button.dataset.free === next.key);
  }
  ask += 1;
  frame.setAttribute("aria-busy", "true");
  props.value = { ask, photo: next.send };
  trigger("input");
}

function own({ data, src }) {
  count += 1;
  show({ key: `own-${count}`, src, send: { data }, alt: "Your photo", own: true });
}
function fail(error) {
  clear();
  ask += 1; // what is on its way belongs to another photo
  frame.removeAttribute("aria-busy");
  note.textContent = error.message;
}
async function upload(blob) {
  try {
    own(await opened(blob));
  } catch (error) {
    fail(error);
  }
}
function free(button) {
  const picture = button.querySelector("img");
  const { free: key, address, licence, licenceAddress } = button.dataset;
  show({
    key,
    src: picture.src,
    send: { free: key },
    alt: picture.alt,
    credit: { address, licence, licenceAddress },
  });
}

$(".upload").addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  if (file.files.length) upload(file.files[0]);
  file.value = ""; // so that the same file can be chosen again
});
$(".camera").addEventListener("click", () => photograph(box, own).catch(fail));
frame.addEventListener("dragover", (event) => {
  event.preventDefault();
  frame.classList.add("over");
});
for (const end of ["dragleave", "drop"]) {
  frame.addEventListener(end, () => frame.classList.remove("over"));
}
frame.addEventListener("drop", (event) => {
  event.preventDefault();
  const [dropped] = event.dataTransfer.files;
  dropped ? upload(dropped) : fail(new Error("That was no file: drop a photo’s file here."));
});
const shelf = [...element.querySelectorAll(".shelf button")];
for (const button of shelf) button.addEventListener("click", () => free(button));
document.addEventListener("zoo-captions-show", ({ detail }) => {
  const button = shelf.find(({ dataset }) => dataset.free === detail.key);
  button ? free(button) : show(detail);
  element.scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
});
document.addEventListener("zoo-captions-told", ({ detail }) => take(detail));
document.addEventListener("zoo-captions-ready", ({ detail }) => {
  for (const button of element.querySelectorAll(".stage button, .shelf button")) {
    button.disabled = !detail.ready;
  }
  if (detail.ready && !ready && !photo) free(shelf[0]);
  ready = detail.ready;
});
