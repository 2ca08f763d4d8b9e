// What an agency's own page needs: set data-service to the service's address (empty: this page's own) and copy the rest.
"use strict";

const service = document.currentScript.dataset.service || location.origin;
const element = (id) => document.getElementById(id);
let socket = null;

function say(th, en) {
  element("status").textContent = `${th} / ${en}`;
}

function sayAway() {
  say("ติดต่อบริการไม่ได้ หรือหน้านี้ไม่ได้รับอนุญาต", "the service is not there, or this page is not on its list");
}

function fullName(name) {
  return [name.prefix, name.first, name.middle, name.last].filter(Boolean).join(" ");
}

function clear() {
  element("card").hidden = true;
  element("fields").replaceChildren();
  element("face").hidden = true;
  element("face").removeAttribute("src");
}

function show(card) {
  const address = card.address;
  const birth = [card.birth.year, card.birth.month, card.birth.day]
    .map((part) => (part === null ? "??" : String(part).padStart(2, "0")));
  const rows = [
    ["เลขประจำตัวประชาชน / Number", card.citizen_number],
    ["ชื่อ / Name", fullName(card.name_th)],
    ["Name in English", fullName(card.name_en)],
    ["เกิด / Born", birth.join("-")],
    ["หมดอายุ / Expires", card.expires_never ? "ตลอดชีพ / never" : card.expires ?? "-"],
    ["ที่อยู่ / Address", [address.house, address.moo && `หมู่ที่ ${address.moo}`,
      address.trok && `ตรอก${address.trok}`, address.soi && `ซอย${address.soi}`, address.road && `ถนน${address.road}`,
      address.subdistrict, address.district, address.province].filter(Boolean).join(" ")],
  ];
  element("fields").replaceChildren(...rows.flatMap(([label, value]) => {
    const term = document.createElement("dt");
    const detail = document.createElement("dd");
    term.textContent = label;
    detail.textContent = value; // never innerHTML: what a card says is not to be trusted
    return [term, detail];
  }));
  element("card").hidden = false;
}

function showPhoto(photo) {
  element("face").src = `data:image/jpeg;base64,${photo}`;
  element("face").alt = "รูปถ่ายบนบัตร / the card's photo";
  element("face").hidden = false;
}

async function read() {
  clear();
  say("กำลังอ่าน", "reading");
  const query = element("photo").checked ? "?photo=true" : "";
  let response;
  try {
    response = await fetch(`${service}/v1/card${query}`, {
      headers: { Authorization: `Bearer ${element("token").value}` },
    });
  } catch {
    sayAway();
    return;
  }
  const said = await response.json();
  if (!response.ok) {
    say(said.citizen?.th ?? said.title, said.citizen?.en ?? said.code);
    return;
  }
  show(said.card);
  if (said.photo) showPhoto(said.photo);
  say("อ่านแล้ว", "read");
}

function watch() {
  socket?.close();
  clear();
  say("กำลังเชื่อมต่อ", "connecting");
  const line = new WebSocket(`${service.replace(/^http/, "ws")}/v1/events`);
  let refused = false;
  socket = line;
  line.onopen = () => line.send(JSON.stringify({
    token: element("token").value, read: true, photo: element("photo").checked,
  }));
  line.onclose = () => {
    if (line !== socket || refused) return; // another has taken its place, or it is known why
    clear();
    sayAway();
  };
  line.onmessage = (message) => {
    const said = JSON.parse(message.data);
    if (said.event === "refused") {
      refused = true;
      say("โทเคนไม่ถูกต้อง", "the token is wrong");
    }
    if (said.event === "ready") say("กรุณาเสียบบัตร", "insert a card");
    if (said.event === "card_inserted") say("กำลังอ่าน", "reading");
    if (said.event === "card_read") {
      show(said.card);
      say("อ่านแล้ว", "read");
    }
    if (said.event === "photo_read") showPhoto(said.photo);
    if (said.event === "read_failed") say(said.citizen.th, said.citizen.en);
    if (said.event === "card_removed") {
      clear();
      say("นำบัตรออกแล้ว", "the card is out");
    }
  };
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  read();
});
element("watch").addEventListener("click", watch);
