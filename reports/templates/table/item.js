// What a row opens to: all its columns, its texts, and how the answers differ.

const LONGEST = 100000; // characters of a text that are drawn
const MOST_LINES = 400;

function text(words, class_ = "") {
  const shown = element("pre", { tabindex: "0", dir: "auto", class: class_ });
  write(shown, words.slice(0, LONGEST));
  if (words.length > LONGEST) shown.append(element("em", {}, ` … and ${count(words.length - LONGEST)} more characters`));
  return shown;
}

function markedWords(pieces) {
  const shown = element("pre", { tabindex: "0", dir: "auto" });
  const names = { "-": "del", "+": "ins" };
  for (const [sign, words] of pieces) {
    if (sign === " ") write(shown, words);
    else shown.append(write(element(names[sign]), words));
  }
  return shown;
}

function markedValues(lines) {
  const changed = lines.filter(([, before, after]) => before !== after);
  const list = element("ul", { class: "values" });
  for (const [pointer, before, after] of [...changed, ...lines.filter((line) => !changed.includes(line))].slice(0, MOST_LINES)) {
    const line = element("li", before === after ? { class: "same" } : {}, write(element("code"), pointer || "/"), " ");
    if (before !== after && before !== undefined) line.append(write(element("del"), before), " ");
    if (before !== after && after !== undefined) line.append(write(element("ins"), after));
    if (before === after) line.append(write(element("span"), after));
    list.append(line);
  }
  if (lines.length > MOST_LINES) list.append(element("li", {}, `and ${count(lines.length - MOST_LINES)} more`));
  return list;
}

// The two texts compared, and a line on how.
function difference(label, before, after) {
  const name = label[0].toLowerCase() + label.slice(1);
  if (before === after) return [element("p", { class: "how" }, `the same as the ${name}`), text(after)];
  const values = byValues(before, after);
  if (values) {
    const many = values.filter(([, one, other]) => one !== other).length;
    const how = many ? `${count(many)} of ${count(values.length)} values differ from the ${name}` : `the same values as the ${name}`;
    return [element("p", { class: "how" }, how), markedValues(values), element("details", {}, element("summary", {}, "as written"), text(after))];
  }
  const pieces = byWords(before.slice(0, LONGEST), after.slice(0, LONGEST));
  if (pieces) return [element("p", { class: "how" }, `words that differ from the ${name}`), markedWords(pieces)];
  return [element("p", { class: "how" }, `little in common with the ${name}`), text(after)];
}

function facts(data, row) {
  const list = element("dl", { class: "facts" });
  for (const column of data.columns) {
    const label = column.family ? `${column.label}: ${column.family[0]}` : column.label;
    const told = write(element("dd"), written(data, column, row));
    if (column.unit) told.append(` ${column.unit}`);
    list.append(element("div", {}, write(element("dt"), label), told));
  }
  return list;
}

async function itemParts(data, row) {
  const parts = [facts(data, row)];
  if (!data.details.length) return parts;
  const texts = await data.texts(row);
  if (texts === null) {
    return [...parts, element("p", { class: "empty" }, "The page does not carry the texts of this row; the run's files do.")];
  }
  const named = new Map(data.details.map((detail, place) => [detail.name, { ...detail, text: texts[place] }]));
  const sides = element("div", { class: "sides" });
  for (const { label, beside, against, text: words } of named.values()) {
    const part = element("div", { class: "side" }, write(element("h4"), label));
    const other = named.get(against);
    if (words === null) part.append(element("p", { class: "how" }, "none"));
    else if (other && other.text !== null) part.append(...difference(other.label, other.text, words));
    else part.append(text(words));
    if (beside) sides.append(part);
    else parts.push(part);
  }
  return sides.children.length ? [...parts, sides] : parts;
}
