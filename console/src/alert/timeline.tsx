import { useEffect, useMemo, useRef } from 'react';
import type { Evidence } from '../../../src/model/alert.ts';
import type { TimelineEntry } from '../../../src/model/change.ts';
import { endsOf } from '../../../src/model/reading.ts';
import { useFeedState } from '../feed/live-feed.ts';
import type { Times } from '../time/say-times.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { type Speech, useSpeech } from '../words/words.tsx';
import { useDeviceNames } from './device-names.ts';
import { Recording } from './recording.tsx';
import { type Recordings, recordingsBy } from './recordings.ts';
import { useCallsOf } from './use-calls-of.ts';

/** What people and devices are called, by id. */
type Names = { readonly person: (id: string) => string; readonly device: (id: string) => string };

const actorText = ({ words }: Speech, actor: string, names: Names): string => {
  const [kind, ...rest] = actor.split(':');
  const name = rest.join(':');
  if (kind === 'user') return names.person(name);
  if (kind === 'device') return words.actor.device(names.device(name));
  return kind === 'rule' ? words.actor.rule(name) : words.actor.system;
};

const reachText = ({ words }: Speech, times: Times, { data, seenBy }: TimelineEntry): string => {
  const { reach } = words.detail;
  if (data.reached === 'spoke') return ` · ${reach.spoke}`;
  return typeof data.seenAt === 'number' && seenBy !== undefined
    ? ` · ${reach.seenNote(seenBy, times.minute(data.seenAt))}`
    : '';
};

const particulars = (speech: Speech, times: Times, entry: TimelineEntry, names: Names): string => {
  const { words } = speech;
  const { event, data } = entry;
  if (event === 'dispatched' && typeof data.who === 'string') {
    const how = data.confirmed === true ? words.detail.confirmed : words.detail.asked;
    return `${wordFor(words.helper, data.who)} · ${how}`;
  }
  if (event === 'handed-over' && typeof data.to === 'string') return `→ ${names.person(data.to)}`;
  if (event === 'closed' && typeof data.disposition === 'string')
    return wordFor(words.disposition, data.disposition) + reachText(speech, times, entry);
  if ((event === 'notified' || event === 'notify-failed') && typeof data.channel === 'string')
    return wordFor(words.channel, data.channel);
  return '';
};

/** Everything that happened to an alert, newest first: what was just done is where the eye is; with the recordings of its calls. */
export const Timeline = (props: { readonly alert: string; readonly entries: readonly TimelineEntry[] }) => {
  const { alert, entries } = props;
  const speech = useSpeech();
  const { words } = speech;
  const times = useTimes();
  const { names: people } = useFeedState();
  const calls = useCallsOf(alert, entries);
  const drawn = useRef<Recordings>(new Map());
  const recordings = useMemo(() => recordingsBy(entries, calls, drawn.current), [entries, calls]);
  useEffect(() => {
    drawn.current = recordings;
  }, [recordings]);
  const device = useDeviceNames(entries.some(({ actor }) => actor.startsWith('device:')));
  const names: Names = { person: (id) => people.get(id) ?? id, device };
  return (
    <ol className="timeline" aria-label={words.detail.timeline}>
      {entries.toReversed().map((entry) => (
        <li key={entry.seq} data-event={entry.event}>
          <time>{times.second(entry.at)}</time>
          <div>
            <strong>{wordFor(words.timeline, entry.event)}</strong> {particulars(speech, times, entry, names)}{' '}
            <span className="quiet">{actorText(speech, entry.actor, names)}</span>
            {entry.note !== undefined && <blockquote>{entry.note}</blockquote>}
            {recordings.get(entry.seq)?.map((call) => (
              <Recording key={call.id} call={call} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
};

/** What raised the alert: readings against their limits, events, silences. */
export const EvidenceList = ({ evidence }: { readonly evidence: readonly Evidence[] }) => {
  const { words } = useSpeech();
  const times = useTimes();
  // Only ever appended to; two pieces may be the same.
  const pieces = evidence.map((piece, index) => ({ key: `${piece.receivedAt} ${index}`, piece }));
  const said = (value: string | number | boolean): string => {
    if (typeof value === 'boolean') return value ? words.devices.yes : words.devices.no;
    const ends = endsOf(value);
    return ends === null ? wordFor(words.value, String(value)) : words.detail.between(ends[0], ends[1]);
  };
  return (
    <ul className="evidence" aria-label={words.detail.evidence}>
      {pieces.map(({ key, piece }) => (
        <li key={key}>
          <time>{times.second(piece.receivedAt)}</time>
          <div>
            {piece.event !== undefined && <strong>{wordFor(words.event, piece.event)}</strong>}
            {piece.measurement !== undefined && wordFor(words.measurement, piece.measurement)}{' '}
            {piece.value !== undefined && (
              <strong>
                {said(piece.value)} {piece.unit ?? ''}
              </strong>
            )}
            {piece.limit !== undefined && typeof piece.limit !== 'boolean' && (
              <span className="quiet">
                {' '}
                {words.detail.limit} {said(piece.limit)} {piece.unit ?? ''}
              </span>
            )}
            {piece.note !== undefined && <span className="quiet raw"> {piece.note}</span>}
          </div>
        </li>
      ))}
    </ul>
  );
};
