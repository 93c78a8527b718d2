import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** Something wrong in a file, and where; lines and columns count from 1. */
export type SourceProblem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** Where something stands in a YAML file, by keys and positions. */
export type SourcePath = readonly PropertyKey[];

/** A YAML file whose content can be complained about by path. */
export type YamlSource = {
  readonly content: unknown;
  readonly complain: (path: SourcePath, message: string) => void;
  /** Complains of everything that a schema found below `path`. */
  readonly complainOf: (error: z.ZodError, path: SourcePath) => void;
};

/** The longest file that is read, in characters. */
const maxLength = 1024 * 1024;

/** How deep a file may be nested, and how many anchors and aliases it may have; the parser's time grows with both far more than with the length. */
const maxDepth = 32;
const maxReferences = 100;

/** A file of settings needs next to no aliases; a bomb of them is refused. */
const maxAliases = 50;

const references = /(?:^|[\s[{,:?-])[&*][^\s[\]{},]/gm;
const indicators = /^[ \t]*(?:[-?:][ \t]+)+/;

/** Why the text is not worth parsing, or null: it is nested too deep or refers to itself too often. Brackets within texts count as well: nobody writes dozens that are not closed. */
const shapeFault = (text: string): string | null => {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '[' || letter === '{') {
      depth += 1;
      if (depth > maxDepth) return `is nested deeper than ${maxDepth} levels`;
    } else if ((letter === ']' || letter === '}') && depth > 0) depth -= 1;
  }
  const indents: number[] = [];
  for (const line of text.split('\n')) {
    const indicated = (indicators.exec(line)?.[0].match(/[-?:]/g) ?? []).length;
    const indent = line.length - line.trimStart().length;
    if (line.length > indent) {
      while ((indents.at(-1) ?? -1) >= indent) indents.pop();
      indents.push(indent);
      if (indents.length + indicated > maxDepth) return `is nested deeper than ${maxDepth} levels`;
    }
  }
  let count = 0;
  for (const _ of text.matchAll(references)) {
    count += 1;
    if (count > maxReferences) return `has more than ${maxReferences} anchors and aliases`;
  }
  return null;
};

/** Reads a YAML file; what is wrong goes to `report`, and null is returned where it cannot be read at all. */
export const readYaml = (
  file: string,
  text: string,
  report: (problem: SourceProblem) => void,
): YamlSource | null => {
  if (text.length > maxLength) {
    report({ file, line: 1, column: 1, message: `is longer than ${maxLength} characters` });
    return null;
  }
  const lines = new LineCounter();
  const reportAt = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    report({ file, line: Math.max(1, line), column: Math.max(1, col), message });
  };
  const fault = shapeFault(text);
  if (fault !== null) {
    reportAt(0, fault);
    return null;
  }
  const read = () => {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const wrong = [...document.errors, ...document.warnings];
    for (const { pos, message } of wrong) reportAt(pos[0], message);
    return wrong.length > 0
      ? null
      : { document, content: document.toJS({ maxAliasCount: maxAliases }) as unknown };
  };
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read();
  } catch (error) {
    // Too many aliases, or nested deeper than the stack.
    reportAt(0, error instanceof Error ? error.message : 'cannot be read');
    return null;
  }
  if (parsed === null) return null;
  const { document, content } = parsed;

  /** The offset of what stands at the path, or of the nearest thing above it that is there: a key rather than its value. */
  const offsetOf = (path: SourcePath): number => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const parent: unknown = document.getIn(path.slice(0, depth - 1), true);
      const name = path[depth - 1];
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
        : undefined;
      const node: unknown = pair?.key ?? document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const complain = (path: SourcePath, message: string): void =>
    reportAt(offsetOf(path), path.length === 0 ? message : `${path.join('.')}: ${message}`);
  return {
    content,
    complain,
    complainOf: (error, under) => {
      for (const issue of error.issues) {
        const path = [...under, ...issue.path];
        if (issue.code !== 'unrecognized_keys') complain(path, issue.message);
        else for (const key of issue.keys) complain([...path, key], 'is not known here');
      }
    },
  };
};
