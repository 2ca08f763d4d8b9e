"use strict";
// The drawer: shows the stage's state once a second and sends what is pressed.

const MOODS = [
  ["none:0", "ปกติ · well"], ["none:1500", "ช้า · slow 1.5 s"], ["none:6000", "ช้ามาก · 6 s"], ["hang:0", "เงียบ · silent"],
  ["error:0", "ขัดข้อง · error"], ["close:0", "ตัดสาย · hangs up"], ["garbage:0", "ตอบมั่ว · garbage"],
];
const FAULTS = {
  none: "ปกติ · well", paper_out: "เอากระดาษออก · paper out", paper_near_end: "กระดาษใกล้หมด · near end",
  cover_open: "เปิดฝา · cover open", offline: "ออฟไลน์ · offline", silent: "เงียบ · silent",
};
const trouble = document.getElementById("trouble");

async function put(path, body) {
  try {
    const answer = await fetch(path, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    trouble.textContent = answer.ok ? "" : `${path}: ${answer.status}`;
  } catch (error) {
    trouble.textContent = "The demo does not answer. Is it still running?";
  }
  await refresh();
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function build(state) {
  document.getElementById("cards").replaceChildren(...state.cards.map((card) => {
    const picture = element("img", { src: `/cards/${card.key}.jpg`, alt: "" });
    picture.onerror = () => picture.replaceWith(element("i", { className: "blank" }));
    const button = element("button", { type: "button" }, picture, element("b", { textContent: card.title_th }), element("small", { textContent: card.note_en }));
    button.dataset.key = card.key;
    button.title = `${card.title_en}. ${card.note_th}`;
    button.onclick = () => put("/card", { key: card.key });
    return element("li", {}, button);
  }));
  document.getElementById("faults").replaceChildren(...state.printer.faults.map((fault) => {
    const button = element("button", { type: "button", textContent: FAULTS[fault] || fault });
    button.dataset.fault = fault;
    button.onclick = () => put("/printer", { fault });
    return button;
  }));
  document.getElementById("agencies").replaceChildren(...state.agencies.map((agency) => {
    const select = element("select", {}, ...MOODS.map(([value, textContent]) => element("option", { value, textContent })));
    select.setAttribute("aria-label", agency.name_en);
    select.dataset.agency = agency.id;
    select.onchange = () => {
      const [failure, latency] = select.value.split(":");
      put(`/agencies/${agency.id}`, { failure, latency_ms: Number(latency) });
    };
    return element("li", {}, element("span", { textContent: agency.name_th }, element("small", { textContent: agency.name_en })), select);
  }));
}

let built = false;
async function refresh() {
  let state;
  try {
    state = await (await fetch("/state")).json();
  } catch (error) {
    trouble.textContent = "The demo does not answer. Is it still running?";
    return;
  }
  if (!built) { build(state); built = true; }
  for (const button of document.querySelectorAll("[data-key]")) button.setAttribute("aria-pressed", button.dataset.key === state.card);
  document.getElementById("take-out").disabled = state.card === null;
  for (const button of document.querySelectorAll("[data-fault]")) button.setAttribute("aria-pressed", button.dataset.fault === state.printer.fault);
  for (const select of document.querySelectorAll("[data-agency]")) {
    const agency = state.agencies.find((one) => one.id === select.dataset.agency);
    if (document.activeElement !== select) select.value = `${agency.failure}:${agency.latency_ms}`;
  }
  const line = document.getElementById("line");
  line.setAttribute("aria-pressed", !state.line);
  line.replaceChildren(state.line ? "ตัดสาย " : "ต่อสายคืน ", element("span", { textContent: state.line ? "Cut the line" : "The line is cut: mend it" }));
  line.onclick = () => put("/line", { whole: !state.line });
  const centre = document.getElementById("centre");
  centre.setAttribute("aria-pressed", !state.centre);
  centre.replaceChildren(state.centre ? "ดับศูนย์ " : "เปิดศูนย์คืน ", element("span", { textContent: state.centre ? "Kill the centre" : "The centre is dead: start it" }));
  centre.onclick = () => put("/centre", { running: !state.centre });
  const slip = document.getElementById("slip");
  slip.hidden = state.slip === null;
  const address = `/slip.png?${state.slip}`;
  if (state.slip !== null && slip.dataset.shown !== address) {
    slip.dataset.shown = address;
    slip.querySelector("img").src = address;
  }
}

document.getElementById("take-out").onclick = () => put("/card", { key: null });
refresh();
setInterval(refresh, 1000);
