import { z } from 'zod';
import { boundFaults, boundFields, meeting } from '../bounds.ts';
import { Duration } from '../duration.ts';
import { MeasurementName } from '../measured.ts';
import { declareKind } from './kind.ts';

const Row = z.strictObject({
  above: z.number().meta({ unit: 'measured', label: { zh: '不低于', en: 'At or above' } }),
  for: Duration.meta({ label: { zh: '持续', en: 'For' } }),
});

const Params = z.strictObject({
  measurement: MeasurementName,
  table: z
    .array(Row)
    .min(1)
    .max(8)
    .superRefine((rows, context) => {
      for (const [index, row] of rows.entries()) {
        const milder = rows[index - 1];
        if (milder === undefined) continue;
        if (row.above <= milder.above)
          context.addIssue({
            code: 'custom',
            message: 'must be above the row before',
            path: [index, 'above'],
          });
        if (row.for >= milder.for)
          context.addIssue({
            code: 'custom',
            message: 'must be sooner than the row before',
            path: [index, 'for'],
          });
      }
    })
    .meta({ label: { zh: '浓度与时间', en: 'Levels and times' } }),
  deadbandPercent: boundFields.deadbandPercent,
});

/** Time at a level: the higher it is, the sooner it counts, as for carbon monoxide. One rule with a table; any row that has held for its time makes it hold. */
export const exposure = declareKind({
  name: 'exposure',
  label: { zh: '浓度-时间', en: 'Time at level' },
  params: Params,
  branches: ({ measurement, table, deadbandPercent }) =>
    table.map(({ above, for: onDelayMs }) => {
      const meets = meeting({ above, deadbandPercent });
      return {
        condition: {
          on: 'measurement',
          measurement,
          limit: above,
          holds: (value, held) => (typeof value === 'number' ? meets(value, held) : held),
        },
        onDelayMs,
      };
    }),
  faults: ({ measurement, table, deadbandPercent }, type) => [
    ...new Set(table.flatMap(({ above }) => boundFaults(measurement, { above, deadbandPercent }, type))),
  ],
});
