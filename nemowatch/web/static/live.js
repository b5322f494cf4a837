"use strict";
// Keeps the page as the daemon says it is, and sends what is clicked without leaving it. Without this script every form works as well.

const content = document.getElementById("content");
const said = document.getElementById("said");
// what this script says comes with the page, in its language
const phrases = document.body.dataset;
let quiet = 0;

function say(text, wrong) {
  clearTimeout(quiet);
  said.textContent = text;
  said.classList.toggle("wrong", Boolean(wrong));
  said.hidden = false;
  // what went wrong stays until it was read: it says what can be done
  if (!wrong) quiet = setTimeout(hush, 8000);
}

function hush() { said.hidden = true; }

said.addEventListener("click", hush);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!said.hidden) { hush(); return; }
  const unfolded = document.activeElement.closest("details[open]");
  if (!unfolded) return;
  unfolded.open = false;
  unfolded.querySelector("summary").focus();
});

// -- news: the new content is laid over the old one, so that what is typed, unfolded, focused or playing stays

const KEPT = { TEXTAREA: true, VIDEO: true, AUDIO: true, PROGRESS: true };
// attributes that the page has only here
const OURS = { open: true, hidden: true, tabindex: true, "aria-busy": true };

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const heading = node.nodeName === "SECTION" && !node.dataset.key && node.querySelector("h2, summary");
  return heading ? heading.firstChild.nodeValue : node.dataset.key || node.id;
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

function overlay(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OURS[name]) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (!KEPT[old.nodeName]) overlayChildren(old, fresh);
}

function overlayChildren(old, fresh) {
  let here = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let found = here;
    while (found && !alike(found, wanted)) found = found.nextSibling;
    if (!found) {
      old.insertBefore(wanted, here);
      continue;
    }
    while (here !== found) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
    overlay(found, wanted);
    here = found.nextSibling;
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
}

function show(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const before = document.activeElement;
  const wasHere = content.contains(before);
  const row = wasHere && before.closest("li[data-key], nav");
  overlayChildren(content, fresh);
  const headline = content.querySelector("h1");
  // a button that was pressed may be gone: a keyboard goes on in its row, or from the head, and does not fall out of the page
  if (wasHere && headline && !content.contains(document.activeElement)) {
    headline.tabIndex = -1;
    const next = row && row.isConnected && row.querySelector("button");
    (next || headline).focus({ preventScroll: true });
  }
  if (headline && location.pathname === "/") document.title = headline.textContent + " – nemowatch";
}

function live(isLive) {
  document.body.classList.toggle("away", !isLive);
  for (const mark of document.querySelectorAll("[data-live]")) {
    mark.textContent = `· ${isLive ? phrases.sayLive : phrases.sayAway}`;
  }
}

async function fetchAfresh() {
  const answer = await fetch(location.href, { headers: { "X-Part": "content" } });
  if (answer.redirected) { location.reload(); return; }
  if (answer.ok) show(await answer.text());
}

function listen() {
  const source = new EventSource("/events");
  source.addEventListener("news", () => {
    live(true);
    // folders are listed on the share: only when asked for, or after a click
    if (location.pathname !== "/folders") fetchAfresh().catch(() => {});
  });
  source.onopen = () => live(true);
  source.onerror = () => {
    live(false);
    if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(listen, 3000); fetchAfresh().catch(() => {}); }
  };
}

// -- orders

async function send(form) {
  // busy, not disabled: a button that is disabled loses the keyboard
  if (form.hasAttribute("aria-busy")) return;
  if (form.dataset.sure && !confirm(form.dataset.sure)) return;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
    const told = await answer.json().catch(() => ({ text: phrases.sayOdd }));
    say(told.text, !answer.ok);
    if (answer.ok) form.reset();
    if (answer.status === 401) location.reload();
  } catch {
    say(phrases.sayUnknown, true);
  } finally {
    form.removeAttribute("aria-busy");
    fetchAfresh().catch(() => {});
  }
}

function sendFiles(form, files) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const bar = form.querySelector("progress");
  const body = new FormData();
  for (const name of ["word", "inbox", "folder"]) body.append(name, form.elements[name].value);
  for (const file of files) body.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (step) => { if (step.total) bar.value = 100 * step.loaded / step.total; };
  request.onloadend = () => {
    form.removeAttribute("aria-busy");
    bar.hidden = true;
    let told = { text: phrases.sayLost };
    try { told = JSON.parse(request.responseText); } catch { /* it said nothing */ }
    say(told.text, request.status !== 200);
    if (request.status === 200) form.reset();
  };
  bar.hidden = false;
  bar.value = 0;
  request.send(body);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".drop")) { event.preventDefault(); sendFiles(form, form.elements.file.files); }
  else if (form.action.endsWith("/order")) { event.preventDefault(); send(form); }
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const row = event.target.closest ? event.target.closest("li") : null;
    const form = row && row.querySelector(".drop");
    if (!form) return;
    event.preventDefault();
    row.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) sendFiles(form, event.dataTransfer.files);
  });
}

listen();
