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
