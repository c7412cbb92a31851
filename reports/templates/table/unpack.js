// What the page carries, lines of base64 of gzipped JSON, to a table's columns and texts.

const bytes = (line) =>
  Uint8Array.fromBase64 ? Uint8Array.fromBase64(line) : Uint8Array.from(atob(line), (letter) => letter.charCodeAt(0));

const unpack = (line) =>
  new Response(new Blob([bytes(line)]).stream().pipeThrough(new DecompressionStream("gzip"))).json();

class Data {
  static async read(element) {
    const lines = element.textContent.split("\n");
    element.remove(); // the text is held here, once
    return new Data(await unpack(lines[0]), lines.slice(1));
  }

  constructor(head, lines) {
    Object.assign(this, head);
    this.lines = lines;
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.slotOf = new Int32Array(this.rows).fill(-1);
    for (const column of this.columns.filter((one) => one.kind === "choice")) {
      column.sets ??= column.words.map((_, at) => [at]);
      column.shown = column.sets.map((set) => set.map((at) => column.words[at]).join(", "));
    }
    this.slots.forEach((row, slot) => (this.slotOf[row] = slot));
  }

  // The value of a cell: text, number, true or false; null where there is none.
  value(column, row) {
    if (column.kind === "choice") return column.shown[column.codes[row]] ?? null;
    const value = column.values[row];
    return column.kind === "flag" && value !== null ? value === 1 : value;
  }

  keyOf(row) {
    return String(this.byName.get(this.key).values[row]);
  }

  rowOf(key) {
    return this.byName.get(this.key).values.findIndex((value) => String(value) === key);
  }

  // The texts of a row, one for each detail; null where the page does not carry them.
  async texts(row) {
    const slot = this.slotOf[row];
    if (slot < 0) return null;
    let line = this.starts.length - 1;
    while (this.starts[line] > slot) line -= 1;
    const texts = await unpack(this.lines[line]);
    return texts.map((column) => column[slot - this.starts[line]]);
  }
}
