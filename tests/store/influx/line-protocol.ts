/** A point as a strict reader finds it in a line. */
export type ReadPoint = {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number | boolean | string>>;
  readonly at: number;
};

const wrong = (line: string, what: string): never => {
  throw new Error(`${what} in ${JSON.stringify(line)}`);
};

/** Reads text up to one of the ends that is not escaped; nothing but the ends given may be escaped, and no control character may stand in it. */
const readName = (
  line: string,
  from: number,
  ends: string,
): { readonly text: string; readonly next: number } => {
  let text = '';
  let at = from;
  for (; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === '\\') {
      const escaped = line[at + 1] ?? '';
      if (!', ='.includes(escaped) || escaped === '')
        wrong(line, `a backslash before ${JSON.stringify(escaped)}`);
      text += escaped;
      at += 1;
    } else if (ends.includes(char)) break;
    else if (char < ' ' || char === '\u007f') wrong(line, 'a control character');
    else text += char;
  }
  if (text === '') wrong(line, 'an empty name');
  return { text, next: at };
};

const readField = (
  line: string,
  from: number,
): { readonly value: number | boolean | string; readonly next: number } => {
  if (line[from] === '"') {
    let text = '';
    let at = from + 1;
    for (; line[at] !== '"'; at += 1) {
      if (at >= line.length) wrong(line, 'a text without an end');
      if (line[at] === '\\') {
        at += 1;
        if (line[at] !== '"' && line[at] !== '\\') wrong(line, 'a backslash that escapes nothing');
      } else if ((line[at] ?? '') < ' ') wrong(line, 'a control character');
      text += line[at];
    }
    return { value: text, next: at + 1 };
  }
  const raw = /^[^, ]*/.exec(line.slice(from))?.[0] ?? '';
  const next = from + raw.length;
  if (raw === 'true' || raw === 'false') return { value: raw === 'true', next };
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(raw)) wrong(line, 'no number');
  return { value: Number(raw), next };
};

/** Reads line protocol as strictly as can be: InfluxDB takes more, no server takes less. */
export const readLines = (body: string): ReadPoint[] =>
  body.split('\n').map((line) => {
    if (line.startsWith('#')) wrong(line, 'a comment');
    const { text: measurement, next: afterName } = readName(line, 0, ', ');
    const tags: Record<string, string> = Object.create(null);
    let at = afterName;
    while (line[at] === ',') {
      const key = readName(line, at + 1, '=');
      const value = readName(line, key.next + 1, ', ');
      tags[key.text] = value.text;
      at = value.next;
    }
    if (line[at] !== ' ') wrong(line, 'no fields');
    const fields: Record<string, number | boolean | string> = Object.create(null);
    do {
      const key = readName(line, at + 1, '=');
      const value = readField(line, key.next + 1);
      fields[key.text] = value.value;
      at = value.next;
    } while (line[at] === ',');
    const time = line.slice(at);
    if (!/^ -?\d{1,13}$/.test(time)) wrong(line, 'no time in ms');
    return { measurement, tags, fields, at: Number(time) };
  });
