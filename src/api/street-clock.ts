/** Says moments (epoch ms) by the clock of a zone: the hour and minute, on another day than `now` with the date before it. */
export const streetClock = (timeZone: string): ((at: number, now: number) => string) => {
  const day = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const minute = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return (at, now) => {
    const date = day.format(at);
    return date === day.format(now) ? minute.format(at) : `${date} ${minute.format(at)}`;
  };
};

const quarterHourMs = 900_000;
const quartersKept = 10_000;

/** Says moments (epoch ms) as ISO 8601 with the offset that the zone had then: `2026-11-26T14:11:31.000+08:00`. */
export const streetMoment = (timeZone: string): ((at: number) => string) => {
  const zone = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  // Asking for an offset costs a hundred times what the rest does, and it never changes within a quarter of an hour.
  const known = new Map<number, string>();
  const offsetAt = (at: number): string => {
    const quarter = Math.floor(at / quarterHourMs);
    const kept = known.get(quarter);
    if (kept !== undefined) return kept;
    const said = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const offset = said === 'GMT' ? '+00:00' : said.slice('GMT'.length, 'GMT+00:00'.length);
    if (known.size >= quartersKept) known.clear();
    known.set(quarter, offset);
    return offset;
  };
  return (at) => {
    const offset = offsetAt(at);
    const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
    const shifted = at + (offset.startsWith('-') ? -minutes : minutes) * 60_000;
    return `${new Date(shifted).toISOString().slice(0, -1)}${offset}`;
  };
};
