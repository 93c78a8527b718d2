import { structuredPatch } from 'diff';

/** How two texts differ, line by line, with a few lines around. A mark stands before every line: colour is never alone. */
export const LineDifference = (props: {
  readonly before: string;
  readonly after: string;
  readonly none: string;
}) => {
  const { hunks } = structuredPatch('', '', props.before, props.after, '', '', { context: 2 });
  if (hunks.length === 0) return <p className="quiet">{props.none}</p>;
  return (
    <div className="difference">
      {hunks.map((hunk) => (
        <pre key={`${hunk.oldStart} ${hunk.newStart}`}>
          {hunk.lines
            .filter((line) => !line.startsWith('\\'))
            .map((line, index) => {
              const [mark = ' '] = line;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
                <div key={index} className={mark === '+' ? 'added' : mark === '-' ? 'gone' : ''}>
                  {line === '' ? ' ' : line}
                </div>
              );
            })}
        </pre>
      ))}
    </div>
  );
};
