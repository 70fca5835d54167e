"use strict";

/** Rows and columns of a tensor that are shown. */
const MOST_ROWS = 64;
const MOST_COLUMNS = 64;

/** How long it waits after the lesson did not answer. */
const PAUSE_MILLIS = 1000;

const element = id => document.getElementById(id);

let state = null;
let chosen = "";
let drawn = "";

function text(id, content) {
  element(id).textContent = content;
}

function show(id, visible) {
  element(id).hidden = !visible;
}

/** Asks for the state that follows the one it has, for ever. */
async function follow() {
  while (true) {
    try {
      const answer = await fetch("state.json" + (state === null ? "" : "?" + state.version));
      await update(await answer.json());
    } catch (error) {
      text("status", "The lesson has ended; ./handgrad learn goes on with it.");
      document.body.classList.add("ended");
      await new Promise(done => setTimeout(done, PAUSE_MILLIS));
      state = null;
    }
  }
}

async function update(next) {
  const before = state;
  state = next;
  if (before === null || before.name !== state.name) {
    chosen = "";
    drawn = "";
    element("sheet").replaceChildren(element("drawing") ?? drawing());
  }
  draw();
  if (state.drawn && drawn !== state.name) {
    await sheet();
  }
  color();
  if (chosen === "" || before === null || before.current !== state.current) {
    chosen = state.current || state.marks[0]?.tensor || "";
  }
  await numbers();
}

function drawing() {
  const note = document.createElement("p");
  note.id = "drawing";
  note.textContent = "The sheet is being drawn.";
  return note;
}

/** The words beside the sheet. */
function draw() {
  document.title = state.heading;
  text("heading", state.heading);
  const count = wanted => state.marks.filter(mark => mark.state === wanted).length;
  const counts = [count("right") + " of " + state.marks.length + " right"];
  if (count("wrong") > 0) {
    counts.push(count("wrong") + " wrong");
  }
  if (count("blank") > 0) {
    counts.push(count("blank") + " blank");
  }
  text("grey", count("untold") > 0 ? "not told" : "blank");
  if (count("untold") > 0) {
    counts.splice(0, counts.length, "one line of backward is wrong; find it");
  }
  text("status", state.checking ? "checking " + state.file + " …" : state.file + ": " + counts.join(", "));
  element("progress").max = state.marks.length;
  element("progress").value = count("right");

  text("problem", state.problem);
  show("problem", state.problem !== "");
  for (const id of ["sheet", "finding", "gradients"]) {
    element(id).classList.toggle("stale", state.problem !== "");
  }
  text("findings", state.findings.trim());
  show("finding", state.findings.trim() !== "");
  text("printed", state.printed);
  show("output", state.printed.trim() !== "");

  show("help", state.allHints > 0 && !state.solved);
  text("hinted", state.current === "" ? "Hints" : "Hints for d" + state.current);
  element("hints").replaceChildren(...state.hints.map(hint => {
    const item = document.createElement("li");
    item.textContent = hint;
    return item;
  }));
  const left = state.allHints - state.hints.length;
  element("hint").disabled = left === 0;
  text("hint", left === 0 ? "No hints are left" : "Next hint (" + left + " left)");

  show("solved", state.solved);
  text("next", state.next === "" ? "That was the last exercise." : "Next: " + state.next
      + ". Save " + state.nextFile + ", or go on here.");
  show("go", state.next !== "");

  element("marks").replaceChildren(...state.marks.map(mark => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = mark.place;
    button.className = mark.state;
    button.title = mark.state === "untold" ? "not told" : mark.state;
    button.dataset.tensor = mark.tensor;
    button.addEventListener("click", () => choose(mark.tensor));
    item.append(button);
    return item;
  }));
}

/** Fetches the sheet, and lets a click on a tensor or on a slot show its numbers. */
async function sheet() {
  const answer = await fetch("sheet.svg");
  const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  drawn = state.name;
  element("sheet").replaceChildren(document.importNode(svg, true));
  for (const group of document.querySelectorAll("#sheet g.tensor, #sheet g.gradient")) {
    const name = group.dataset.name ?? group.dataset.of;
    group.addEventListener("click", () => choose(name));
  }
}

