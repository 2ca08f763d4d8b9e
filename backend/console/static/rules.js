// One rule version: the table in dmn-js, beside it what the centre says about it. Nothing is decided here.
"use strict";

const CHECK_AFTER_MS = 600;
const desk = document.getElementById("desk");
const base = desk.dataset.base;
const editing = desk.dataset.editing === "yes";
const part = (id) => document.getElementById(id);
let modeler = null;
let dirty = false;
let checking = 0;

class Refused extends Error {
  constructor(words, cause) {
    super(words);
    this.why = cause;
  }
}

async function send(path, body, type) {
  const answer = await fetch(base + path, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": desk.dataset.token, "X-Requested-With": "fetch", "Content-Type": type },
  });
  if (answer.status === 401) location.reload(); // the session has ended: the server leads to the login page
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(problem.detail || problem.title || String(answer.status));
  }
  return answer;
}

function complain(error) {
  part("told").hidden = true;
  part("problem").textContent = error instanceof Refused ? error.message : desk.dataset.lost;
  part("problem").hidden = false;
  part("problem").scrollIntoView({ block: "nearest" });
}

function tell(words) {
  part("problem").hidden = true;
  part("told").textContent = words;
  part("told").hidden = false;
}

async function written() {
  return (await modeler.saveXML({ format: true })).xml;
}

async function check() {
  const mine = ++checking;
  try {
    const answer = await send("/check", await written(), "application/xml");
    const text = await answer.text();
    if (mine === checking) part("checks").innerHTML = text;
  } catch (error) {
    if (mine !== checking) return;
    const said = document.createElement("p");
    said.className = "alert";
    said.textContent = error instanceof Refused ? error.message : desk.dataset.lost;
    part("checks").replaceChildren(said);
  }
}

function markDirty(is) {
  dirty = is;
  if (part("save")) part("save").disabled = !is;
}

async function save() {
  await send("/save", await written(), "application/xml");
  markDirty(false);
  tell(desk.dataset.saved);
}

// Lines of JSON as they come: steps, then a fragment or a problem.
async function follow(path, body = "") {
  const answer = await send(path, body, "text/plain");
  part("progress").hidden = false;
  const bar = part("progress").querySelector("progress");
  let left = "";
  try {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      left += value;
      const lines = left.split("\n");
      left = lines.pop();
      for (const line of lines) {
        const said = JSON.parse(line);
        if (said.problem) throw new Refused(said.problem, said.cause);
        if (said.html) part("replayed").innerHTML = said.html;
        else {
          bar.max = said.total;
          bar.value = said.done;
          part("step").textContent = `${said.step} ${said.done.toLocaleString()} / ${said.total.toLocaleString()}`;
        }
      }
    }
  } finally {
    part("progress").hidden = true;
  }
}

function typedFacts() {
  const facts = {};
  for (const field of part("facts").querySelectorAll("[data-fact]")) {
    const text = field.value.trim();
    if (text === "") continue;
    const kind = field.dataset.kind;
    facts[field.dataset.fact] = kind === "yes_no" ? text === "true" : kind === "number" ? Number(text) : text;
  }
  return facts;
}

function onClick(id, work) {
  const button = part(id);
  if (!button) return;
  button.addEventListener("click", async () => {
    const before = button.disabled;
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      complain(error);
    } finally {
      button.disabled = id === "save" ? !dirty : before;
    }
  });
}

function watchEditor() {
  const viewer = modeler.getActiveViewer();
  if (!editing) return;
  const stack = viewer.get("commandStack");
  const show = () => {
    part("undo").disabled = !stack.canUndo();
    part("redo").disabled = !stack.canRedo();
  };
  viewer.on("commandStack.changed", () => {
    show();
    markDirty(true);
    clearTimeout(watchEditor.timer);
    watchEditor.timer = setTimeout(check, CHECK_AFTER_MS);
  });
  part("undo").addEventListener("click", () => stack.canUndo() && stack.undo());
  part("redo").addEventListener("click", () => stack.canRedo() && stack.redo());
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "s") {
      event.preventDefault();
      part("save").click();
      return;
    }
    if (event.target.closest("input, select, [contenteditable]")) return; // typing has an undo of its own
    if (key === "z" && !event.shiftKey && stack.canUndo()) stack.undo();
    else if ((key === "y" || (key === "z" && event.shiftKey)) && stack.canRedo()) stack.redo();
    else return;
    event.preventDefault();
  });
}

async function start() {
  modeler = new DmnJS({ container: part("table") });
  const answer = await fetch(base + "/file.dmn");
  await modeler.importXML(await answer.text());
  const view = modeler.getViews().find((one) => one.type === "decisionTable");
  await modeler.open(view);
  watchEditor();
  await check();
}

function onSource(path) {
  const source = part("source");
  return source ? `${path}?source=${source.value}` : path;
}

onClick("save", save);
async function submit(reason) {
  try {
    await follow(onSource("/submit"), reason);
  } catch (error) {
    if (error.why === "examples") {
      part("reason-form").hidden = false;
      part("run-examples").click(); // which of them, and how
      part("reason").focus();
    }
    throw error;
  }
  tell(desk.dataset.submitted);
  setTimeout(() => location.reload(), 1200);
}

onClick("submit", async () => {
  if (dirty) await save();
  await submit("");
});
if (part("reason-form"))
  part("reason-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(part("reason").value).catch(complain);
  });
onClick("approve", async () => {
  await send("/approve", "", "text/plain");
  tell(desk.dataset.approved);
  setTimeout(() => location.reload(), 1200);
});
onClick("run-replay", async () => {
  if (dirty) await save();
  await follow(onSource("/replay"));
});
onClick("run-examples", async () => {
  if (dirty) await save();
  const answer = await send("/examples", "", "text/plain");
  part("examples").innerHTML = await answer.text();
});
part("facts").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const body = JSON.stringify({ dmn: await written(), facts: typedFacts() });
    const answer = await send("/try", body, "application/json");
    part("tried").innerHTML = await answer.text();
  } catch (error) {
    complain(error);
  }
});
addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
start().catch(() => complain(new Refused(desk.dataset.broken)));
