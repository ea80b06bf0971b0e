"use strict";
const articles = [...document.querySelectorAll("article")];
const texts = articles.map((article) => article.textContent.toLowerCase());
const found = document.getElementById("found");
document.getElementById("search").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  articles.forEach((article, i) => {
    article.hidden = !words.every((word) => texts[i].includes(word));
    shown += article.hidden ? 0 : 1;
  });
  found.textContent = `${shown} of ${articles.length} tables and macros`;
});
