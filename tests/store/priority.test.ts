import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** The nice value of every thread of this process. */
const niceValues = (): number[] =>
  readdirSync('/proc/self/task').map((thread) =>
    Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]),
  );

test.runIf(process.platform === 'linux')(
  'a thread that gives way does so alone: whoever carries a press is not slowed down',
  async () => {
    const before = niceValues();
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
     import(workerData).then(({ giveWay }) => { giveWay(7); parentPort.postMessage('done'); });
     parentPort.once('message', () => parentPort.close());`,
      { eval: true, workerData: new URL('../../src/store/priority.ts', import.meta.url).href },
    );
    await once(worker, 'message');
    expect(before).not.toContain(7);
    expect(niceValues().filter((nice) => nice === 7)).toHaveLength(1);
    worker.postMessage('end');
    await once(worker, 'exit');
  },
);
