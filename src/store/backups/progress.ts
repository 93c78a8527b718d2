import { SingleBar } from 'cli-progress';

/** Tells a person how far it has come. */
export type Progress = {
  /** What is done now, and how many bytes of work there are in all as far as is known. */
  readonly step: (what: string, totalBytes: number) => void;
  readonly done: (bytes: number) => void;
  readonly end: () => void;
};

const asMb = (bytes: number): number => Math.ceil(bytes / 1_000_000);

/** Shows progress on standard error: a bar on a terminal, elsewhere a line for each step. */
export const showProgress = (): Progress => {
  let doneBytes = 0;
  if (!process.stderr.isTTY)
    return {
      step: (what, totalBytes) =>
        void process.stderr.write(`${what} (${asMb(doneBytes)} of ${asMb(totalBytes)} MB)\n`),
      done: (bytes) => {
        doneBytes += bytes;
      },
      end: () => undefined,
    };
  const bar = new SingleBar({
    format: '{bar} {percentage}% {value}/{total} MB {what}',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  let running = false;
  return {
    step: (what, totalBytes) => {
      if (!running) bar.start(asMb(totalBytes), 0, { what });
      running = true;
      bar.setTotal(Math.max(asMb(totalBytes), asMb(doneBytes)));
      bar.update(asMb(doneBytes), { what });
      // What comes next may keep the thread busy for a while.
      bar.render();
    },
    done: (bytes) => {
      doneBytes += bytes;
      bar.update(asMb(doneBytes));
    },
    end: () => {
      if (running) bar.stop();
    },
  };
};
