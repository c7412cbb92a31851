// Links to rows, `#item=ID` and `#TABLE/item=ID`, and the panel that a row opens in.

class Panel {
  constructor(table) {
    this.table = table;
    this.root = table.part("item");
    for (const [name, step] of [["before", -1], ["after", 1]]) {
      table.part(name).addEventListener("click", () => this.step(step));
    }
    table.part("close").addEventListener("click", () => this.close());
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  async open(row) {
    const { table } = this;
    table.open = row;
    const place = table.rows.rows.indexOf(row);
    if (place >= 0) table.rows.go(place, false);
    table.rows.render(true);
    table.part("name").replaceChildren();
    write(table.part("name"), table.data.keyOf(row));
    this.tell();
    const parts = await itemParts(table.data, row);
    if (table.open !== row) return; // another was opened meanwhile
    table.part("body").replaceChildren(...parts);
    this.root.hidden = false;
  }

  // Say where the open row stands among those that are shown now.
  tell() {
    const { table } = this;
    const place = table.rows.rows.indexOf(table.open);
    table.part("place").textContent = place < 0 ? "not among the rows shown" : `${count(place + 1)} of ${count(table.rows.rows.length)} shown`;
    table.part("before").disabled = place <= 0;
    table.part("after").disabled = place < 0 || place + 1 === table.rows.rows.length;
  }

  async step(by) {
    const { table } = this;
    const row = table.rows.rows[table.rows.rows.indexOf(table.open) + by];
    if (row === undefined) return;
    history.replaceState(null, "", table.link(row));
    await this.open(row);
    if (document.activeElement === document.body) this.root.focus();
  }

  close() {
    this.root.hidden = true;
    this.table.open = -1;
    history.replaceState(null, "", `#${this.table.root.id}`);
    this.table.rows.render(true);
    this.table.rows.go(this.table.rows.active, true);
  }
}

async function follow(tables) {
  const found = /^#(?:(.*)\/)?item=(.*)$/s.exec(location.hash);
  if (!found || !tables.length) return;
  const table = found[1] === undefined ? tables[0] : tables.find((one) => one.root.id === found[1]);
  if (!table) return;
  let key = found[2];
  try {
    key = decodeURIComponent(key);
  } catch {
    // not written by us: taken as it is
  }
  const row = table.data.rowOf(key);
  if (row < 0) {
    table.root.scrollIntoView();
    table.part("status").textContent = `no ${table.data.noun[0]} here is called ${plain(key)}`;
    return;
  }
  await table.panel.open(row);
  table.panel.root.focus({ preventScroll: true });
  table.panel.root.scrollIntoView({ block: "nearest" });
}

// After the first paint: the page stands before a long table is unpacked.
requestAnimationFrame(() =>
  setTimeout(async () => {
    const tables = [];
    for (const root of document.querySelectorAll(".items")) {
      try {
        tables.push(await ItemTable.start(root));
      } catch (error) {
        root.querySelector("[data-part=status]").textContent = `this browser cannot unpack the table: ${error.message}`;
      }
    }
    addEventListener("hashchange", () => follow(tables));
    matchMedia("print").addEventListener("change", () => tables.forEach((table) => table.rows.render(true)));
    await follow(tables);
  }),
);
