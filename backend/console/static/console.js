// Keeps the device list fresh. Without scripts the page still works: filters are links, the search is a form.
"use strict";

const EVERY_MS = 5000;
const TYPING_MS = 250;
const list = document.getElementById("devices");
const stale = document.getElementById("stale");
const search = document.getElementById("q");
let latest = 0;

async function refresh() {
  const mine = ++latest;
  try {
    const answer = await fetch(list.dataset.source + location.search, {
      headers: { "X-Requested-With": "fetch" },
      signal: AbortSignal.timeout(8000),
    });
    if (answer.status === 401) {
      location.reload(); // the session has ended: the server leads to the login page
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (mine !== latest) return;
    show(text);
    stale.hidden = true;
  } catch {
    if (mine === latest) stale.hidden = false;
  }
}

function show(text) {
  const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
  const frame = list.querySelector(".frame");
  const left = frame ? frame.scrollLeft : 0;
  list.innerHTML = text;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const fresh = list.querySelector(".frame");
  if (fresh) fresh.scrollLeft = left;
}

list.addEventListener("click", (event) => {
  const link = event.target.closest("a[id]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  const condition = document.querySelector(".search input[name=state]");
  if (condition) condition.value = new URLSearchParams(location.search).get("state") ?? "";
  refresh();
});

if (search) {
  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const query = new URLSearchParams(location.search);
      query.delete("page");
      if (search.value.trim()) query.set("q", search.value.trim());
      else query.delete("q");
      history.replaceState(null, "", location.pathname + (query.size ? "?" + query : ""));
      refresh();
    }, TYPING_MS);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
}

addEventListener("popstate", () => {
  if (search) search.value = new URLSearchParams(location.search).get("q") ?? "";
  refresh();
});
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), EVERY_MS);
