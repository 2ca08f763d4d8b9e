// Without this script the form still works: a picture is chosen and sent. With it, a telephone that can read codes by itself
// sends the code's text alone, and a large photograph is made smaller before it travels.
"use strict";

const LONGEST_SIDE = 1600;
const form = document.getElementById("form");
const said = document.getElementById("said");
const picture = document.getElementById("picture");
const token = document.getElementById("token");
const scan = document.getElementById("scan");
const live = document.getElementById("live");
const view = document.getElementById("view");
let stream = null;

function submit() {
  said.textContent = said.dataset.reading;
  form.submit();
}

function stop() {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  live.hidden = true;
  scan.hidden = false;
}

async function shrink(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  const files = new DataTransfer();
  files.items.add(new File([blob], "slip.jpg", { type: "image/jpeg" }));
  picture.files = files.files;
}

async function look(detector) {
  while (stream) {
    const found = await detector.detect(view).catch(() => []);
    const code = found.find((one) => one.rawValue.startsWith("BD1:"));
    if (code) {
      token.value = code.rawValue;
      stop();
      submit();
      return;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function begin() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    said.textContent = said.dataset.noCamera;
    scan.hidden = true;
    return;
  }
  scan.hidden = true;
  live.hidden = false;
  view.srcObject = stream;
  await view.play();
  await look(new BarcodeDetector({ formats: ["qr_code"] }));
}

picture.addEventListener("change", async () => {
  if (!picture.files.length) return;
  said.textContent = said.dataset.reading;
  await shrink(picture.files[0]).catch(() => {}); // what the browser cannot shrink goes as it is
  form.submit();
});
document.getElementById("stop").addEventListener("click", stop);
scan.addEventListener("click", begin);
window.addEventListener("pagehide", stop);
if ("BarcodeDetector" in window && navigator.mediaDevices) scan.hidden = false;
document.getElementById("send").hidden = true; // choosing a picture sends it
document.body.classList.add("scripted");
