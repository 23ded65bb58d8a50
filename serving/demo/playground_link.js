// The settings in the page's address, #playground?data=xor&…, so that a link shows the same network
// to another: the seed decides points and first weights, and the rest follows from them.
const CONTROLS = ["rate", "activation", "penalty", "strength", "pace", "seed", "noise", "ratio", "batch"];
const CHECKS = ["show-test", "steps"];

function link() {
  const said = new URLSearchParams({
    data: set.kind,
    features: set.features.join(" "),
    hidden: set.hidden.join(" "),
  });
  for (const name of CONTROLS) said.set(name, chosen(name));
  for (const name of CHECKS) said.set(name, Number($(`#pg-${name}`).checked));
  return new URL(`#playground?${said}`, location).href;
}

const remember = () => window.history.replaceState(window.history.state, "", link());

// Takes what the address says, as far as it makes sense; gives whether it says anything
function recall() {
  const [tab, text] = location.hash.slice(1).split("?");
  if (tab !== "playground" || !text) return false;
  const said = new URLSearchParams(text);
  const listed = (name) => (said.get(name) ?? "").split(" ").filter(Boolean);
  if (Object.hasOwn(KINDS, said.get("data"))) set.kind = said.get("data");
  const features = names(FEATURES).filter((name) => listed("features").includes(name));
  if (features.length) set.features = features;
  const hidden = listed("hidden").map(Number);
  const fits = (units) => Number.isInteger(units) && units >= 1 && units <= MOST.units;
  if (said.has("hidden") && hidden.length <= MOST.layers && hidden.every(fits)) set.hidden = hidden;
  for (const name of CONTROLS.filter((name) => said.has(name))) take(name, said.get(name));
  for (const name of CHECKS) $(`#pg-${name}`).checked = said.get(name) === "1";
  noSign();
  return true;
}

function take(name, value) {
  const control = $(`#pg-${name}`);
  if (control.options && ![...control.options].some((option) => option.value === value)) return;
  if (value.trim() !== "" && (control.options || Number.isFinite(Number(value)))) control.value = value;
}

// Puts `text` on the clipboard; `made` is the button that says so, or what to do where it may not
async function copy(made, text, otherwise) {
  const label = made.textContent;
  try {
    await navigator.clipboard.writeText(text);
    made.textContent = "Copied";
  } catch {
    made.textContent = otherwise;
  }
  setTimeout(() => (made.textContent = label), 2500);
}

function share() {
  remember();
  return copy($(".pg-share"), location.href, "It is the page’s address");
}

function copyCode() {
  showCode();
  const place = $(".pg-code pre");
  getSelection().selectAllChildren(place);
  return copy($(".pg-copy"), place.textContent, "Selected: copy with Ctrl+C");
}
