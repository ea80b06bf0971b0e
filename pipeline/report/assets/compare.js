// The tables of shares as chosen; each row's bar is drawn from the same numbers as its words.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const selects = Array.from(document.querySelectorAll("[data-choice]"));
  const boxes = Array.from(document.querySelectorAll("[data-town]"));
  const alike = document.querySelector("#alike");

  const cell = (text, isNumber, order) => {
    const made = document.createElement("td");
    made.textContent = text;
    if (isNumber) made.className = "number";
    else if (text.length > 28) made.className = "long";
    if (order !== undefined) made.dataset.order = order;
    return made;
  };
  const drawn = (row) => {
    const made = document.createElement("td");
    made.className = "drawn";
    if (row.low === null || row.high === null) return made;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${row.town_name} ${row.financial_year}: ${row.in_town}`);
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("class", `mark ${row.is_pale ? "unknown" : "town"}`);
    bar.setAttribute("x", `${row.low * 100}%`);
    bar.setAttribute("width", `${Math.max((row.high - row.low) * 100, 0.6)}%`);
    bar.setAttribute("height", "16");
    svg.append(bar);
    made.append(svg);
    return made;
  };
  const TABLES = {
    shares: (row) => [
      cell(row.town_name), cell(row.financial_year), cell(row.amount_basis), cell(row.pounds, true),
      cell(row.in_town, true, row.low ?? -1), drawn(row), cell(row.in_county, true), cell(row.said),
    ],
    like_for_like: (row) => [
      cell(row.town_name), cell(row.other_town_name), cell(row.financial_year), cell(row.amount_basis),
      cell(row.months), cell(row.pounds, true), cell(row.in_town, true, row.low ?? -1), drawn(row),
      cell(row.said),
    ],
  };
  const show = () => {
    const name = alike.checked ? "like_for_like" : "shares";
    for (const part of document.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
    const towns = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.town));
    const shown = selects.filter((select) => !select.closest("[hidden]"));
    const wanted = shown.filter((select) => select.value !== "all years");
    const rows = window.anchorspend[name].filter((row) => towns.has(row.town_name)
      && (row.other_town_name === undefined || towns.has(row.other_town_name))
      && wanted.every((select) => row[select.dataset.choice] === select.value));
    document.querySelector(`#${name} tbody`).replaceChildren(...rows.map((row) => {
      const made = document.createElement("tr");
      made.append(...TABLES[name](row));
      return made;
    }));
    const counted = Array.from(new Set(rows.flatMap((row) => row.anchors ?? [])));
    document.querySelector("#counted").textContent =
      counted.length ? `Bodies counted, if not in every year: ${counted.sort().join(", ")}.` : "";
    document.querySelector("#chosen").textContent = [
      alike.checked ? "Like for like" : "As published",
      ...shown.map((select) => `${select.labels[0].firstChild.data.trim()}: ${select.selectedOptions[0].textContent}`),
    ].join("; ");
    document.querySelector("#count").textContent =
      rows.length ? `${rows.length} rows` : "Nothing is held for this choice.";
  };
  for (const input of [...selects, ...boxes, alike]) input.addEventListener("change", show);
  alike.checked = location.hash === "#like-for-like";
  show();
})();
