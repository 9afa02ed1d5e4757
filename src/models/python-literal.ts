/**
 * Labels as a Python literal, as AWS's DLR components keep them: a list or tuple of strings, or a dict from class number to
 * string. Nothing else of Python is understood.
 * @throws Error with the place where it is something else
 */
export function parsePythonLabels(text: string): string[] {
  const tokens = tokenize(text);
  const open = tokens.shift()?.text ?? '';
  const close = { '[': ']', '(': ')', '{': '}' }[open];
  if (close === undefined || tokens.pop()?.text !== close) throw new Error(`it is no complete list or dict`);
  return open === '{' ? dictItems(tokens) : listItems(tokens);
}

interface Token {
  readonly kind: 'string' | 'number' | 'sign';
  readonly text: string;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|#[^\n]*|[urURbB]?('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(\d+)|([[\](){},:])/gsy;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new Error(`there is "${text.slice(at, at + 12)}" at character ${at + 1}`);
    at = pattern.lastIndex;
    if (match[1] !== undefined) tokens.push({ kind: 'string', text: unquote(match[1]) });
    else if (match[2] !== undefined) tokens.push({ kind: 'number', text: match[2] });
    else if (match[3] !== undefined) tokens.push({ kind: 'sign', text: match[3] });
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const unquote = (quoted: string): string =>
  quoted
    .slice(1, -1)
    .replace(
      /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs,
      (_, unicode?: string, byte?: string, character?: string) =>
        character === undefined
          ? String.fromCharCode(parseInt(unicode ?? byte ?? '0', 16))
          : (escapes[character] ?? character),
    );

/** Splits at commas; one at the end is fine. */
function items(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'sign' && token.text === ',') groups.push([]);
    else groups.at(-1)?.push(token);
  }
  if (groups.at(-1)?.length === 0) groups.pop();
  return groups;
}

function listItems(tokens: readonly Token[]): string[] {
  return items(tokens).map((item, index) => {
    const [label, ...more] = item;
    if (label?.kind !== 'string' || more.length > 0) throw new Error(`its item ${index} is no string`);
    return label.text;
  });
}

function dictItems(tokens: readonly Token[]): string[] {
  const labels: string[] = [];
  for (const item of items(tokens)) {
    const [key, colon, label, ...more] = item;
    if (key?.kind === 'sign' || colon?.text !== ':' || label?.kind !== 'string' || more.length > 0) {
      throw new Error(`its item ${labels.length} is not number: "label"`);
    }
    const position = Number(key?.text);
    if (position !== labels.length)
      throw new Error(`its keys are not 0, 1, 2, …: after ${labels.length - 1} comes ${key?.text ?? ''}`);
    labels.push(label.text);
  }
  return labels;
}
