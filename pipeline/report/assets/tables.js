// Headings of sortable tables become buttons that sort; numbers by data-order or the digits shown.
"use strict";
(() => {
  const numberOf = (cell) => {
    const text = cell.dataset.order ?? cell.textContent.replace(/[£,%]/g, "");
    const number = parseFloat(text);
    return Number.isNaN(number) ? -Infinity : number;
  };
  const sort = (table, column, heading) => {
    const isAscending = heading.getAttribute("aria-sort") === "descending";
    const isNumber = heading.classList.contains("number");
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isAscending ? "ascending" : "descending");
    const rows = Array.from(table.tBodies[0].rows);
    rows.sort((a, b) => {
      const [one, two] = [a.cells[column], b.cells[column]];
      const order = isNumber ? numberOf(one) - numberOf(two) : one.textContent.localeCompare(two.textContent);
      return isAscending ? order : -order;
    });
    table.tBodies[0].append(...rows);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      if ("unsorted" in heading.dataset) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, column, heading));
      heading.append(button);
    });
  }
})();
