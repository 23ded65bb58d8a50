// Two languages in one picture: topic, language and a word go to the server in `props.value`; the
// places and the word's translations come back as the event `zoo-words-translated`.
const $ = (selector) => element.querySelector(selector);
const [word, note, list] = [$("#words-english"), $(".words-notice"), $(".translations")];
let ask = 0;

const signed = (value) => value.toFixed(2).replace("-", "−");
const language = () => $("[name=words-language]:checked").value;
function describe({ from, to, cosine }, points) {
  return `${points[from].word} → ${points[to].word}: cosine ${signed(cosine)} in the common space.`;
}
const picture = walkable(element, describe, (point) => {
  if (point.role === "to") return;
  word.value = point.word;
  send();
});

function send() {
  ask += 1;
  const topic = $("[name=words-topic]:checked").value;
  props.value = { ask, topic, language: language(), word: word.value };
  trigger("input");
}
function row([name, cosine], i) {
  const made = document.createElement("li");
  made.className = i ? "" : "winner";
  const [text, line, number] = ["b", "i", "span"].map((tag) => document.createElement(tag));
  text.className = "word";
  text.textContent = name;
  line.style.setProperty("--p", Math.min(Math.max(cosine, 0), 1));
  number.textContent = signed(cosine);
  made.append(text, line, number);
  return made;
}
function take(drawn) {
  if (drawn.ask !== ask) return;
  note.textContent = drawn.trouble ?? "";
  list.replaceChildren(...(drawn.found ?? []).map(row));
  for (const { word: name, closest } of drawn.unknown ?? []) {
    note.append(`“${name}” is not among the words this model knows.`);
    if (closest.length) note.append(` Near it in spelling: ${closest.join(", ")}.`);
  }
  if (drawn.points) picture.show(drawn);
}

for (const choice of element.querySelectorAll("input[type=radio]")) {
  choice.addEventListener("change", send);
}
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
document.addEventListener("zoo-words-translated", ({ detail }) => take(detail));
document.addEventListener("zoo-words-languages", ({ detail }) => {
  $(".words-languages").hidden = !detail.ready;
  if (detail.ready && !ask) setTimeout(send);
});
