// How one text differs from another: value by value where both are JSON, else word by word.

const MOST_EDITS = 1500;
const LITTLE = 0.25; // share of words in common under which marks would say nothing

// Words, numbers, spaces, and single signs; scripts without spaces go letter by letter.
const WORDS = /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}_]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\p{L}\p{M}\p{N}_]|$)|./gsu;

// Pieces [sign, text] that lead from one text to another, signs " ", "-" and "+"; null where too much differs.
function byWords(before, after) {
  const one = before.match(WORDS) ?? [];
  const other = after.match(WORDS) ?? [];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const middle = edits(one.slice(start, one.length - end), other.slice(start, other.length - end));
  if (middle === null) return null;
  const same = (words) => words.map((word) => [" ", word]);
  const pieces = [...same(one.slice(0, start)), ...middle, ...same(one.slice(one.length - end))];
  const real = pieces.filter(([, word]) => word.trim() !== "");
  const common = real.filter(([sign]) => sign === " ").length;
  if (real.length && common < LITTLE * real.length) return null;
  return joined(pieces);
}

// The shortest edit by Myers' greedy algorithm (1986), its furthest points kept to walk back on.
function edits(one, other) {
  const most = Math.min(one.length + other.length, MOST_EDITS);
  const furthest = new Int32Array(2 * most + 3);
  const trail = [];
  for (let depth = 0; depth <= most; depth += 1) {
    trail.push(furthest.slice(most + 1 - depth - 1, most + 1 + depth + 2));
    for (let k = -depth; k <= depth; k += 2) {
      const at = most + 1 + k;
      const down = k === -depth || (k !== depth && furthest[at - 1] < furthest[at + 1]);
      let x = down ? furthest[at + 1] : furthest[at - 1] + 1;
      while (x < one.length && x - k < other.length && one[x] === other[x - k]) x += 1;
      furthest[at] = x;
      if (x >= one.length && x - k >= other.length) return walked(one, other, trail);
    }
  }
  return null;
}

function walked(one, other, trail) {
  const pieces = [];
  let [x, y] = [one.length, other.length];
  for (let depth = trail.length - 1; depth >= 0; depth -= 1) {
    const at = (k) => trail[depth][k + depth + 1];
    const k = x - y;
    const down = k === -depth || (k !== depth && at(k - 1) < at(k + 1));
    const fromX = down ? at(k + 1) : at(k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > 0 && y > 0 && x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      pieces.push([" ", one[x]]);
    }
    if (depth > 0) {
      if (down) pieces.push(["+", other[--y]]);
      else pieces.push(["-", one[--x]]);
    }
  }
  return pieces.reverse();
}

// Neighbours of one sign in one piece; of a change, what went before what came.
function joined(pieces) {
  const whole = [];
  let gone = "";
  let come = "";
  const flush = () => {
    if (gone) whole.push(["-", gone]);
    if (come) whole.push(["+", come]);
    gone = come = "";
  };
  for (const [sign, word] of pieces) {
    if (sign === "-") gone += word;
    else if (sign === "+") come += word;
    else {
      flush();
      if (whole.length && whole.at(-1)[0] === " ") whole.at(-1)[1] += word;
      else whole.push([" ", word]);
    }
  }
  flush();
  return whole;
}

const EXACT = Symbol("a number as it is written");

// An object or array that a text is, as a map from JSON pointers to written values; null where it is none.
function leaves(text) {
  if (text === null || !/^\s*[[{]/.test(text)) return null;
  try {
    const found = new Map();
    collect(JSON.parse(text, exact), "", found);
    return found;
  } catch {
    return null; // no JSON, or nested too deep to walk
  }
}

// Numbers past what a browser holds exactly are compared as they are written.
function exact(_, value, context) {
  const long = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return long && context?.source ? { [EXACT]: context.source } : value;
}

function collect(value, pointer, found) {
  if (typeof value !== "object" || value === null) found.set(pointer, JSON.stringify(value));
  else if (value[EXACT]) found.set(pointer, value[EXACT]);
  else if (Object.keys(value).length === 0) found.set(pointer, Array.isArray(value) ? "[]" : "{}");
  else {
    for (const [key, inner] of Object.entries(value)) {
      collect(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, found);
    }
  }
}

// Lines [pointer, before, after] of two JSON texts, undefined on the side that has none; null where one is no JSON.
function byValues(before, after) {
  const [one, other] = [leaves(before), leaves(after)];
  if (one === null || other === null) return null;
  const lines = [...other].map(([pointer, value]) => [pointer, one.get(pointer), value]);
  const missing = [...one].filter(([pointer]) => !other.has(pointer));
  return [...lines, ...missing.map(([pointer, value]) => [pointer, value, undefined])];
}
