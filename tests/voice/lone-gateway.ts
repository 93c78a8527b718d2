import { openExchange } from './exchange.ts';

// A gateway's share of a call, in a process that can be killed: forked by orphan.test.ts. Says which process ends its
// media, and where it records, once the call is being recorded.

const { voice, plays, told, dir } = openExchange();
plays('call', 'device', { hz: 440 });
plays('call', { console: 'desk' }, { hz: 1_000 });
voice.openDevice('call', 'pager', 'webrtc');
voice.openConsole('call', 'desk', 'speak');
voice.record('call');
const looking = setInterval(() => {
  if (!told.includes('call device flows') || (voice.recordings.open('call')?.bytes ?? 0) < 10_000) return;
  clearInterval(looking);
  process.send?.({ pid: voice.health().pid, dir });
}, 50);
