// Suppliers whose name, number or publisher holds every word that is typed; 200 rows at most.
"use strict";
(() => {
  const MOST = 200;
  const { publishers, rows } = window.anchorspend;
  const texts = rows.map(([name, by, register]) => `${name} ${register} ${publishers[by]}`.toLowerCase());
  const body = document.querySelector("#found tbody");
  const input = document.querySelector("#sought");
  const cell = (content, isNumber, order) => {
    const made = document.createElement("td");
    made.append(content);
    if (isNumber) made.className = "number";
    if (order !== undefined) made.dataset.order = order;
    return made;
  };
  const named = (name, path) => {
    if (!path) return name;
    const link = document.createElement("a");
    link.href = path;
    link.textContent = name;
    return link;
  };
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    texts.forEach((text, index) => {
      if (words.every((word) => text.includes(word))) found.push(rows[index]);
    });
    body.replaceChildren(...found.slice(0, MOST).map(([name, by, register, pounds, order, path]) => {
      const made = document.createElement("tr");
      made.append(cell(named(name, path)), cell(register), cell(publishers[by]), cell(pounds, true, order));
      return made;
    }));
    const shown = found.length > MOST ? `, the ${MOST} paid most are shown` : "";
    document.querySelector("#count").textContent = `${found.length.toLocaleString("en-GB")} suppliers${shown}`;
  };
  input.addEventListener("input", show);
  show();
})();
