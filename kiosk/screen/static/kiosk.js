// Puts the newest screen on the page, hands touches in, keeps focus. A new screen replaces the old one whole:
// nothing of an earlier screen stays in the document.
"use strict";

const kiosk = document.getElementById("kiosk");
const said = document.getElementById("said");
const root = document.documentElement;
const token = document.querySelector('meta[name="kiosk-token"]').content;
const LOST_AFTER_MS = 2500;
let lostTimer = 0;
let countTimer = 0;

const stage = () => kiosk.querySelector(".stage");

function show(news) {
  const before = stage()?.dataset.screen;
  const focused = document.activeElement?.id;
  const scrolled = kiosk.querySelector(".scroll")?.scrollTop ?? 0;
  root.lang = news.language;
  root.dataset.size = news.size;
  if (news.contrast) root.dataset.contrast = "more";
  else delete root.dataset.contrast;
  if (news.headphones) root.dataset.headphones = "";
  else delete root.dataset.headphones;
  kiosk.innerHTML = news.html;
  const heading = kiosk.querySelector("h1");
  if (before === news.screen) {
    kiosk.querySelector(".scroll").scrollTop = scrolled;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  } else {
    stage().classList.add("fresh");
    heading?.focus({ preventScroll: true });
    said.textContent = heading?.textContent ?? "";
    tell();
    if (news.screen === "time_warning" || news.screen === "take_card") beep();
  }
  countDown();
  look();
}

function lose() {
  kiosk.replaceChildren(document.getElementById("lost").content.cloneNode(true));
  said.textContent = kiosk.querySelector("h1").textContent;
}

function listen() {
  const source = new EventSource("/events");
  source.onmessage = (event) => {
    clearTimeout(lostTimer);
    lostTimer = 0;
    show(JSON.parse(event.data));
  };
  source.addEventListener("key", (event) => {
    const { key, number } = JSON.parse(event.data);
    press(key, number);
  });
  source.onerror = () => {
    if (!lostTimer) lostTimer = setTimeout(lose, LOST_AFTER_MS);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}

// A fresh page knows the fresh token: after the kiosk's program was restarted, ours is refused.
async function touch(button, key) {
  const { act, value } = button.dataset;
  const turn = Number(stage().dataset.turn);
  try {
    const reply = await fetch("/act", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Kiosk-Token": token },
      body: JSON.stringify({ act, value, turn, key }),
    });
    if (reply.status === 403) location.reload();
  } catch {
    // The stream notices a program that is gone, and says so.
  }
}

// The keypad: 2 and 8 go from button to button, 5 chooses, # is the screen's main button, * its way out, 0 says it again.
// A person who does not see hears where he is; what a key does is what the button under it does.
function press(key, number) {
  const all = ["main", "footer", "header"].flatMap((part) => [...kiosk.querySelectorAll(`${part} [data-act]`)]);
  const buttons = all.filter((button) => !button.disabled && button.offsetParent !== null);
  const at = buttons.indexOf(document.activeElement);
  if (key === "2") focusOn(buttons[at > 0 ? at - 1 : buttons.length - 1]);
  else if (key === "8") focusOn(buttons[at + 1 < buttons.length ? at + 1 : 0]);
  else if (key === "5" && at >= 0) touch(buttons[at], number);
  else if (key === "#") act(kiosk.querySelector("footer .main:not(:disabled)"), number);
  else if (key === "*") act(kiosk.querySelector("footer .quiet, footer .second, #help-close"), number);
  else if (key === "0") tell();
}

function act(button, number) {
  if (button) touch(button, number);
}

function focusOn(button) {
  if (!button) return;
  button.focus();
  button.scrollIntoView({ block: "nearest" });
  speak(nameOf(button));
}

function nameOf(button) {
  const name = button.getAttribute("aria-label") ?? button.innerText;
  const chosen = button.getAttribute("aria-checked") ?? button.getAttribute("aria-pressed");
  return chosen === "true" ? `${name} ✓` : name;
}

function tell() {
  const area = kiosk.querySelector("main");
  const keys = document.getElementById("keypad")?.textContent ?? "";
  speak(`${area?.innerText ?? ""}\n${keys}`);
}

// With headphones in, and where the system has a voice for the language, the page reads itself out.
function speak(text) {
  if (!("headphones" in root.dataset) || !("speechSynthesis" in window)) return;
  speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(text);
  words.lang = root.lang === "th" ? "th-TH" : "en-GB";
  speechSynthesis.speak(words);
}

kiosk.addEventListener("click", (event) => {
  const more = event.target.closest(".more-below");
  if (more) {
    const area = kiosk.querySelector(".scroll");
    area.scrollBy({ top: area.clientHeight * 0.8 });
    return;
  }
  const button = event.target.closest("[data-act]");
  if (button) touch(button);
});

// Shows "more below" while there is more below: a kiosk has no scroll bar that a finger would look for.
function look() {
  const area = kiosk.querySelector(".scroll");
  if (!area) return;
  const update = () => {
    const left = area.scrollHeight - area.clientHeight - area.scrollTop;
    stage().classList.toggle("has-more", left > 8);
  };
  area.addEventListener("scroll", update, { passive: true });
  update();
  document.fonts.ready.then(update);
}

function countDown() {
  clearInterval(countTimer);
  const place = kiosk.querySelector("[data-count] b");
  if (!place) return;
  let left = Number(place.textContent);
  countTimer = setInterval(() => {
    left = Math.max(0, left - 1);
    place.textContent = String(left);
  }, 1000);
}

function beep() {
  try {
    const audio = new AudioContext();
    if (audio.state !== "running") return void audio.close();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.15, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.5);
    tone.onended = () => audio.close();
  } catch {
    // No loudspeaker: the words on the screen say it too.
  }
}

document.addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("resize", look);
look();
listen();
