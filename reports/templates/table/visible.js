// Text of the data as text: never markup, and what hides or steers is written out as ⟨U+202E⟩.

const HIDDEN =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ue000-\uf8ff\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const code = (letter) => `⟨U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

const plain = (text) => text.replace(HIDDEN, code);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Append text to an element, each hidden character in a mark.
function write(parent, text) {
  let from = 0;
  for (const found of text.matchAll(HIDDEN)) {
    parent.append(text.slice(from, found.index), element("span", { class: "mark" }, code(found[0])));
    from = found.index + found[0].length;
  }
  parent.append(text.slice(from));
  return parent;
}
