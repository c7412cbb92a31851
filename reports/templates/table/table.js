// The table itself: its controls, its rows, and the links that open one.

const NONE = "–";
const MOST_WORDS = 300; // of a list to choose from
const count = (number) => number.toLocaleString("en-US");

function written(data, column, row) {
  const value = data.value(column, row);
  if (value === null) return NONE;
  if (column.kind === "flag") return value ? "yes" : "no";
  if (column.kind !== "number") return value;
  if (Number.isInteger(value) && !column.digits) return count(value);
  return column.digits ? value.toFixed(column.digits) : String(+value.toPrecision(4));
}

class ItemTable {
  static async start(root) {
    const data = await Data.read(document.getElementById(`${root.id}-data`));
    return new ItemTable(root, data);
  }

  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.search = new Search(data);
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.filters = [];
    this.order = null;
    this.open = -1;
    this.rows = new Rows(this.part("rows"), (row) => this.draw(row));
    this.panel = new Panel(this);
    this.controls();
    this.heads();
    root.classList.add("live");
    this.update();
  }

  controls() {
    const place = this.part("filters");
    const families = new Map();
    for (const column of this.data.columns.filter((one) => one.filter)) {
      const family = column.family?.[0] ?? column.name;
      families.set(family, [...(families.get(family) ?? []), column]);
    }
    for (const columns of families.values()) {
      if (columns[0].kind === "choice") this.choice(place, columns);
      else if (columns[0].kind === "flag") this.flag(place, columns[0]);
      else if (columns[0].kind === "number") this.range(place, columns[0]);
    }
    const box = this.part("search");
    let wait = 0;
    box.addEventListener("focus", () => this.search.prepare((share) => this.reading(share)).then(() => this.update()), { once: true });
    box.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(() => this.update(), 120);
    });
    box.form.addEventListener("submit", (event) => event.preventDefault());
    this.part("clear").addEventListener("click", () => {
      for (const field of this.root.querySelectorAll(".controls input, .controls select")) field.value = "";
      this.update();
    });
  }

  field(place, label, control) {
    control.addEventListener("change", () => this.update());
    place.append(element("label", {}, write(element("span"), label), control));
    return control;
  }

  list(choices, any) {
    const made = element("select", {}, element("option", { value: "" }, any));
    for (const [value, words] of choices) made.append(element("option", { value }, plain(words)));
    return made;
  }

  choice(place, columns) {
    let words = [...new Set(columns.flatMap((column) => column.words))];
    const more = words.length - MOST_WORDS;
    if (more > 0) {
      const many = counted(columns, words);
      const order = [...words.keys()].sort((a, b) => many[b] - many[a]).slice(0, MOST_WORDS);
      words = order.map((at) => words[at]);
    }
    const [label, apart] = columns[0].family ?? [columns[0].label, null];
    const which = this.field(place, label, this.list(words.map((word, at) => [at, word]), "any"));
    if (more > 0) which.append(element("option", { disabled: "" }, `and ${count(more)} more: search finds them`));
    const names = columns.map((column, at) => [at, column.label]);
    const one = columns.length > 1 ? this.field(place, apart, this.list(names, "any")) : null;
    let told = null; // by which column the words were counted
    this.filters.push((mask) => {
      const asked = one?.value ? [columns[one.value]] : columns;
      if (told !== one?.value) counted(asked, words).forEach((rows, at) => (which.options[at + 1].text = plain(`${words[at]} (${count(rows)})`)));
      told = one?.value;
      if (which.value) narrowByWord(mask, asked, words[which.value]);
      else if (one?.value) narrowByPresence(mask, asked[0]);
    });
  }

  flag(place, column) {
    const which = this.field(place, column.label, this.list([["1", "yes"], ["0", "no"]], "any"));
    this.filters.push((mask) => which.value && narrowByFlag(mask, column, Number(which.value)));
  }

  range(place, column) {
    const [low, high] = ["from", "to"].map((end) =>
      this.field(place, `${column.label} ${end}`, element("input", { type: "number", step: "any" })),
    );
    const bound = (field, without) => (field.value === "" ? without : Number(field.value));
    this.filters.push((mask) => {
      if (low.value + high.value) narrowByRange(mask, column, bound(low, -Infinity), bound(high, Infinity));
    });
  }

  heads() {
    for (const head of this.root.querySelectorAll("thead th")) {
      head.querySelector("button").addEventListener("click", () => {
        const next = { none: "descending", descending: "ascending", ascending: "none" }[head.getAttribute("aria-sort")];
        for (const other of this.root.querySelectorAll("thead th")) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", next);
        const column = this.data.byName.get(head.dataset.column);
        this.order = next === "none" ? null : sorted(this.data, column, next === "descending");
        this.update();
      });
    }
  }

  reading(share) {
    this.part("status").textContent = share < 1 ? `reading the texts: ${Math.floor(share * 100)}%` : "";
  }

  update() {
    const mask = new Uint8Array(this.data.rows).fill(1);
    for (const filter of this.filters) filter(mask);
    const query = this.part("search").value.trim();
    if (query) this.search.narrow(mask, query);
    const rows = selected(mask, this.order);
    this.rows.show(rows);
    this.panel.tell();
    const [one, many] = this.data.noun;
    const said = `${count(rows.length)} of ${count(this.data.rows)} ${this.data.rows === 1 ? one : many}${this.beyond()}`;
    this.part("status").textContent = query && !this.search.ready ? `${said}; still reading the texts` : said;
    this.part("nothing").hidden = rows.length > 0;
    this.part("printed").textContent = rows.length > PRINTED ? `Printed are the first ${PRINTED} of ${count(rows.length)}.` : "";
  }

  // How many rows there are, where the page does not have them all.
  beyond() {
    return this.data.whole > this.data.rows ? ` here, of ${count(this.data.whole)} in all` : "";
  }

  link(row) {
    const prefix = document.querySelector(".items") === this.root ? "" : `${this.root.id}/`;
    return `#${prefix}item=${encodeURIComponent(this.data.keyOf(row))}`;
  }

  draw(row) {
    const made = element("tr", row === this.open ? { class: "open" } : {});
    for (const head of this.root.querySelectorAll("thead th")) {
      const column = this.data.byName.get(head.dataset.column);
      const words = plain(written(this.data, column, row).slice(0, 200));
      const cell = element("td", { class: column.kind, title: words });
      if (column.name === this.data.key) cell.append(element("a", { href: this.link(row) }, words));
      else cell.textContent = words;
      made.append(cell);
    }
    made.addEventListener("click", (event) => {
      if (event.target.tagName !== "A" && !String(getSelection())) location.hash = this.link(row);
    });
    return made;
  }
}
