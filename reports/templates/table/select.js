// Which rows are asked for, and in which order.

// Texts in lower case, one after another, each row's end known: one search finds every row that holds a word.
class Haystack {
  constructor() {
    this.pieces = [];
    this.rows = [];
    this.ends = [];
    this.size = 0;
  }

  add(row, texts) {
    const piece = texts.filter((text) => text !== null).join("\n").toLowerCase() + "\n";
    this.pieces.push(piece);
    this.rows.push(row);
    this.size += piece.length;
    this.ends.push(this.size);
  }

  whole() {
    this.text = this.pieces.join("");
    this.pieces = null;
    return this;
  }

  find(word, hits) {
    let place = 0;
    let at = this.text.indexOf(word);
    while (at >= 0) {
      while (this.ends[place] <= at) place += 1;
      hits[this.rows[place]] = 1;
      at = this.text.indexOf(word, this.ends[place]);
    }
  }
}

class Search {
  constructor(data) {
    this.data = data;
    this.read = 0; // lines of texts that can be searched
  }

  // The texts that rows show, made ready when first asked for.
  get stacks() {
    if (this.made) return this.made;
    const texts = this.data.columns.filter((column) => column.kind === "text");
    const stack = new Haystack();
    for (let row = 0; row < this.data.rows; row += 1) stack.add(row, texts.map((column) => column.values[row]));
    return (this.made = [stack.whole()]);
  }

  get ready() {
    return this.read === this.data.lines.length;
  }

  // Unpack all texts; many callers, one reading.
  prepare(told) {
    this.reading ||= this.readAll(told);
    return this.reading;
  }

  async readAll(told) {
    const { lines, starts, slots } = this.data;
    for (; this.read < lines.length; this.read += 1) {
      const columns = await unpack(lines[this.read]);
      const stack = new Haystack();
      columns[0].forEach((_, place) => {
        stack.add(slots[starts[this.read] + place], columns.map((column) => column[place]));
      });
      this.stacks.push(stack.whole());
      told((this.read + 1) / lines.length);
    }
  }

  // Keep of the mask the rows that hold every word; words in quotes are one.
  narrow(mask, query) {
    const choices = this.data.columns.filter((column) => column.kind === "choice");
    for (const [all, quoted] of query.toLowerCase().matchAll(/"([^"]+)"|\S+/g)) {
      const hits = new Uint8Array(mask.length);
      this.stacks.forEach((stack) => stack.find(quoted ?? all, hits));
      for (const { shown, codes } of choices) {
        const held = shown.map((word) => word.toLowerCase().includes(quoted ?? all));
        if (held.includes(true)) codes.forEach((code, row) => (hits[row] |= held[code]));
      }
      for (let row = 0; row < mask.length; row += 1) mask[row] &= hits[row];
    }
  }
}

// Keep of the mask the rows where one of the columns has the word.
function narrowByWord(mask, columns, word) {
  const held = columns.map(({ words, sets }) => {
    const at = words.indexOf(word);
    return sets.map((set) => set.includes(at));
  });
  for (let row = 0; row < mask.length; row += 1) {
    mask[row] &= columns.some(({ codes }, place) => held[place][codes[row]]);
  }
}

// How many rows have each word in any of the columns.
function counted(columns, words) {
  const ids = new Map(words.map((word, id) => [word, id]));
  const known = columns.map((column) => column.sets.map((set) => set.map((at) => ids.get(column.words[at]) ?? -1)));
  const many = new Uint32Array(words.length);
  const last = new Int32Array(words.length).fill(-1); // row in which a word was met
  for (let row = 0; row < columns[0].codes.length; row += 1) {
    columns.forEach(({ codes }, place) => {
      for (const id of known[place][codes[row]] ?? []) {
        if (id >= 0 && last[id] !== row) many[id] += 1;
        if (id >= 0) last[id] = row;
      }
    });
  }
  return many;
}

function narrowByPresence(mask, column) {
  for (let row = 0; row < mask.length; row += 1) mask[row] &= column.codes[row] >= 0 ? 1 : 0;
}

function narrowByFlag(mask, column, wanted) {
  for (let row = 0; row < mask.length; row += 1) mask[row] &= column.values[row] === wanted ? 1 : 0;
}

function narrowByRange(mask, column, low, high) {
  for (let row = 0; row < mask.length; row += 1) {
    const value = column.values[row];
    mask[row] &= value !== null && value >= low && value <= high ? 1 : 0;
  }
}

// Texts in an order as a reader's: numbers in them count as numbers, and case for nothing.
const natural = (text) => text && text.replace(/[0-9]+/g, (digits) => digits.padStart(20, "0")).toLowerCase();

// All rows by a column, once for each column and direction; rows without a value come last, equal ones stay in order.
function sorted(data, column, falling) {
  const name = falling ? "falling" : "rising";
  if (column[name]) return column[name];
  let { values } = column;
  if (column.kind === "choice") values = column.codes.map((code) => (code < 0 ? null : code));
  if (column.kind === "text") values = values.map(natural);
  const rows = Uint32Array.from({ length: data.rows }, (_, row) => row);
  const sign = falling ? -1 : 1;
  column[name] = rows.sort((a, b) => {
    const [one, other] = [values[a], values[b]];
    if (one === other) return a - b;
    if (one === null || other === null) return one === null ? 1 : -1;
    return one < other ? -sign : sign;
  });
  return column[name];
}

function selected(mask, order) {
  const rows = new Uint32Array(mask.length);
  let size = 0;
  for (let place = 0; place < mask.length; place += 1) {
    const row = order ? order[place] : place;
    if (mask[row]) rows[size++] = row;
  }
  return rows.subarray(0, size);
}
