import type { Alert } from './alert.ts';
import { csvField, csvLineEnd, csvText } from './csv.ts';
import type { ExportFormat } from './reading-export.ts';

/** Says a moment (epoch ms) as ISO 8601 with the street's offset. */
export type SayMoment = (at: number) => string;

/** What of an alert leaves the house: its course, its place and the ids of who had it. What was read or written about it stays here, because it may tell of people. */
export type ExportedAlert = Omit<Alert, 'evidence'>;

const seconds = (from: number, to: number | undefined): string =>
  to === undefined ? '' : String(Math.round((to - from) / 100) / 10);

const columns: Readonly<Record<string, (alert: Alert, say: SayMoment) => string>> = {
  id: ({ id }) => csvField(id),
  priority: ({ priority }) => priority,
  kind: ({ kind }) => kind,
  state: ({ state }) => state,
  title_zh: ({ title }) => csvText(title.zh),
  title_en: ({ title }) => csvText(title.en),
  place: ({ place }) => (place === null ? '' : csvText(place.text)),
  place_id: ({ place }) => csvField(place?.id ?? ''),
  device: ({ device }) => csvField(device),
  count: ({ count }) => String(count),
  received_at: ({ receivedAt }, say) => say(receivedAt),
  taken_at: ({ takenAt }, say) => (takenAt === undefined ? '' : say(takenAt)),
  answer_s: ({ receivedAt, takenAt }) => seconds(receivedAt, takenAt),
  claimed_by: ({ claimedBy }) => csvField(claimedBy ?? ''),
  acknowledged_by: ({ acknowledgedBy }) => csvField(acknowledgedBy ?? ''),
  voice_connected_at: ({ voiceConnectedAt }, say) =>
    voiceConnectedAt === undefined ? '' : say(voiceConnectedAt),
  dispatched_at: ({ dispatchedAt }, say) => (dispatchedAt === undefined ? '' : say(dispatchedAt)),
  on_site_at: ({ onSiteAt }, say) => (onSiteAt === undefined ? '' : say(onSiteAt)),
  escalated_at: ({ escalatedAt }, say) => (escalatedAt === undefined ? '' : say(escalatedAt)),
  returned_at: ({ returnedAt }, say) => (returnedAt === undefined ? '' : say(returnedAt)),
  closed_at: ({ closedAt }, say) => (closedAt === undefined ? '' : say(closedAt)),
  disposition: ({ disposition }) => disposition ?? '',
  test: ({ test }) => String(test),
  late: ({ late }) => String(late),
};

/** What a file of alerts begins with: the names of the columns, or nothing. `bom` marks the text as UTF-8, without which Excel in a Chinese Windows takes it for GBK. */
export const alertExportHead = (format: ExportFormat, bom: boolean): string =>
  format === 'csv' ? `${bom ? '\uFEFF' : ''}${Object.keys(columns).join(',')}${csvLineEnd}` : '';

const jsonLine = ({ evidence: _evidence, ...alert }: Alert): string =>
  `${JSON.stringify(alert satisfies ExportedAlert)}\n`;

/** One alert as a line with its end: CSV by RFC 4180 with times as `say` says them and how long it waited to be taken in seconds; NDJSON as the API has it (epoch ms), but for its evidence. */
export const alertExportLine = (format: ExportFormat, alert: Alert, say: SayMoment): string =>
  format === 'csv'
    ? `${Object.values(columns)
        .map((column) => column(alert, say))
        .join(',')}${csvLineEnd}`
    : jsonLine(alert);
