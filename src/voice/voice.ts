import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import type { Media, MediaDoor } from '../gateway/call-doors.ts';
import type { FromMedia, MediaSettings, ToMedia } from './media-messages.ts';
import { openRecordings, type Recordings } from './recording/recordings.ts';
import type { MediaFigures } from './switchboard.ts';

/** A media process that died is started again after this (ms), doubling to the longest; one that was well for a minute begins anew. */
const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** One that could not even begin is not tried again before this (ms). */
const neverReadyPauseMs = 1_000;
const wellAfterMs = 60_000;
/** It is asked how it is this often (ms); one that has not answered so many times in a row hangs, and is killed. */
const askEveryMs = 1_000;
const mostUnanswered = 10;
/** At the end it has so long (ms) to finish its recordings. */
const stopWithinMs = 2_500;
/** So many requests are kept for a process that is still starting. */
const mostWaiting = 10_000;

const dayMs = 86_400_000;

/** How the voice works. `keepRecordingsMs`: recordings older than this are removed daily, unless somebody holds them. `now` in epoch ms. */
export type VoiceOptions = MediaSettings & {
  /** Where recordings lie, also those of before, where nothing is recorded now. */
  readonly recordingsIn: string;
  readonly keepRecordingsMs: number;
  readonly now: () => number;
  readonly log: Logger;
};

/** How the media process is. `failing`: what ended it last, null while it is well; `restarts` since the start. */
export type VoiceHealth = MediaFigures & {
  readonly failing: string | null;
  readonly restarts: number;
  /** The UDP port, null while it is not known. */
  readonly port: number | null;
  /** The media process, null while there is none. */
  readonly pid: number | null;
};

/** The voice adapter: what ends the media of every leg, in a process of its own. */
export type Voice = Media & {
  readonly recordings: Recordings;
  readonly health: () => VoiceHealth;
  /** Ends every leg and the process; resolves when recordings are on the disk. */
  readonly close: () => Promise<void>;
};

const nothing: MediaFigures = { calls: 0, relayed: 0, missed: 0 };

