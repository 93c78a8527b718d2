import {
  CST,
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** A rule as it is written in a file, whatever may be wrong with it. */
export type WrittenRule = Readonly<Record<string, unknown>>;

/** What a file of rules says: its rules in order, or where it cannot be read (lines count from 1). */
export type ReadFile =
  | { readonly ok: true; readonly source: string; readonly rules: readonly WrittenRule[] }
  | { readonly ok: false; readonly line: number; readonly message: string };

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Aliases are for machines: a bomb of them is not opened. */
const mostAliases = 50;

/** Reads a file of rules as far as a form needs it. */
export const readRuleFile = (text: string): ReadFile => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined)
    return { ok: false, line: lines.linePos(error.pos[0]).line, message: error.message.split('\n')[0] ?? '' };
  try {
    const content: unknown = document.toJS({ maxAliasCount: mostAliases });
    const rules = isRecord(content) && Array.isArray(content.rules) ? content.rules : [];
    return {
      ok: true,
      source: isRecord(content) && typeof content.source === 'string' ? content.source : '',
      rules: rules.map((rule: unknown) => (isRecord(rule) ? rule : {})),
    };
  } catch (problem) {
    return { ok: false, line: 1, message: problem instanceof Error ? problem.message : String(problem) };
  }
};

/** The line (from 1) on which each rule of a readable file begins. */
export const linesOfRules = (text: string): readonly number[] => {
  const lines = new LineCounter();
  const rules = parseDocument(text, { lineCounter: lines }).get('rules');
  if (!isSeq(rules)) return [];
  return rules.items.map((item) =>
    isCollection(item) || isScalar(item) ? lines.linePos(item.range?.[0] ?? 0).line : 1,
  );
};

/** The order in which a rule's parts are written. */
const order = [
  'id',
  'kind',
  'types',
  'when',
  'on-delay',
  'off-delay',
  'levels',
  're-alarm',
  'only',
  'except',
  'limits',
  'explains',
  'groups',
  'shelvable',
  'alert',
];

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A node as a person of this house would write it: short things on one line, levels and tables on lines of their own. */
const nodeOf = (document: Document, value: unknown, name: string): unknown => {
  const node = document.createNode(value);
  if (!isCollection(node)) return node;
  const onLines = name === 'levels' || name === 'limits' || name === 'table' || name === 'alert';
  node.flow = !onLines;
  const children = isMap(node)
    ? node.items.map((pair): [unknown, string] => [
        pair.value,
        String(isScalar(pair.key) ? pair.key.value : ''),
      ])
    : (node.items as unknown[]).map((item): [unknown, string] => [item, '']);
  for (const [child, key] of children)
    if (isCollection(child)) child.flow = name !== 'levels' || (key !== '' && key !== 'levels');
  return node;
};

const keyOf = (pair: { readonly key: unknown }): string =>
  String(isScalar(pair.key) ? pair.key.value : pair.key);

/** Makes a map say what is wanted and leaves alone, with its comments, whatever says so already. */
const syncMap = (document: Document, map: YAMLMap, wanted: WrittenRule, ordered: boolean): void => {
  for (const key of map.items.map(keyOf)) if (wanted[key] === undefined) map.delete(key);
  for (const [key, value] of Object.entries(wanted)) {
    if (value === undefined) continue;
    const found = map.get(key, true);
    if (found === undefined) {
      const pair = document.createPair(key, null);
      pair.value = nodeOf(document, value, key) as typeof pair.value;
      const place = ordered ? order.indexOf(key) : -1;
      const before = place === -1 ? -1 : map.items.findIndex((other) => order.indexOf(keyOf(other)) > place);
      if (before === -1) map.items.push(pair);
      else map.items.splice(before, 0, pair);
    } else syncValue(document, map, key, found, value);
  }
};

const syncSeq = (document: Document, seq: YAMLSeq, wanted: readonly unknown[], name: string): void => {
  while (seq.items.length > wanted.length) seq.items.pop();
  for (const [index, value] of wanted.entries()) {
    if (index < seq.items.length) syncValue(document, seq, index, seq.items[index], value);
    else {
      const node = nodeOf(document, value, name === 'levels' ? 'level' : '');
      if (isCollection(node) && name === 'levels') {
        node.flow = false;
        if (isMap(node)) for (const pair of node.items) if (isCollection(pair.value)) pair.value.flow = true;
      }
      seq.items.push(node);
    }
  }
};

const syncValue = (
  document: Document,
  parent: YAMLMap | YAMLSeq,
  key: string | number,
  found: unknown,
  value: unknown,
): void => {
  if (isCollection(found) && same(found.toJS(document), value)) return;
  if (isScalar(found) && same(found.value, value)) return;
  if (isMap(found) && isRecord(value)) syncMap(document, found, value, false);
  else if (isSeq(found) && Array.isArray(value)) syncSeq(document, found, value, String(key));
  else if (isScalar(found) && !isRecord(value) && !Array.isArray(value)) found.value = value;
  else parent.set(key, nodeOf(document, value, String(key)));
};

/** Takes the blanks out of `[ a, b ]`, which the writer of YAML pads like `{ a: b }` and this house does not. */
const unpadLists = (text: string): string => {
  const isBlank = (token: CST.SourceToken): boolean => token.type === 'space';
  return [...new Parser().parse(text)]
    .map((token) => {
      if (token.type === 'document')
        CST.visit(token, ({ value }) => {
          if (value?.type !== 'flow-collection' || value.start.source !== '[') return;
          const [first] = value.items;
          const last = value.items.at(-1);
          if (first?.start.every(isBlank) === true) first.start.length = 0;
          if (last?.value === undefined || !('end' in last.value)) return;
          // What follows a list within a list comes behind its closing bracket.
          const after = last.value.type === 'flow-collection' ? 1 : 0;
          if (last.value.end?.slice(after).every(isBlank) === true) last.value.end.splice(after);
        });
      return CST.stringify(token);
    })
    .join('');
};

const written = (document: Document): string =>
  unpadLists(document.toString({ lineWidth: 0, singleQuote: true }));

/** A file with another text of its rule at `index`, or with one more where that is its length. What says the same stays as it is written, comments included. The file must be readable. */
export const withRule = (text: string, index: number, rule: WrittenRule): string => {
  const document = parseDocument(text);
  let rules = document.get('rules');
  if (!isSeq(rules)) {
    document.set('rules', document.createNode([]));
    rules = document.get('rules');
  }
  if (!isSeq(rules)) return text;
  const found = rules.items[index];
  if (isMap(found)) syncMap(document, found, rule, true);
  else {
    const node = document.createNode({});
    rules.flow = false;
    if (isMap(node)) {
      syncMap(document, node, rule, true);
      node.flow = false;
      if (rules.items.length > 0) node.spaceBefore = true;
      rules.items.push(node);
    }
  }
  return written(document);
};

/** A file without its rule at `index`. */
export const withoutRule = (text: string, index: number): string => {
  const document = parseDocument(text);
  const rules = document.get('rules');
  if (!isSeq(rules)) return text;
  rules.delete(index);
  return written(document);
};

/** A file that holds these rules only, for a try-out. */
export const fileOf = (source: string, rules: readonly WrittenRule[]): string =>
  JSON.stringify({ source: source === '' ? '-' : source, rules });
