// From a file or the camera to a photo that can be sent: {data, src}, scaled down, upright.
const SIDE = 640; // the network looks at far fewer pixels
const MOST = 40_000_000; // bytes of a file
const GLANCE = 100_000; // bytes of a file that this browser cannot open: the server says why

function shrunk(picture) {
  const [width, height] = [picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height];
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const copy = document.createElement("canvas");
  copy.width = Math.max(1, Math.round(width * scale));
  copy.height = Math.max(1, Math.round(height * scale));
  const pen = copy.getContext("2d");
  pen.fillStyle = "#fff"; // what is transparent
  pen.fillRect(0, 0, copy.width, copy.height);
  pen.drawImage(picture, 0, 0, copy.width, copy.height);
  return copy.toDataURL("image/jpeg", 0.92);
}

function asText(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error("The file could not be read."));
    reader.readAsDataURL(blob);
  });
}

async function opened(file) {
  if (!file.size) throw new Error("This file is empty.");
  if (file.size > MOST) {
    const size = Math.round(file.size / 1e6);
    throw new Error(`This file has ${size} MB; photos of up to ${MOST / 1e6} MB can be opened here.`);
  }
  try {
    const data = shrunk(await createImageBitmap(file));
    return { data, src: data };
  } catch {
    return { data: await asText(file.slice(0, GLANCE)), src: "" };
  }
}

// Show the camera in `box` until a picture is taken or left; `done` is given the data URL.
async function photograph(box, done) {
  const video = box.querySelector("video");
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error("The camera needs a page by https, or on this computer itself.");
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    const why = { NotAllowedError: "it was not allowed", NotFoundError: "there is none" };
    throw new Error(`The camera cannot be used: ${why[error.name] ?? error.message}.`);
  }
  const leave = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    box.hidden = true;
  };
  video.srcObject = stream;
  box.hidden = false;
  box.querySelector(".leave").onclick = leave;
  box.querySelector(".snap").onclick = () => {
    if (!video.videoWidth) return; // not a single picture yet
    const data = shrunk(video);
    leave();
    done({ data, src: data });
  };
  box.querySelector(".snap").focus();
}
