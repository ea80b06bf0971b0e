// The table of shares as chosen; each row's bar is drawn from the same numbers as its words.
"use strict";
(() => {
  const KEYS = ["town_name", "financial_year", "amount_basis", "publisher_kind", "scope", "local_definition", "payees"];
  const SVG = "http://www.w3.org/2000/svg";
  const body = document.querySelector("#shares tbody");
  const selects = Array.from(document.querySelectorAll("[data-choice]"));
  const boxes = Array.from(document.querySelectorAll("[data-town]"));

  const cell = (text, isNumber, order) => {
    const made = document.createElement("td");
    made.textContent = text;
    if (isNumber) made.className = "number";
    if (order !== undefined) made.dataset.order = order;
    return made;
  };
  const drawn = (low, high, isPale, words) => {
    const made = document.createElement("td");
    made.className = "drawn";
    if (low === null || high === null) return made;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", words);
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("class", `mark ${isPale ? "unknown" : "town"}`);
    bar.setAttribute("x", `${low * 100}%`);
    bar.setAttribute("width", `${Math.max((high - low) * 100, 0.6)}%`);
    bar.setAttribute("height", "16");
    svg.append(bar);
    made.append(svg);
    return made;
  };
  const show = () => {
    const towns = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.town));
    const wanted = selects.map((select) => [KEYS.indexOf(select.dataset.choice), select.value])
      .filter(([, value]) => value !== "all years");
    const rows = window.anchorspend.filter((row) =>
      towns.has(row[0]) && wanted.every(([key, value]) => row[key] === value));
    body.replaceChildren(...rows.map((row) => {
      const [pounds, town, county, low, high, reason] = row.slice(KEYS.length);
      const made = document.createElement("tr");
      made.append(cell(row[0]), cell(row[1]), cell(row[2]), cell(pounds, true), cell(town, true, low ?? -1),
        drawn(low, high, reason !== "", `${row[0]} ${row[1]}: ${town}`), cell(county, true),
        cell(reason ? `no: ${reason}` : "yes"));
      return made;
    }));
    document.querySelector("#count").textContent =
      rows.length ? `${rows.length} rows` : "Nothing is held for this choice.";
  };
  for (const input of [...selects, ...boxes]) input.addEventListener("change", show);
  show();
})();
