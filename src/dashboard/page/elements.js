// Texts go into the page as text only: names of pipelines, labels and messages come from outside.

/** @param {string | Node} content @param {Record<string, string>} attributes */
export function element(name, content = '', attributes = {}) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(content);
  return node;
}

/** Fills a <dl>; what did not change is not touched. @param {[string, string][]} entries */
export function fillFacts(list, entries) {
  const text = JSON.stringify(entries);
  if (list.dataset.text === text) return;
  list.dataset.text = text;
  list.replaceChildren(
    ...entries.map(([name, value]) => {
      const row = element('div', element('dt', name));
      row.append(element('dd', value));
      return row;
    }),
  );
}

/** A list of things that happened, the newest first, of at most `most` items. */
export function prepend(list, item, most) {
  list.prepend(item);
  while (list.children.length > most) list.lastElementChild.remove();
}
