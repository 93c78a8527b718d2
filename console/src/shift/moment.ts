import dayjs from 'dayjs';

/** A moment (epoch ms) as it is said within a shift: the time of day, with the day where it is another than today's (`now`). */
export const momentText = (at: number, now: number): string =>
  dayjs(at).format(dayjs(at).isSame(now, 'day') ? 'HH:mm' : 'MM-DD HH:mm');
