import { Input } from 'antd';
import { useState } from 'react';
import { fieldMoment, fieldText, type Grain } from '../time/wall-clock.ts';

// No year before this is meant: it is one that is still being typed.
const firstYear = 2000;
const lastYear = 9999;

type Props = {
  readonly id?: string;
  readonly label?: string;
  readonly zone: string;
  readonly value?: number | null;
  /** No later one (epoch ms). */
  readonly latest?: number;
  readonly onChange?: (at: number | null) => void;
};

/** The browser's own field, which keyboards and screen readers know; what is half typed is kept and tells nobody anything. */
const Field = ({ grain, ...props }: Props & { readonly grain: Grain }) => {
  const { id, label, zone, value, latest, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const edge = grain === 'day' ? '' : 'T00:00';
  return (
    <Input
      {...(id === undefined ? {} : { id })}
      {...(label === undefined
        ? {}
        : { 'aria-label': label, prefix: <span className="quiet">{label}</span> })}
      className="moment-field"
      type={grain === 'day' ? 'date' : 'datetime-local'}
      min={`${firstYear}-01-01${edge}`}
      max={latest === undefined ? `${lastYear}-12-31${edge}` : fieldText(latest, zone, grain)}
      value={typed ?? (value === null || value === undefined ? '' : fieldText(value, zone, grain))}
      onChange={({ target }) => {
        if (!target.validity.valid) {
          setTyped(target.value);
          return;
        }
        setTyped(null);
        onChange?.(fieldMoment(target.value, zone));
      }}
      onBlur={() => setTyped(null)}
    />
  );
};

/** Chooses a moment (epoch ms) to the minute by the street's clock, wherever this machine stands; null = none. */
export const MomentPicker = (props: Props) => <Field {...props} grain="minute" />;

/** Chooses a day of the street, by its beginning (epoch ms); null = none. */
export const DayPicker = (props: Props) => <Field {...props} grain="day" />;
