/** The spans that are one click away. */
export const spanNames = ['1h', '24h', '7d', '30d', '1y'] as const;
export type SpanName = (typeof spanNames)[number];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long each of them is, in ms. */
export const lengthsMs: Readonly<Record<SpanName, number>> = {
  '1h': hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs,
  '30d': 30 * dayMs,
  '1y': 365 * dayMs,
};

/** No closer look than this, in ms. */
export const shortestMs = 60_000;
/** No wider one: as long as aggregates are kept by default. */
export const longestMs = 3 * 366 * dayMs;

/** What part of time is looked at: `lengthMs` up to `to` (epoch ms); null = up to now, whenever that is. */
export type Span = { readonly lengthMs: number; readonly to: number | null };

/** A span as two moments (epoch ms). */
export type Edges = { readonly from: number; readonly to: number };

/** The span a page begins with. */
export const firstSpan: Span = { lengthMs: lengthsMs['24h'], to: null };

/** The span's moments, as it is `now`. */
export const edgesOf = ({ lengthMs, to }: Span, now: number): Edges => {
  const end = to ?? now;
  return { from: end - lengthMs, to: end };
};

/** How often the right edge of a span that ends now moves on, in ms: by less than two pixels of a wide screen. */
export const strideMs = (lengthMs: number): number => Math.max(1_000, Math.round(lengthMs / 1_000));

/** The span from one moment to another, no shorter and no longer than can be drawn; one that reaches `now` (or within half a percent of it) goes on with the time. */
export const spanBetween = (from: number, to: number, now: number): Span => {
  const lengthMs = Math.round(Math.min(longestMs, Math.max(shortestMs, to - from)));
  const middle = (from + to) / 2;
  const end = to - from === lengthMs ? to : middle + lengthMs / 2;
  return end >= now - lengthMs / 200 ? { lengthMs, to: null } : { lengthMs, to: Math.round(end) };
};

/** The span `factor` times as long, with the moment `at` staying where it is on the screen. */
export const zoomed = (span: Span, now: number, at: number, factor: number): Span => {
  const { from, to } = edgesOf(span, now);
  const wanted = Math.min(longestMs, Math.max(shortestMs, span.lengthMs * factor));
  const real = wanted / span.lengthMs;
  return spanBetween(at - (at - from) * real, at + (to - at) * real, now);
};

/** The span moved by a part of its length: -0.5 = half of it back. */
export const moved = (span: Span, now: number, part: number): Span => {
  const { from, to } = edgesOf(span, now);
  const by = Math.min(part * span.lengthMs, now - to);
  return spanBetween(from + by, to + by, now);
};

/** The name of a span that is one click away; null for any other. */
export const nameOf = ({ lengthMs, to }: Span): SpanName | null =>
  to === null ? (spanNames.find((name) => lengthsMs[name] === lengthMs) ?? null) : null;

const whole = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;

/** The span as it stands in the page's address: `last=24h`, `last=<ms>` or `from=…&to=…`; what cannot be read is the first span. */
export const readSpan = (query: URLSearchParams): Span => {
  const [from, to, last] = [whole(query.get('from')), whole(query.get('to')), query.get('last')];
  if (from !== null && to !== null && from < to)
    return { lengthMs: Math.min(longestMs, Math.max(shortestMs, to - from)), to };
  const name = spanNames.find((known) => known === last);
  if (name !== undefined) return { lengthMs: lengthsMs[name], to: null };
  const length = whole(last);
  return length === null
    ? firstSpan
    : { lengthMs: Math.min(longestMs, Math.max(shortestMs, length)), to: null };
};

/** What `readSpan` reads; '' for the first span. */
export const writeSpan = (span: Span): string => {
  const { lengthMs, to } = span;
  if (to !== null) return `from=${to - lengthMs}&to=${to}`;
  if (lengthMs === firstSpan.lengthMs) return '';
  return `last=${nameOf(span) ?? lengthMs}`;
};
