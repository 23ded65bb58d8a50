// The sheet to draw on.  Whatever lies on it goes to the server as a data URL in `props.value`,
// while the visitor draws; the empty string means an empty sheet.
const sheet = element.querySelector("canvas");
const pen = sheet.getContext("2d");
const hint = element.querySelector(".pad-hint");
const file = element.querySelector("input[type=file]");
const pause = 120; // ms between two readings of a growing stroke
let last = null; // where the pen is, while it is down
let joint = null; // where the ink ends: halfway to the pen, so that corners come out round
let timer = null;
let drawn = false;

function send(value) {
  clearTimeout(timer);
  timer = null;
  props.value = value;
  trigger("input");
}

function sendSoon() {
  timer ??= setTimeout(() => send(sheet.toDataURL()), pause);
}

function clear() {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  sheet.classList.remove("photo");
  hint.hidden = false;
  drawn = false;
}

function place(event) {
  const box = sheet.getBoundingClientRect();
  const scale = sheet.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

function ink(to) {
  pen.lineWidth = sheet.width / 14;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#111";
  pen.beginPath();
  pen.moveTo(...joint);
  pen.quadraticCurveTo(...last, ...to);
  pen.stroke();
  joint = to;
}

sheet.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  if (!drawn) clear(); // a picture gives way to the pen
  drawn = true;
  hint.hidden = true;
  sheet.setPointerCapture(event.pointerId);
  last = joint = place(event);
  ink(last);
});

sheet.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const step of event.getCoalescedEvents?.() ?? [event]) {
    const next = place(step);
    ink([(last[0] + next[0]) / 2, (last[1] + next[1]) / 2]);
    last = next;
  }
  sendSoon();
});

for (const end of ["pointerup", "pointercancel"]) {
  sheet.addEventListener(end, () => {
    if (!last) return;
    ink(last);
    last = null;
    send(sheet.toDataURL());
  });
}

// A picture is shown whole on the sheet, but sent as it is, without the margins.
function show(picture, photo) {
  const size = sheet.width / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * size, picture.height * size];
  clear();
  hint.hidden = true;
  sheet.classList.toggle("photo", photo);
  if (photo) pen.clearRect(0, 0, sheet.width, sheet.height); // no white margins at night
  pen.filter = photo ? "none" : "invert(1)"; // the examples are white ink on black
  pen.drawImage(picture, (sheet.width - width) / 2, (sheet.height - height) / 2, width, height);
  pen.filter = "none";
}

function shrunk(picture) {
  const scale = Math.min(1, 1024 / Math.max(picture.width, picture.height));
  const copy = document.createElement("canvas");
  copy.width = Math.max(1, Math.round(picture.width * scale));
  copy.height = Math.max(1, Math.round(picture.height * scale));
  copy.getContext("2d").drawImage(picture, 0, 0, copy.width, copy.height);
  return copy.toDataURL();
}

async function upload(blob) {
  try {
    const picture = await createImageBitmap(blob);
    show(picture, true);
    send(shrunk(picture));
  } catch {
    clear();
    const reader = new FileReader(); // no picture to this browser: the server says what is wrong
    reader.onload = () => send(reader.result);
    reader.readAsDataURL(blob.slice(0, 100_000));
  }
}

element.querySelector(".pad-clear").addEventListener("click", () => {
  clear();
  send("");
});
element.querySelector(".pad-upload").addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  if (file.files.length) upload(file.files[0]);
  file.value = ""; // so that the same file can be chosen again
});
sheet.addEventListener("dragover", (event) => event.preventDefault());
sheet.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) upload(event.dataTransfer.files[0]);
});
for (const example of element.querySelectorAll(".pad-examples button")) {
  example.addEventListener("click", () => {
    const picture = example.querySelector("img");
    show(picture, false);
    send(picture.src);
  });
}

clear();
