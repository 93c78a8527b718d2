import { type AlertKind, type Disposition, dispositions, personKinds } from '../../../src/model/alert.ts';

/** How an operator may say that an alert ended. */
export type Outcome = Exclude<Disposition, 'returned'>;

const fumes: ReadonlySet<Outcome> = new Set(['false-cooking', 'false-steam', 'false-dust']);

/** What may have fooled a detector of this kind: dust blocks light, and no gas cell. */
const fooledBy: Partial<Record<AlertKind, readonly Outcome[]>> = {
  smoke: ['false-cooking', 'false-steam', 'false-dust'],
  air: ['false-cooking', 'false-steam', 'false-dust'],
  gas: ['false-cooking', 'false-steam'],
  co: ['false-cooking'],
};

/** The outcomes that fit an alert of this kind: fumes fool detectors, a button is pressed by mistake, and each in the order of the whole list. */
export const outcomesOf = (kind: AlertKind): readonly Outcome[] =>
  dispositions
    .filter((one) => one !== 'returned')
    .filter((one) => {
      if (fumes.has(one)) return fooledBy[kind]?.includes(one) === true;
      if (one === 'pressed-by-mistake') return personKinds.has(kind);
      return true;
    });