/** The colours of the slots. */
function color() {
  for (const mark of state.marks) {
    for (const slot of document.querySelectorAll(`#sheet g.gradient[data-of="${CSS.escape(mark.tensor)}"]`)) {
      slot.classList.remove("blank", "untold", "wrong", "right");
      slot.classList.add("asked", mark.state);
    }
  }
}

async function choose(name) {
  chosen = name;
  await numbers();
}

/** The numbers of the chosen tensor. */
async function numbers() {
  for (const group of document.querySelectorAll("#sheet g.tensor")) {
    group.classList.toggle("chosen", group.dataset.name === chosen);
  }
  for (const button of document.querySelectorAll("#marks button")) {
    button.setAttribute("aria-pressed", button.dataset.tensor === chosen);
  }
  show("numbers", chosen !== "");
  if (chosen === "") {
    return;
  }
  const tensor = await (await fetch("tensor.json?" + encodeURIComponent(chosen))).json();
  if (tensor.name !== chosen) {
    return;
  }
  const mark = state.marks.find(each => each.tensor === chosen);
  text("tensor", chosen + (tensor.shape ? " (" + tensor.shape.join(", ") + ")" : "") + (mark && mark.state !== "untold" ? ": " + mark.state : ""));
  text("formula", tensor.formula);
  text("cause", mark?.cause ?? "");
  const gradient = element("gradient");
  if (tensor.gradient) {
    gradient.replaceChildren(...table(tensor.gradient, tensor.gradientShape, mark.state === "wrong" ? tensor.wrong : []));
  } else {
    gradient.replaceChildren(note(mark ? "It is still blank." : "None is asked for."));
  }
  element("value").replaceChildren(...(tensor.value ? table(tensor.value, tensor.shape, []) : [note("It is shown when the sheet is drawn.")]));
  await derive();
}

/** The derivation, once somebody wants to see it. */
async function derive() {
  if (!element("derived").open || chosen === "") {
    return;
  }
  const name = chosen;
  const answer = await fetch("derivation.txt?" + encodeURIComponent(name));
  if (name === chosen) {
    text("derivation", await answer.text());
  }
}

function note(words) {
  const paragraph = document.createElement("p");
  paragraph.className = "note";
  paragraph.textContent = words;
  return paragraph;
}

function number(value) {
  return typeof value !== "number" ? value : Number.isInteger(value) && Math.abs(value) < 1e6
      ? String(value) : String(Number(value.toPrecision(4)));
}

/** Elements as a table: the last dimension across, all others down. */
function table(elements, shape, wrong) {
  const columns = shape.length === 0 ? 1 : shape[shape.length - 1];
  const rows = columns === 0 ? 0 : elements.length / columns;
  const body = document.createElement("table");
  for (let row = 0; row < Math.min(rows, MOST_ROWS); row++) {
    const line = body.insertRow();
    for (let column = 0; column < Math.min(columns, MOST_COLUMNS); column++) {
      const i = row * columns + column;
      const cell = line.insertCell();
      cell.textContent = number(elements[i]);
      cell.className = wrong.length === 0 ? "" : wrong[i] ? "wrong" : "right";
    }
  }
  const box = document.createElement("div");
  box.className = "scroll";
  box.tabIndex = 0;
  box.append(body);
  const parts = [box];
  const count = wrong.filter(each => each).length;
  if (count > 0) {
    parts.unshift(note(count + " of " + elements.length + " elements are wrong."));
  }
  if (rows > MOST_ROWS || columns > MOST_COLUMNS) {
    parts.push(note("The first " + Math.min(rows, MOST_ROWS) + " of " + rows + " rows, "
        + Math.min(columns, MOST_COLUMNS) + " of " + columns + " columns."));
  }
  return parts;
}

element("derived").addEventListener("toggle", derive);
element("hint").addEventListener("click", () => fetch("hint", { method: "POST" }));
element("go").addEventListener("click", () => fetch("next", { method: "POST" }));
follow();
