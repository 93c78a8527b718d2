/** The last moment that JavaScript's clock knows (epoch ms). */
const lastMoment = 8_640_000_000_000_000;

const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))$/;

/** A device's time as epoch ms: a number of milliseconds, or ISO 8601 with a zone. Null where it is neither: a local time without a zone could be any of 24 hours. Whether the clock is right is not asked here. */
export const readMoment = (value: unknown): number | null => {
  if (typeof value === 'number') return value >= 0 && value <= lastMoment ? Math.round(value) : null;
  return typeof value === 'string' && value.length <= 40 ? readIso(value) : null;
};

const readIso = (text: string): number | null => {
  const match = iso.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  // The 30th of February rolls over into March: such a date does not exist.
  if (utc.getUTCMonth() !== month - 1 || utc.getUTCDate() !== day) return null;
  const [zoneHour, zoneMinute] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return null;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const eastMinutes = (match[9] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute);
  const at = utc.getTime() + ((hour * 60 + minute - eastMinutes) * 60 + second) * 1000 + milliseconds;
  return at >= 0 ? at : null;
};
