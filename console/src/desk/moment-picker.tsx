import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { momentOf, wallTimeOf } from './wall-clock.ts';

const shownAs = (at: number, zone: string): Dayjs => {
  const { year, month, day, hour, minute, second } = wallTimeOf(at, zone);
  return dayjs(new Date(year, month - 1, day, hour, minute, second));
};

const momentShown = (shown: Dayjs, zone: string): number =>
  momentOf(
    {
      year: shown.year(),
      month: shown.month() + 1,
      day: shown.date(),
      hour: shown.hour(),
      minute: shown.minute(),
      second: 0,
    },
    zone,
  );

/** Chooses a moment (epoch ms) to the minute by the street's clock, wherever this machine stands; null = none. */
export const MomentPicker = (props: {
  readonly id?: string;
  readonly label?: string;
  readonly zone: string;
  readonly value?: number | null;
  readonly onChange?: (at: number | null) => void;
}) => (
  <DatePicker
    {...(props.id === undefined ? {} : { id: props.id })}
    {...(props.label === undefined ? {} : { 'aria-label': props.label, placeholder: props.label })}
    showTime={{ format: 'HH:mm' }}
    // Its now would be this machine's, not the street's.
    showNow={false}
    format="YYYY-MM-DD HH:mm"
    value={props.value === null || props.value === undefined ? null : shownAs(props.value, props.zone)}
    onChange={(shown) => props.onChange?.(shown === null ? null : momentShown(shown as Dayjs, props.zone))}
  />
);
