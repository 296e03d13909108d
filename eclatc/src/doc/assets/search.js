// The search. On the first page it looks through the index that the page holds, and keeps
// the query in the address; every other page sends its query there. Without this file the
// pages are plain lists.
"use strict";

const form = document.getElementById("search");
const query = document.getElementById("query");
const data = document.getElementById("index");
const entries = data ? JSON.parse(data.textContent) : [];

// How well an entry fits a word; 0 is not at all.
function fit(entry, word) {
  const name = entry.name.toLowerCase();
  if (name === word) return 100;
  if (name.startsWith(word)) return 60;
  if (name.includes("_" + word) || name.includes("." + word)) return 50;
  if (name.includes(word)) return 40;
  if (entry.of.toLowerCase().includes(word)) return 30;
  if (entry.words.toLowerCase().includes(word)) return 20;
  // Of a text only the beginnings of words count.
  const words = entry.text.toLowerCase().split(/[^a-z0-9_]+/);
  return words.some((it) => it.startsWith(word)) ? 10 : 0;
}

const order = ["package", "program", "loader", "module", "script", "chain", "message"];

// The entries that fit every word, the best first.
function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const entry of entries) {
    const fits = words.map((word) => fit(entry, word));
    if (fits.every((points) => points > 0)) {
      found.push({ entry, points: fits.reduce((sum, points) => sum + points, 0) });
    }
  }
  const rank = (it) => order.indexOf(it.entry.kind);
  found.sort((a, b) => b.points - a.points || rank(a) - rank(b));
  return found.map((it) => it.entry);
}

function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function row(entry) {
  const link = document.createElement("a");
  link.href = entry.href;
  const title = document.createElement("div");
  title.append(element("b", entry.name));
  if (entry.of) title.append(" ", element("i", "in " + entry.of));
  link.append(element("span", entry.kind, "kind"), title);
  if (entry.text) link.append(element("p", entry.text));
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function show(text) {
  const results = document.getElementById("results");
  const all = document.getElementById("all");
  const wanted = text.trim() !== "";
  results.hidden = !wanted;
  all.hidden = wanted;
  if (!wanted) return;
  const found = find(text);
  const count = found.length === 1 ? "1 result" : (found.length || "No") + " results";
  const list = document.createElement("ol");
  list.append(...found.map(row));
  results.replaceChildren(element("p", count + " for “" + text.trim() + "”", "count"), list);
}

function fromAddress() {
  const found = /^#q=(.*)$/.exec(location.hash);
  if (!found) return "";
  try {
    return decodeURIComponent(found[1].replace(/\+/g, " "));
  } catch {
    return "";
  }
}

function links() {
  return Array.from(document.querySelectorAll("#results a"));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const first = links()[0];
  if (!data) location.href = form.getAttribute("action") + "#q=" + encodeURIComponent(query.value);
  else if (first) location.href = first.href;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [query, ...links()];
  const at = all.indexOf(document.activeElement);
  if (event.key === "/" && document.activeElement !== query) {
    event.preventDefault();
    query.focus();
    query.select();
  } else if (event.key === "Escape" && at >= 0) {
    query.value = "";
    query.dispatchEvent(new Event("input"));
    query.focus();
  } else if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const next = all[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});

if (data) {
  query.addEventListener("input", () => {
    const text = query.value;
    const hash = text.trim() ? "#q=" + encodeURIComponent(text) : location.pathname;
    history.replaceState(null, "", hash);
    show(text);
  });
  const follow = () => {
    query.value = fromAddress();
    show(query.value);
  };
  window.addEventListener("hashchange", follow);
  follow();
}
