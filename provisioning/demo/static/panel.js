"use strict";
// The front panel in the drawer: draws what the board tells thirty times a second, sends what is pressed.

const PATTERNS = {
  rest: "พัก · rest", insert: "เชิญเสียบบัตร · insert", reading: "อ่านบัตร · reading", asking: "สอบถาม · asking",
  printing: "พิมพ์ · printing", take_card: "รับบัตรคืน · take card", time_warning: "ใกล้หมดเวลา · time warning",
  fault: "ขัดข้อง · fault", tamper: "ตู้เปิด · tamper", updating: "ปรับปรุง · updating",
  host_lost: "เครื่องเงียบ · host lost", service: "ช่างทำงาน · service", dark: "ดับ · dark",
};
const WATCHDOG = {
  grace: "รอเครื่องเริ่ม · grace", watching: "ปกติ · watching", warning: "เตือน · warning", cut: "ตัดไฟ · cut",
  suspended: "ช่างสั่งพัก · suspended", updating: "ปรับปรุง · updating", exhausted: "ครบโควตา · exhausted",
};
const SWITCHES = {
  card_in: ["บัตรในช่อง", "Card in"], lid_open: ["ฝาเปิด", "Lid open"], back_open: ["หลังเปิด", "Back open"],
  headphones_in: ["หูฟัง", "Headphones"],
};
const FAULT_NAMES = { flash: "แฟลช · flash", fan: "พัดลม · fan", case_sensor: "เซนเซอร์ · sensor", hot: "ร้อน · hot", key_stuck: "ปุ่มค้าง · stuck key" };
const FULL = 36; // what a white pixel gets at the panel's own brightness: 96 of 255, squared for the eye
const SVG = "http://www.w3.org/2000/svg";
const at = (id) => document.getElementById(id);
let look = null;

// Pixel 0 sits below the slot's middle, the rest go clockwise.
const pixels = Array.from({ length: 16 }, (_, n) => {
  const angle = Math.PI / 2 + (n * Math.PI) / 8;
  const circles = ["glow", "pixel"].map((name) => {
    const circle = document.createElementNS(SVG, "circle");
    circle.setAttribute("class", name);
    circle.setAttribute("cx", (80 + 62 * Math.cos(angle)).toFixed(2));
    circle.setAttribute("cy", (80 + 62 * Math.sin(angle)).toFixed(2));
    circle.setAttribute("r", name === "glow" ? 14 : 7.5);
    at("ring").append(circle);
    return circle;
  });
  return circles;
});

function light(hex) {
  pixels.forEach(([glow, pixel], n) => {
    const colour = [0, 2, 4].map((byte) => Math.min(1, Math.sqrt((parseInt(hex.substr(n * 6 + byte, 2), 16) || 0) / FULL)));
    const brightness = Math.max(...colour);
    pixel.style.fill = brightness ? `rgb(${colour.map((part, c) => Math.round(Math.max([43, 53, 61][c], part * 255))).join()})` : "";
    glow.style.fill = `rgb(${colour.map((part) => Math.round(part * 255)).join()})`;
    glow.style.opacity = (brightness * 0.3).toFixed(2);
  });
}

for (const key of "123456789*0#") {
  const button = element("button", { type: "button", textContent: key });
  button.dataset.panelKey = key;
  button.onclick = () => put("/panel/keys", { keys: key });
  at("keypad").append(button);
}
for (const [name, [thai, english]] of Object.entries(SWITCHES)) {
  const button = element("button", { type: "button" }, `${thai} `, element("span", { textContent: english }));
  button.dataset.switch = name;
  button.onclick = () => put("/panel/switches", { name, active: !look.switches[name] });
  at("switches").append(button);
}
at("chord").onclick = () => put("/panel/keys", { keys: "*0#" });
at("plug").onclick = () => put("/panel/plug", { plugged: !look.plugged });
at("hang").onclick = () => put("/panel/host", { hung: look.host !== "hung" });
at("hurry").onclick = () => put("/panel/clock", { speed: look.speed > 1 ? 1 : 20 });
const sendAir = (stalled) => put("/panel/air", { case_celsius: Number(at("case").value), fan_stalled: stalled });
at("case").onchange = () => sendAir(look.fan_stalled);
at("stall").onclick = () => sendAir(!look.fan_stalled);

function say(id, text, bad = false) {
  if (at(id).textContent !== text) at(id).textContent = text;
  at(id).classList.toggle("bad", bad);
}

function press(id, on) { at(id).setAttribute("aria-pressed", on); }

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function show() {
  light(look.pixels);
  say("pattern", PATTERNS[look.pattern] || look.pattern);
  at("ring").setAttribute("aria-label", `Light ring: ${look.pattern}`);
  say("power", look.power_cut ? "ตัดอยู่ · relay open, power cut" : { running: "จ่ายไฟ · on", hung: "เครื่องค้าง · on, but hung", off: "จ่ายไฟ · on, kiosk down" }[look.host], look.power_cut || look.host !== "running");
  say("watchdog", `${WATCHDOG[look.watchdog] || look.watchdog} ${clock(look.remaining_s)}`, ["warning", "cut", "exhausted"].includes(look.watchdog));
  say("buzzer", look.hertz ? `${look.hertz} Hz` : "เงียบ · quiet");
  say("fan", `${look.fan_percent} % · ${look.fan_rpm.toLocaleString("en")} rpm`);
  say("panel-faults", look.faults.map((fault) => FAULT_NAMES[fault] || fault).join(", ") || "ไม่มี · none", look.faults.length > 0);
  if (document.activeElement !== at("case")) at("case").value = look.case_celsius;
  say("celsius", `${look.case_celsius.toFixed(0)} °C`);
  for (const button of document.querySelectorAll("[data-switch]")) button.setAttribute("aria-pressed", look.switches[button.dataset.switch]);
  for (const button of document.querySelectorAll("[data-panel-key]")) button.classList.toggle("down", look.keys.includes(button.dataset.panelKey));
  press("stall", look.fan_stalled);
  press("plug", !look.plugged);
  press("hang", look.host === "hung");
  press("hurry", look.speed > 1);
  at("hurry").disabled = look.host !== "hung";
  at("hang").disabled = look.host === "off";
  const words = look.host === "hung" ? "ปลุกเครื่อง|Wake the kiosk" : "ทำให้เครื่องค้าง|Hang the kiosk";
  if (at("hang").dataset.words !== words) {
    const [thai, english] = words.split("|");
    at("hang").dataset.words = words;
    at("hang").replaceChildren(`${thai} `, element("span", { textContent: english }));
  }
}

const source = new EventSource("/panel/live");
source.onmessage = (message) => {
  const first = look === null;
  look = JSON.parse(message.data);
  show();
  if (first) at("panel").dataset.live = "yes";
};