/** Starts the media process and keeps it going; nothing of it throws, and what is asked while it starts waits. Only sound is dropped then. */
export const createVoice = (options: VoiceOptions, door: MediaDoor): Voice => {
  const { log, now, recordingsIn, keepRecordingsMs, ...settings } = options;
  const recordings = openRecordings(recordingsIn);
  let child: ChildProcess | null = null;
  let ready = false;
  let closing = false;
  let waiting: ToMedia[] = [];
  let port: number | null = null;
  let failing: string | null = null;
  /** Why the process that runs is about to end, where that is known. */
  let dying: string | null = null;
  let restarts = 0;
  let pauseMs = firstPauseMs;
  let unanswered = 0;
  let figures = nothing;
  /** Of the processes that are gone. */
  let before = nothing;
  let pausing: NodeJS.Timeout | null = null;
  let ended: Promise<void> = Promise.resolve();

  const tell = (message: ToMedia): void => {
    // A process that is dying is told in vain; its end is told by `exit`.
    child?.send(message, () => undefined);
  };
  const ask = (message: ToMedia): void => {
    if (closing) return;
    if (ready) tell(message);
    else if (waiting.length < mostWaiting) waiting.push(message);
  };

  const hear = (message: FromMedia): void => {
    switch (message.what) {
      case 'ready':
        ready = true;
        failing = null;
        port = message.port;
        log.info({ port }, 'voice is ready');
        for (const kept of waiting) tell(kept);
        waiting = [];
        break;
      case 'cannot-open':
        dying = message.why;
        break;
      case 'well':
        unanswered = 0;
        figures = message.figures;
        break;
      case 'warning':
        log.warn({ media: message.text }, 'the media process says');
        break;
      case 'signal':
        door.signal(...message.given);
        break;
      case 'audio':
        door.audio(...message.given);
        break;
      case 'flows':
        door.flows(...message.given);
        break;
      case 'failed':
        door.failed(...message.given);
        break;
      case 'recording':
        door.recording(...message.given);
        break;
      case 'recorded':
        door.recorded(...message.given);
        break;
    }
  };

  const start = (): void => {
    pausing = null;
    unanswered = 0;
    dying = null;
    const startedAt = performance.now();
    const forked = fork(join(import.meta.dirname, 'media-process.ts'), {
      execArgv: [],
      // The gateway's standard output is for its own lines, and everything native code says is for the log.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    child = forked;
    for (const stream of [forked.stdout, forked.stderr])
      if (stream !== null)
        createInterface({ input: stream }).on('line', (line) =>
          log.warn({ media: line }, 'the media process says'),
        );
    forked.on('message', (message) => {
      if (child === forked) hear(message as FromMedia);
    });
    ended = new Promise((resolve) => {
      let over = false;
      const settle = (why: string): void => {
        if (over) return;
        over = true;
        resolve();
        if (closing || child !== forked) return;
        child = null;
        const wasReady = ready;
        if (!wasReady) pauseMs = Math.max(pauseMs, neverReadyPauseMs);
        ready = false;
        failing = why;
        restarts += 1;
        before = {
          calls: 0,
          relayed: before.relayed + figures.relayed,
          missed: before.missed + figures.missed,
        };
        figures = nothing;
        if (performance.now() - startedAt > wellAfterMs) pauseMs = firstPauseMs;
        log.error({ why, againInMs: pauseMs }, 'the media process has ended; calls lose their sound');
        pausing = setTimeout(start, pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        if (wasReady) {
          waiting = [];
          door.lost();
        }
      };
      forked.on('error', (error) => settle(error.message));
      forked.on('exit', (code, signal) => settle(dying ?? `it ended with ${signal ?? `status ${code}`}`));
    });
    tell({ what: 'settings', settings: { ...settings, port: port ?? settings.port } });
  };

  const asking = setInterval(() => {
    if (!ready) return;
    if (unanswered >= mostUnanswered) {
      dying = 'it hangs';
      child?.kill('SIGKILL');
      return;
    }
    unanswered += 1;
    tell({ what: 'how-are-you' });
  }, askEveryMs);
  asking.unref();

  const prune = (): void => {
    try {
      const gone = recordings.prune(now() - keepRecordingsMs);
      if (gone.length > 0) log.info({ calls: gone }, 'recordings have reached their age and are gone');
    } catch (error) {
      log.error({ err: error }, 'old recordings could not be removed');
    }
  };
  prune();
  const pruning = setInterval(prune, dayMs);
  pruning.unref();
  start();

  return {
    openDevice: (...given) => ask({ what: 'openDevice', given }),
    openConsole: (...given) => ask({ what: 'openConsole', given }),
    closeConsole: (...given) => ask({ what: 'closeConsole', given }),
    signal: (...given) => ask({ what: 'signal', given }),
    audio: (...given) => {
      if (ready) ask({ what: 'audio', given });
    },
    play: (...given) => ask({ what: 'play', given }),
    record: (...given) => ask({ what: 'record', given }),
    end: (...given) => ask({ what: 'end', given }),
    recordings,
    health: () => ({
      calls: figures.calls,
      relayed: before.relayed + figures.relayed,
      missed: before.missed + figures.missed,
      failing,
      restarts,
      port,
      pid: child?.pid ?? null,
    }),
    close: async () => {
      if (closing) return ended;
      closing = true;
      clearInterval(asking);
      clearInterval(pruning);
      if (pausing !== null) clearTimeout(pausing);
      const last = child;
      if (last === null) return;
      const forced = setTimeout(() => last.kill('SIGKILL'), stopWithinMs);
      tell({ what: 'stop' });
      await ended;
      clearTimeout(forced);
    },
  };
};
