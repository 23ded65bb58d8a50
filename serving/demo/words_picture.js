// The picture: a relation and the visitor's question go to the server in `props.value`; the
// places of the words come back as the event `zoo-words-drawn`.
const $ = (selector) => element.querySelector(selector);
const share = $(".words-share");
let ask = 0;
let question = [];

const signed = (value) => value.toFixed(2).replace("-", "−");
function describe({ from, to, cosine, agrees }, points) {
  const pair = `${points[from].word} → ${points[to].word}`;
  const step = agrees === null ? "" : `; of this step and the mean of the others ${signed(agrees)}`;
  return `${pair}: cosine of the two words ${signed(cosine)}${step}.`;
}
function look({ word }) {
  document.dispatchEvent(new CustomEvent("zoo-words-look", { detail: { word } }));
}
const picture = walkable(element, describe, look);

function send(relation) {
  ask += 1;
  props.value = { ask, relation, words: question };
  trigger("input");
}
function take(drawn) {
  if (drawn.ask !== ask) return;
  if (drawn.trouble) {
    picture.told.textContent = drawn.trouble;
    return;
  }
  $(`input[value="${drawn.relation}"]`).checked = true;
  picture.show(drawn);
  const percent = Math.round(100 * drawn.share);
  const missing = drawn.missing.length ? ` Not known: ${drawn.missing.join(", ")}.` : "";
  const rest = "the rest lies in directions not seen here";
  share.textContent = `The plane holds ${percent}% of the spread of these words; ${rest}.${missing}`;
}

for (const choice of element.querySelectorAll("[name=words-relation]")) {
  choice.addEventListener("change", () => send(choice.value));
}
document.addEventListener("zoo-words-asked", ({ detail }) => {
  question = detail.words;
  send("");
});
document.addEventListener("zoo-words-drawn", ({ detail }) => take(detail));
