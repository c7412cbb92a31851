// Rows of one height, of which only those in sight exist.

const SPARE = 8; // rows drawn above and below what is in sight
const PRINTED = 100;

class Rows {
  constructor(region, draw) {
    Object.assign(this, { region, draw, rows: [], drawn: new Map(), active: 0, first: -1, last: -1 });
    this.body = region.querySelector("tbody");
    this.above = this.spacer();
    this.below = this.spacer();
    this.body.replaceChildren(this.above, this.below);
    this.wait = 0;
    region.addEventListener("scroll", () => {
      this.wait ||= requestAnimationFrame(() => {
        this.wait = 0;
        this.render();
      });
    });
    region.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.render()).observe(region);
  }

  spacer() {
    const columns = this.region.querySelectorAll("thead th").length;
    return element("tr", { class: "spacer", "aria-hidden": "true" }, element("td", { colspan: columns }));
  }

  show(rows) {
    this.rows = rows;
    this.active = 0;
    this.body.parentElement.setAttribute("aria-rowcount", rows.length + 1); // with the head
    this.region.scrollTop = 0;
    this.render(true);
  }

  get height() {
    return (this.tall ||= this.body.querySelector("tr:not(.spacer)")?.offsetHeight || 0) || 36;
  }

  render(anew = false) {
    const printed = matchMedia("print").matches;
    const spare = printed ? 0 : SPARE;
    const sight = printed ? [0, PRINTED] : [this.region.scrollTop / this.height, this.region.clientHeight / this.height];
    const first = Math.max(0, Math.floor(sight[0]) - spare);
    const last = Math.min(this.rows.length, Math.ceil(sight[0] + sight[1]) + spare);
    if (!anew && first === this.first && last === this.last) return;
    const held = this.body.contains(document.activeElement);
    [this.first, this.last] = [first, last];
    for (const [place, row] of this.drawn) {
      if (anew || place < first || place >= last) this.drawn.delete(place) && row.remove();
    }
    let next = this.above.nextSibling; // what stays in sight stays the element it is: it may be pressed
    for (let place = first; place < last; place += 1) {
      const made = this.drawn.get(place) || this.draw(this.rows[place]);
      made.setAttribute("aria-rowindex", place + 2); // the head is the first
      if (made === next) next = made.nextSibling;
      else this.body.insertBefore(made, next);
      this.drawn.set(place, made);
    }
    this.above.hidden = printed || first === 0;
    this.below.hidden = printed || last === this.rows.length;
    this.above.firstChild.style.height = `${first * this.height}px`;
    this.below.firstChild.style.height = `${(this.rows.length - last) * this.height}px`;
    if (!this.tall && last > first) this.render(true); // now the height of a row is known
    this.rove(held);
  }

  // One row takes the keyboard's focus; arrows move it.
  rove(take) {
    const shown = Math.min(Math.max(this.active, this.first), this.last - 1);
    const links = [...this.body.querySelectorAll("tr:not(.spacer) a")];
    links.forEach((link, place) => (link.tabIndex = this.first + place === shown ? 0 : -1));
    if (take) links[this.active - this.first]?.focus({ preventScroll: true });
  }

  go(place, take) {
    this.active = Math.min(Math.max(place, 0), this.rows.length - 1);
    const [top, page] = [this.active * this.height, this.region.clientHeight - 2 * this.height];
    if (top < this.region.scrollTop) this.region.scrollTop = top;
    if (top > this.region.scrollTop + page) this.region.scrollTop = top - page;
    this.render();
    this.rove(take);
  }

  key(event) {
    if (!this.body.contains(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.region.clientHeight / this.height) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.go(this.active + steps[event.key], true);
  }
}
