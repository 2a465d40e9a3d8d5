"use strict";

// Before and after: the two pictures that the menus name, parted where the pointer or the range control says.
for (const article of document.querySelectorAll("article[data-case]")) {
  const sources = Object.fromEntries([...article.querySelectorAll("figure img")].map((img) => [img.alt, img.src]));
  const [before, after] = article.querySelectorAll(".slider img");
  const edge = article.querySelector(".edge");
  const range = article.querySelector("input[type=range]");
  const [left, right] = article.querySelectorAll("select");
  const show = () => { before.src = sources[left.value]; after.src = sources[right.value]; };
  const part = (percent) => {
    after.style.clipPath = `inset(0 0 0 ${percent}%)`;
    edge.style.left = `${percent}%`;
    range.value = percent;
  };
  const follow = (event) => {
    const box = article.querySelector(".slider").getBoundingClientRect();
    part(Math.min(100, Math.max(0, (100 * (event.clientX - box.left)) / box.width)));
  };
  const slider = article.querySelector(".slider");
  slider.addEventListener("pointerdown", (event) => { slider.setPointerCapture(event.pointerId); follow(event); });
  slider.addEventListener("pointermove", (event) => { if (event.buttons || event.pointerType === "mouse") follow(event); });
  slider.addEventListener("dragstart", (event) => event.preventDefault());
  range.addEventListener("input", () => part(range.value));
  for (const image of article.querySelectorAll("figure img")) {
    image.addEventListener("click", (event) => { (event.shiftKey ? left : right).value = image.alt; show(); });
  }
  left.addEventListener("change", show);
  right.addEventListener("change", show);
  show();
  part(50);
}

// Sorting a table by the column whose head is clicked; numbers as numbers, gaps last.
for (const head of document.querySelectorAll("th[data-sort]")) {
  head.addEventListener("click", () => {
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const place = [...head.parentNode.children].indexOf(head);
    const key = (row) => row.cells[place].dataset.value ?? row.cells[place].textContent;
    const compare = (a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return rising ? order : -order;
    };
    body.append(...[...body.rows].sort(compare));
  });
}
