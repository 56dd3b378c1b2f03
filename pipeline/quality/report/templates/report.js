"use strict";
(() => {
  // Sorting: a click on a column's head orders the rows of its table.
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    table.tHead.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const head = button.closest("th");
      const index = [...head.parentNode.children].indexOf(head);
      const down = head.getAttribute("aria-sort") === "ascending" ||
        (head.classList.contains("n") && head.getAttribute("aria-sort") !== "descending");
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => {
        const cell = row.cells[index];
        const given = cell.dataset.value;
        return given === undefined ? cell.textContent.trim() : given === "" ? NaN : Number(given);
      };
      const rows = [...body.rows].map((row) => [value(row), row]);
      rows.sort(([a], [b]) => {
        if (typeof a === "number" && typeof b === "number") {
          if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1; // rows without a value come last
          if (Number.isNaN(b)) return -1;
          return down ? b - a : a - b;
        }
        return String(a).localeCompare(String(b), "en", { numeric: true }) * (down ? -1 : 1);
      });
      body.append(...rows.map(([, row]) => row));
    });
  }

  // Filtering tables by their text.
  for (const input of document.querySelectorAll("input[data-filters]")) {
    const table = document.getElementById(input.dataset.filters);
    const only = document.querySelector(`[data-only="${input.dataset.filters}"]`);
    const apply = () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      const strict = only !== null && only.getAttribute("aria-pressed") === "true";
      for (const row of table.tBodies[0].rows) {
        row.hidden = (strict && !row.classList.contains("bad")) ||
          !row.textContent.toLocaleLowerCase().includes(wanted);
      }
    };
    input.addEventListener("input", apply);
    if (only) only.addEventListener("click", () => {
      only.setAttribute("aria-pressed", String(only.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  }

  // Filtering and ordering segments.
  const list = document.getElementById("cards");
  if (!list) return;
  const cards = [...list.children];
  const search = document.getElementById("search");
  const byDocument = document.getElementById("by-document");
  const byCheck = document.getElementById("by-check");
  const order = document.getElementById("order");
  const count = document.getElementById("count");
  const show = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const card of cards) {
      const checks = card.dataset.checks.split(" ");
      const hit = (!byDocument.value || card.dataset.document === byDocument.value) &&
        (!byCheck.value || (byCheck.value === "*" ? card.dataset.gravity !== "0" : checks.includes(byCheck.value))) &&
        (!wanted || card.textContent.toLocaleLowerCase().includes(wanted));
      card.hidden = !hit;
      if (hit) shown += 1;
    }
    count.textContent = `${shown} of ${cards.length} sentences`;
  };
  const sort = () => {
    const key = order.value;
    const value = (card) => (card.dataset[key] === "" ? Infinity : Number(card.dataset[key]));
    list.append(...[...cards].sort((a, b) => value(a) - value(b)));
  };
  search.addEventListener("input", show);
  byDocument.addEventListener("change", show);
  byCheck.addEventListener("change", show);
  order.addEventListener("change", sort);
  for (const link of document.querySelectorAll("a[data-check]")) {
    link.addEventListener("click", () => { byCheck.value = link.dataset.check; show(); });
  }
  for (const link of document.querySelectorAll("a[data-show-document]")) {
    link.addEventListener("click", () => {
      byDocument.value = link.dataset.showDocument;
      byCheck.value = "";
      show();
    });
  }
  // A link to a segment that a filter hides shows it again.
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.hidden) {
      search.value = ""; byDocument.value = ""; byCheck.value = "";
      show();
      target.scrollIntoView();
    }
  });
  show();
})();
