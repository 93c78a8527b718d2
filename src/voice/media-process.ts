import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import nodeDataChannel from 'node-datachannel';
import { openMqttAudioLeg } from './legs/mqtt-audio.ts';
import { openWebrtcLeg, type WebrtcPlace } from './legs/webrtc.ts';
import type { FromMedia, MediaSettings, ToMedia } from './media-messages.ts';
import { readPrompts } from './prompts.ts';
import { startRecorder } from './recording/recorder.ts';
import { makeRecordingsDirectory, mendRecordings, recordingPath } from './recording/recordings.ts';
import { createSparing } from './sparing.ts';
import { createSwitchboard, type Switchboard } from './switchboard.ts';
import { findPort } from './udp-port.ts';

// The process in which the media of all calls end: forked by voice.ts, and of no use by itself.

/** The recordings are finished within this (ms) once the gateway is gone or has said stop. */
const finishWithinMs = 2_000;

const everyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const say = (message: FromMedia): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
const warn = (text: string): void => say({ what: 'warning', text });

let switchboard: Switchboard | null = null;
let stopping = false;
/** What holds the port while there is no call. */
let listener: { readonly stop: () => void } | null = null;

const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  // The library crashes in a process that ends by itself: it is ended, as soon as the disk has everything.
  setTimeout(() => process.exit(1), finishWithinMs).unref();
  await switchboard?.close();
  listener?.stop();
  process.exit(0);
};

const begin = async (settings: MediaSettings): Promise<void> => {
  const { address } = await lookup(settings.host);
  // Asked of the library first, a port that is taken would be told in five lines of its own and none of ours.
  const port = await findPort(settings.host, address, settings.port);
  const bind = everyAddress.has(address) ? null : address;
  // A leg on a port that is somebody else's would end this process without a word; this says it.
  listener = new nodeDataChannel.IceUdpMuxListener(port, ...(bind === null ? [] : [bind]));
  const place: WebrtcPlace = { bind, port, announce: settings.announce, iceServers: settings.iceServers };
  const { recordingsDir } = settings;
  if (recordingsDir !== null) makeRecordingsDirectory(recordingsDir);
  const mended = recordingsDir === null ? [] : mendRecordings(recordingsDir);

  switchboard = createSwitchboard(
    {
      now: () => performance.now(),
      random: (below) => randomInt(below),
      speeches: readPrompts(settings.language, settings.promptsDir, (file, why) =>
        warn(`the prompt ${file} ${why}; the one that comes with this program is played`),
      ),
      openWebrtc: (request, door) => openWebrtcLeg(place, request, door),
      openMqttAudio: openMqttAudioLeg,
      startRecorder:
        recordingsDir === null
          ? null
          : (call, now, tell) => {
              const path = recordingPath(recordingsDir, call);
              return path === null
                ? { take: () => {}, settle: () => {}, finish: async () => null }
                : startRecorder(path, now, {
                    begun: () => tell(true),
                    broken: (why) => {
                      warn(`the recording of ${call} has ended: ${why}`);
                      tell(false);
                    },
                  });
            },
    },
    {
      signal: (...given) => say({ what: 'signal', given }),
      audio: (...given) => say({ what: 'audio', given }),
      flows: (...given) => say({ what: 'flows', given }),
      failed: (...given) => say({ what: 'failed', given }),
      recording: (...given) => say({ what: 'recording', given }),
      recorded: (...given) => say({ what: 'recorded', given }),
    },
  );
  say({ what: 'ready', port });
  for (const { call, lengthMs } of mended) say({ what: 'recorded', given: [call, lengthMs] });
};

const obey = (message: ToMedia): void => {
  if (message.what === 'settings') {
    const complain = createSparing(warn, () => performance.now());
    nodeDataChannel.initLogger('Error', (_level, text) => complain(text));
    void begin(message.settings).catch((error: unknown) => {
      say({ what: 'cannot-open', why: error instanceof Error ? error.message : String(error) });
      void stop();
    });
    return;
  }
  if (message.what === 'stop') return void stop();
  if (switchboard === null || stopping) return;
  switch (message.what) {
    case 'how-are-you':
      say({ what: 'well', figures: switchboard.figures() });
      break;
    case 'openDevice':
      switchboard.openDevice(...message.given);
      break;
    case 'openConsole':
      switchboard.openConsole(...message.given);
      break;
    case 'closeConsole':
      switchboard.closeConsole(...message.given);
      break;
    case 'signal':
      switchboard.signal(...message.given);
      break;
    case 'audio':
      switchboard.audio(...message.given);
      break;
    case 'play':
      switchboard.play(...message.given);
      break;
    case 'record':
      switchboard.record(...message.given);
      break;
    case 'end':
      switchboard.end(...message.given);
      break;
  }
};

process.on('message', obey);
process.on('disconnect', () => void stop());
// Ctrl-C in a terminal is for the gateway, which then says stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
