"use strict";
// Puts the procedure's code beside a dream's when the dream is opened, and finds dreams. Works without it, too.
const fill = (dream) => {
  const place = dream.querySelector("[data-procedure]");
  const source = place && document.getElementById("procedure-" + place.dataset.procedure);
  if (source && !place.firstChild) place.textContent = source.textContent;
};
for (const dream of document.querySelectorAll("details.dream")) {
  dream.addEventListener("toggle", () => fill(dream));
  if (dream.open) fill(dream);
}
const text = document.getElementById("find");
const state = document.getElementById("state");
const find = () => {
  const wanted = text.value.trim().toLowerCase();
  let shown = 0;
  for (const dream of document.querySelectorAll("details.dream")) {
    const fits = dream.dataset.find.includes(wanted) && (!state.value || dream.dataset.state.split(" ").includes(state.value));
    dream.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = shown;
};
const open = () => {
  const dream = document.getElementById(location.hash.slice(1));
  if (dream && dream.matches("details.dream")) {
    dream.hidden = false;
    dream.open = true;
    fill(dream);
    dream.scrollIntoView();
  }
};
if (text) {
  text.addEventListener("input", find);
  state.addEventListener("change", find);
}
window.addEventListener("hashchange", open);
open();
