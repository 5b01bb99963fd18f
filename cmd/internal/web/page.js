// Shows what the talk's server sends, newest first and nothing in between. A follower may look
// back on its own; the leader's page sends what the keys and a clicker ask.
"use strict";
const body = document.body, lead = body.classList.contains("lead"), words = JSON.parse(body.dataset.words);
const $ = id => document.getElementById(id);
let lang = recall("lang") || document.documentElement.lang;
let theme = recall("theme") || (!lead && matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
let newest = null, past = null; // views; past only while this page looks back
let away = true, met = false, source = null, watch = 0, asked = 0, said = "";

function recall(key) { try { return localStorage.getItem("netlab-" + key); } catch { return null; } }
function remember(key, value) { try { localStorage.setItem("netlab-" + key, value); } catch { /* a private window */ } }
const word = (key, ...args) => args.reduce((s, a, i) => s.replace("{" + i + "}", a), (words[lang] || words.en)[key]);

// put changes a part of the page only if it is new, so that a screen reader says it once.
const made = new Map();
function put(element, html) {
  if (made.get(element) === html) return;
  made.set(element, html);
  element.innerHTML = html;
}
function write(element, text) { if (element.textContent !== text) element.textContent = text; }

function label() {
  document.documentElement.lang = lang;
  for (const e of document.querySelectorAll("[data-word]")) write(e, word(e.dataset.word));
  for (const e of document.querySelectorAll("[data-label]")) e.setAttribute("aria-label", word(e.dataset.label));
  document.documentElement.dataset.theme = theme;
  write($("theme"), word(theme === "dark" ? "light" : "dark"));
}

let drawn = null;
const shown = () => drawn;

function draw() {
  const v = drawn = past || newest;
  status();
  if (!v) return;
  document.title = v.title + " – netlab";
  write($("title"), v.title);
  write($("where"), v.where);
  $("where").classList.toggle("world", v.world);
  write($("step"), v.step);
  drawPictures(v);
  put($("story").lastElementChild, v.story);
  $("story").classList.toggle("empty", !v.story);
  put($("question").lastElementChild, v.question);
  $("question").hidden = !v.question;
  write($("verdict"), [v.numbers, [v.verdict, v.level && "(" + v.level + ")"].filter(Boolean).join(" ")].filter(Boolean).join("\n"));
  write($("said"), said || v.said);
  put($("menu"), past ? "" : v.menu);
  $("menu").hidden = past || !v.menu;
  $("black").hidden = !v.blank || !!past;
  fit(v);
}

function drawPictures(v) {
  put($("pictures"), v.pictures.map(() => "<figure><figcaption></figcaption><div></div></figure>").join(""));
  v.pictures.forEach((p, i) => {
    const figure = $("pictures").children[i];
    write(figure.firstElementChild, p.name);
    figure.firstElementChild.hidden = !p.name;
    put(figure.lastElementChild, p.svg);
  });
}

const letter = 21.75; // the height of a label, in a picture's units

// fit finds a layout in which the picture's letters are large enough: beside the words or, if
// it is wide, above them; two pictures side by side or, if they are wide, one above the other.
// Long texts become smaller until they fit, then the story is left out.
function fit(v) {
  const main = document.querySelector("main"), pictures = [...document.querySelectorAll("#pictures svg.ladder")];
  const small = () => pictures.some(svg => letter * svg.parentElement.clientWidth / svg.getAttribute("width") < innerHeight / 66);
  main.classList.toggle("two", pictures.length > 1);
  main.classList.toggle("alone", !v.story && !v.question && !v.verdict && !v.level);
  main.classList.remove("stacked", "over");
  if (small()) main.classList.add(pictures.length > 1 ? "stacked" : "over");
  const box = $("words"), full = [1, 1.06, 1.15, 1.25][v.size + 1] || 1;
  const fits = () => box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
  const shrink = least => {
    for (let k = full; k >= least; k -= 0.04) {
      box.style.setProperty("--fit", k);
      if (fits()) return true;
    }
    return false;
  };
  box.classList.toggle("less", v.size >= 2 && !!v.question);
  if (!shrink(0.76) && v.question) {
    box.classList.add("less");
    shrink(0.6);
  }
  box.classList.toggle("scrolls", !fits()); // a very small window
  if (fits()) box.removeAttribute("tabindex"); else box.tabIndex = 0;
  for (const svg of pictures) frame(svg);
}

// frame shows of a long picture the part around its newest row, in letters that can be read.
function frame(svg) {
  const room = svg.parentElement.getBoundingClientRect();
  const width = +svg.getAttribute("width"), height = +svg.getAttribute("height");
  svg.querySelector(".heads")?.remove();
  if (!room.width || !room.height) return;
  svg.setAttribute("preserveAspectRatio", "xMidYMin meet");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const whole = room.height / height, wide = room.width / width, want = innerHeight / 42 / letter;
  if (whole >= Math.min(wide, want)) return;
  const seen = room.height / Math.min(wide, want); // so many units of height have room in readable letters
  let now = 0;
  for (const e of svg.querySelectorAll("line.arrow, text.state, text.call, text.lost")) now = Math.max(now, +(e.getAttribute("y2") || e.getAttribute("y")));
  const top = Math.max(0, Math.min(now - seen * 0.8, height - seen));
  svg.setAttribute("viewBox", `0 ${top} ${width} ${seen}`);
  if (top === 0) return;
  const heads = document.createElementNS(svg.namespaceURI, "g"); // the hosts' names stay
  heads.setAttribute("class", "heads");
  heads.setAttribute("transform", `translate(0 ${top})`);
  heads.setAttribute("aria-hidden", "true");
  const cover = document.createElementNS(svg.namespaceURI, "rect");
  const names = [...svg.querySelectorAll("text.host")];
  const low = Math.max(...names.map(e => +e.getAttribute("y")));
  for (const [k, x] of Object.entries({class: "cover", width, height: low + 12})) cover.setAttribute(k, x);
  heads.append(cover, ...names.map(e => e.cloneNode(true)));
  svg.append(heads);
}

function status() {
  let text = "", off = true;
  if (newest && newest.over) text = word("over");
  else if (away) text = word(met ? "away" : "joining");
  else if (past) text = word("looking", past.place + 1, newest ? newest.places : past.places);
  else { off = false; text = lead ? "" : word("following"); }
  write($("status"), text);
  $("status").classList.toggle("off", off);
  document.querySelector("footer").classList.toggle("needed", lead && (off || !$("hands").hidden));
  if (lead) return;
  $("follow").hidden = !past;
  const v = past || newest;
  $("earlier").disabled = !v || v.place < 1;
  $("later").disabled = !past;
}

// join listens to the talk, and again when it was away: what comes first is always the newest.
function join() {
  clearTimeout(watch);
  source?.close();
  source = new EventSource("events?lang=" + encodeURIComponent(lang));
  const heard = () => {
    clearTimeout(watch);
    watch = setTimeout(() => { away = true; draw(); join(); }, 40000); // two beats were missed
    if (away) { away = false; met = true; draw(); }
  };
  let waiting = false;
  source.addEventListener("beat", heard);
  source.addEventListener("slide", e => {
    newest = JSON.parse(e.data);
    heard();
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
    if (document.hidden) { waiting = false; draw(); } // no frames are drawn behind other windows
  });
  source.onerror = () => {
    away = true;
    draw();
    if (source.readyState === EventSource.CLOSED) { // it will not try again by itself
      clearTimeout(watch);
      watch = setTimeout(join, 2000);
    }
  };
}

// look shows a place that was shown before; the last one is where the talk is.
async function look(place) {
  if (!newest || lead) return;
  if (place >= newest.places - 1) { past = null; draw(); return; }
  const mine = ++asked;
  try {
    const answer = await fetch(`past?at=${Math.max(0, place)}&lang=${encodeURIComponent(lang)}`);
    if (!answer.ok || mine !== asked) return;
    past = await answer.json();
  } catch { away = true; }
  draw();
}

function speak(l) {
  lang = l;
  remember("lang", l);
  label();
  join();
  if (past) look(past.place);
}

function paint() {
  theme = theme === "dark" ? "light" : "dark";
  remember("theme", theme);
  label();
}

// Commands go one after another: a clicker may be faster than the network.
let queue = Promise.resolve(), queued = 0;
function send(command) {
  if (queued > 20) return;
  queued++;
  queue = queue.then(() => fetch("command", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(command)}))
    .then(answer => { if (!answer.ok) throw answer.status; }).catch(() => { away = true; draw(); }).finally(() => queued--);
}

