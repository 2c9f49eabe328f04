"use strict";
// Reading values off the charts. Each chart's table is the data: rows carry their x, cells of means their y, in drawing units.
for (const chart of document.querySelectorAll(".chart")) {
  const plot = chart.querySelector(".plot");
  if (!plot) continue;
  const svg = plot.querySelector("svg");
  const cursor = svg.querySelector(".cursor");
  const rule = cursor.querySelector("path");
  const tooltip = plot.querySelector(".tooltip");
  const headings = [...chart.querySelectorAll(".values thead th")];
  const rows = [...chart.querySelectorAll(".values tbody tr")];
  const swatches = chart.querySelectorAll(".legend .swatch");
  let shown = rows.length - 1;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const show = (index) => {
    shown = index;
    const row = rows[index];
    const x = Number(row.dataset.x);
    rule.setAttribute("transform", `translate(${x} 0)`);
    cursor.replaceChildren(rule);
    tooltip.replaceChildren(element("p", "at", `${headings[0].textContent} ${row.cells[0].textContent}`));

    headings.forEach((heading, column) => {
      if (column === 0) return;
      const { series, name, mean } = heading.dataset;
      const { textContent: text, dataset: { y } } = row.cells[column];
      if (mean !== undefined) tooltip.append(swatches[series].cloneNode(true), element("span", "name", name), element("b", "", text || "–"), element("span", "seeds", ""));
      else if (text !== "") tooltip.lastChild.append(element("small", "", text));
      if (y !== undefined) {
        const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        dot.setAttribute("class", `dot s${series}`);
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", y);
        dot.setAttribute("r", 4);
        cursor.append(dot);
      }
    });

    plot.classList.add("reading");
    // Below the plot, centered on the cursor, so that no curve is covered; above it where the window ends.
    const place = x * svg.clientWidth / svg.viewBox.baseVal.width - tooltip.offsetWidth / 2;
    tooltip.style.left = `${Math.max(0, Math.min(plot.clientWidth - tooltip.offsetWidth, place))}px`;
    tooltip.classList.toggle("above", plot.getBoundingClientRect().bottom + tooltip.offsetHeight > innerHeight);
  };

  const hide = () => plot.classList.remove("reading");

  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const distance = (row) => Math.abs(Number(row.dataset.x) - x);
    return rows.reduce((best, row, index) => distance(rows[best]) > distance(row) ? index : best, 0);
  };

  plot.addEventListener("pointermove", (event) => show(nearest(event)));
  plot.addEventListener("pointerdown", (event) => show(nearest(event)));
  plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
  plot.addEventListener("focus", () => { if (plot.matches(":focus-visible")) show(shown); });
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const last = rows.length - 1;
    const target = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") hide();
    if (target === undefined) return;
    event.preventDefault();
    show(Math.max(0, Math.min(last, target)));
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      // Without permission for the clipboard, select the text so that the reader's own copy works.
      getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
  });
}
