// The search: the sentence's vector comes from the server, and once those of the photos; the page
// itself finds the nearest.  Photos of the visitor's are kept in this script, and nowhere else.
const $ = (selector) => element.querySelector(selector);
const [wanted, note, list, form] = [$(".wanted"), $(".finds-notice"), $(".finding"), $(".ask")];
const SHOWN = 8;
const vectors = new Map(); // photo's key -> its vector
const mine = new Map(); // key -> photo of the visitor's
let ask = 0;

function photos() {
  const free = [...document.querySelectorAll("#captions .shelf button")].map((button) => {
    const { src, alt } = button.querySelector("img");
    return { key: button.dataset.free, src, alt, send: { free: button.dataset.free } };
  });
  return [...mine.values(), ...free];
}

function send() {
  note.textContent = "";
  ask += 1;
  list.setAttribute("aria-busy", "true");
  const missing = photos().filter(({ key }) => !vectors.has(key));
  const given = Object.fromEntries(missing.map(({ key, send: photo }) => [key, photo]));
  props.value = { ask, sentence: wanted.value, photos: given };
  trigger("input");
}

function row([photo, cosine], i) {
  const made = make("li", i ? "" : "winner");
  const button = make("button", "");
  button.type = "button";
  button.title = "Look at it closely";
  const picture = make("img", "");
  Object.assign(picture, { src: photo.src, alt: photo.alt });
  button.append(picture);
  button.addEventListener("click", () =>
    document.dispatchEvent(new CustomEvent("zoo-captions-show", { detail: photo }))
  );
  const line = make("p", "", signed(cosine));
  if (photo.own) line.append(make("em", "", "yours"));
  made.append(button, line);
  return made;
}

function take(answer) {
  if (answer.ask !== ask) return;
  list.removeAttribute("aria-busy");
  note.textContent = answer.trouble ?? "";
  if (answer.trouble) return list.replaceChildren();
  for (const [key, vector] of Object.entries(answer.vectors)) vectors.set(key, vector);
  if (answer.unknown.length) {
    const words = answer.unknown.map((word) => `“${word}”`).join(", ");
    note.textContent = `The network does not know ${words}.`;
  }
  if (!answer.known) return list.replaceChildren();
  const cosine = ({ key }) => vectors.get(key).reduce((sum, v, i) => sum + v * answer.vector[i], 0);
  const ranked = photos().filter(({ key }) => vectors.has(key)).map((p) => [p, cosine(p)]);
  ranked.sort((a, b) => b[1] - a[1]);
  list.replaceChildren(...ranked.slice(0, SHOWN).map(row));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
for (const start of element.querySelectorAll(".starts button")) {
  start.addEventListener("click", () => {
    wanted.value = start.textContent;
    send();
  });
}
document.addEventListener("zoo-captions-said", ({ detail: { photo } }) => {
  if (photo.own) mine.set(photo.key, photo);
});
document.addEventListener("zoo-captions-found", ({ detail }) => take(detail));
document.addEventListener("zoo-captions-ready", ({ detail }) => {
  const away = detail.ready && !detail.searches;
  for (const part of element.querySelectorAll(".ask, .starts")) part.hidden = away;
  note.textContent = away ? "The model on this server tells captions, but does not search." : "";
});