const acts = {
  PageDown: "next", ArrowRight: "next", ArrowDown: "next", PageUp: "back", ArrowLeft: "back", ArrowUp: "back", Backspace: "back",
  ".": "blank", b: "blank", F5: "first", Home: "first", End: "last", Escape: "escape", Enter: "enter", r: "reveal",
  x: "lose", d: "twice", l: "late", f: "world", L: "live", F: "forks", "+": "larger", "=": "larger", "-": "smaller", "[": "prev_question", "]": "next_question",
};

function hands(show) {
  $("hands").hidden = !show;
  said = "";
  if (show) {
    $("hands").firstElementChild.textContent = word("tally", newest ? newest.letters.trim() : "");
    $("counts").value = "";
    $("counts").focus();
  } else $("counts").blur();
  draw();
}

function count(e) {
  e.preventDefault();
  const list = $("counts").value.trim().split(/[\s,，、]+/).filter(Boolean);
  if (!list.length || list.length > 9 || !list.every(n => /^\d{1,4}$/.test(n))) { said = word("tally_bad"); draw(); return; }
  send({act: "tally", hands: list.map(Number)});
  hands(false);
}

document.addEventListener("keydown", e => {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  if (e.target === $("counts")) {
    if (e.key === "Escape") { e.preventDefault(); hands(false); }
    return;
  }
  if (e.target.closest("button") && (e.key === "Enter" || e.key === " ")) return;
  const own = {Z: () => speak(lang === "en" ? "zh-CN" : "en"), z: () => speak(lang === "en" ? "zh-CN" : "en"), t: paint};
  if (lead) own.a = () => hands(true);
  else Object.assign(own, {d: paint, f: () => look(Infinity), ArrowLeft: earlier, PageUp: earlier, ArrowRight: later, PageDown: later});
  if (!own[e.key] && !(lead && acts[e.key])) return;
  e.preventDefault();
  if (e.repeat) return;
  if (own[e.key]) own[e.key](); else { said = ""; send({act: acts[e.key]}); }
});
const earlier = () => { const v = past || newest; if (v && v.place > 0) look(v.place - 1); };
const later = () => { if (past) look(past.place + 1); };
const press = (id, f) => $(id)?.addEventListener("click", f);
press("earlier", earlier);
press("later", later);
press("follow", () => look(Infinity));
press("goback", () => send({act: "back"}));
press("gonext", () => send({act: "next"}));
press("language", () => speak(lang === "en" ? "zh-CN" : "en"));
press("theme", paint);
$("hands").addEventListener("submit", count);
addEventListener("resize", draw);
label();
draw();
join();
