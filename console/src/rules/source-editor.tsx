import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';

/** The way to a line of the text. */
export type SourceHandle = {
  /** Puts the cursor there. */
  readonly goTo: (line: number, column: number) => void;
  /** Brings the line into sight and leaves the cursor where it is. */
  readonly show: (line: number) => void;
};

const lineHeightPx = 20;

/** A text with its lines numbered. `bad` are the lines on which something is wrong. */
export const SourceEditor = (props: {
  readonly ref?: Ref<SourceHandle>;
  readonly label: string;
  readonly text: string;
  readonly readOnly: boolean;
  readonly bad: ReadonlySet<number>;
  readonly change: (text: string) => void;
}) => {
  const { text, bad } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const [top, setTop] = useState(0);
  useImperativeHandle(props.ref, () => ({
    goTo: (line, column) => {
      const element = area.current;
      if (element === null) return;
      const before = text.split('\n').slice(0, line - 1);
      const start = before.reduce((sum, each) => sum + each.length + 1, 0);
      const end = text.indexOf('\n', start);
      element.focus();
      element.setSelectionRange(Math.min(start + column - 1, text.length), end === -1 ? text.length : end);
      element.scrollTop = Math.max(0, (line - 4) * lineHeightPx);
    },
    show: (line) => {
      if (area.current !== null) area.current.scrollTop = Math.max(0, (line - 2) * lineHeightPx);
    },
  }));
  useEffect(() => setTop(area.current?.scrollTop ?? 0), []);
  const count = text.split('\n').length;
  return (
    <div className="source-editor">
      <div className="gutter" aria-hidden="true">
        <ol style={{ transform: `translateY(${-top}px)` }}>
          {Array.from({ length: count }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
            <li key={index} className={bad.has(index + 1) ? 'bad' : ''}>
              {index + 1}
            </li>
          ))}
        </ol>
      </div>
      <textarea
        ref={area}
        aria-label={props.label}
        value={text}
        readOnly={props.readOnly}
        wrap="off"
        spellCheck={false}
        onChange={(event) => props.change(event.target.value)}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      />
    </div>
  );
};
