import { z } from 'zod';
import { Text } from '../../../src/model/text.ts';
import { isRecord } from './rule-text.ts';

/** What a kind of rule says of one of its parameters, in JSON schema with words of our own. Anything else that the gateway may learn to say is let through and not minded. */
export type Field = {
  readonly label?: Text | undefined;
  readonly type?: string | undefined;
  readonly properties?: Readonly<Record<string, Field>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Field | false | undefined;
  readonly prefixItems?: readonly Field[] | undefined;
  readonly anyOf?: readonly Field[] | undefined;
  readonly oneOf?: readonly Field[] | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly unit?: string | undefined;
  readonly about?: string | undefined;
  readonly words?: Readonly<Record<string, Text>> | undefined;
  readonly exactlyOne?: readonly string[] | undefined;
};

const Field: z.ZodType<Field> = z.lazy(() =>
  z.object({
    label: Text.optional(),
    type: z.string().optional(),
    properties: z.record(z.string(), Field).optional(),
    required: z.array(z.string()).optional(),
    items: z.union([z.literal(false), Field]).optional(),
    prefixItems: z.array(Field).optional(),
    anyOf: z.array(Field).optional(),
    oneOf: z.array(Field).optional(),
    enum: z.array(z.string()).optional(),
    const: z.unknown().optional(),
    default: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    unit: z.string().optional(),
    about: z.string().optional(),
    words: z.record(z.string(), Text).optional(),
    exactlyOne: z.array(z.string()).optional(),
  }),
);

/** A kind of rule as the gateway declares it. */
export const DeclaredKind = z.object({
  name: z.string(),
  label: Text,
  about: z.enum(['devices', 'rules']),
  params: Field,
});
export type DeclaredKind = Readonly<z.infer<typeof DeclaredKind>>;

/** The alternatives of a choice; null where the field is none. */
export const choicesOf = (field: Field): readonly Field[] | null => field.anyOf ?? field.oneOf ?? null;

/** Whether a value may be of this form; a length of time is a text while it is written and a number once it was read. */
const fits = (field: Field, value: unknown): boolean => {
  if (field.const !== undefined) return value === field.const;
  if (field.about === 'duration') return typeof value === 'string' || typeof value === 'number';
  if (field.properties !== undefined) {
    const { properties, required = [] } = field;
    return (
      isRecord(value) &&
      required.every((name) => name in value) &&
      Object.entries(value).every(([name, inner]) => {
        const known = properties[name];
        return known !== undefined && (known.const === undefined || known.const === inner);
      })
    );
  }
  if (field.type === 'array') return Array.isArray(value);
  if (field.type === 'string') return typeof value === 'string';
  if (field.type === 'number' || field.type === 'integer') return typeof value === 'number';
  return field.type === 'boolean' ? typeof value === 'boolean' : true;
};

/** Which alternative a value is of: the first that it fits, else the one with which it has most in common. */
export const chosenOf = (choices: readonly Field[], value: unknown): number => {
  const fitting = choices.findIndex((choice) => fits(choice, value));
  if (fitting !== -1) return fitting;
  if (!isRecord(value)) return 0;
  const shared = choices.map(({ properties = {} }) =>
    Object.entries(value).reduce((sum, [name, inner]) => {
      const known = properties[name];
      if (known === undefined) return sum;
      return known.const !== undefined && known.const === inner ? sum + 10 : sum + 1;
    }, 0),
  );
  return Math.max(0, shared.indexOf(Math.max(...shared)));
};

/** A value to begin with: what has one possibility only is there, the rest is for a person to fill in. `from` is what was there before, of which goes along what has a place. */
export const firstValue = (field: Field, from: unknown = undefined): unknown => {
  if (field.const !== undefined) return field.const;
  const choices = choicesOf(field);
  if (choices !== null) return firstValue(choices[0] ?? {}, from);
  if (field.properties !== undefined) {
    const before = isRecord(from) ? from : {};
    const { properties, required = [] } = field;
    return Object.fromEntries(
      Object.entries(properties).flatMap(([name, inner]) => {
        if (before[name] !== undefined && fits(inner, before[name])) return [[name, before[name]]];
        return required.includes(name) && (inner.const !== undefined || inner.properties !== undefined)
          ? [[name, firstValue(inner)]]
          : [];
      }),
    );
  }
  return undefined;
};

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
/** The units of a length of time. */
export type DurationUnit = (typeof units)[number][0];

/** A length of time as it is written (`90s`) or in ms, as a number of the widest unit that tells it whole; null where it is none. */
export const durationOf = (
  value: unknown,
): { readonly amount: number; readonly unit: DurationUnit } | null => {
  if (typeof value === 'string') {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value) ?? [];
    if (amount === undefined || unit === undefined) return null;
    if (unit === 'ms') return { amount: Number(amount) / 1000, unit: 's' };
    return { amount: Number(amount), unit: unit as DurationUnit };
  }
  if (typeof value !== 'number') return null;
  const [unit, ms] = units.find(([, each]) => value > 0 && value % each === 0) ?? units[3];
  return { amount: value / ms, unit };
};

/** What a sentence about a rule is said with. */
export type Saying = {
  readonly text: (text: Text) => string;
  readonly duration: (amount: number, unit: DurationUnit) => string;
  readonly measurement: (name: string) => string;
  readonly unit: (measurement: string) => string;
  readonly rule: (id: string) => string;
  readonly yes: string;
  readonly no: string;
  /** Sets a name and what it is apart, and the items of a list. */
  readonly pair: (name: string, value: string) => string;
  readonly list: (items: readonly string[]) => string;
  readonly range: (from: string, to: string) => string;
};

/** The unit of a number, given the measurement that it is about; '' = none. */
export const unitFor = (field: Field, measured: string | null, unit: Saying['unit']): string => {
  if (field.unit === undefined) return '';
  if (!field.unit.startsWith('measured')) return field.unit;
  const own = measured === null ? '' : unit(measured);
  return own === '' ? '' : `${own}${field.unit.slice('measured'.length)}`;
};

const valueInWords = (field: Field, value: unknown, measured: string | null, say: Saying): string => {
  const choices = choicesOf(field);
  if (choices !== null) {
    const choice = choices[chosenOf(choices, value)] ?? {};
    return valueInWords(choice, value, measured, say);
  }
  if (field.about === 'duration') {
    const length = durationOf(value);
    return length === null ? String(value) : say.duration(length.amount, length.unit);
  }
  if (field.about === 'measurement') return say.measurement(String(value));
  if (field.about === 'rule') return say.rule(String(value));
  if (typeof value === 'boolean') return value ? say.yes : say.no;
  if (field.enum !== undefined) {
    const word = field.words?.[String(value)];
    return word === undefined ? String(value) : say.text(word);
  }
  if (field.prefixItems !== undefined && Array.isArray(value) && value.length === 2) {
    const [low, high] = value.map((part: unknown, index) =>
      valueInWords(field.prefixItems?.[index] ?? {}, part, measured, say),
    );
    return say.range(low ?? '', high ?? '');
  }
  if (Array.isArray(value)) {
    const inner = field.items === undefined || field.items === false ? {} : field.items;
    return say.list(value.map((part: unknown) => valueInWords(inner, part, measured, say)));
  }
  if (isRecord(value)) return paramsInWords(field, value, say, measured).join(' ');
  const unit = unitFor(field, measured, say.unit);
  return unit === '' ? String(value) : `${String(value)} ${unit}`;
};

/** Parameters in words, a piece each: the measurement by itself, everything else behind its label. What has one possibility is said by its alternative's label, and what is as it is unless somebody says otherwise is left out. */
export const paramsInWords = (
  field: Field,
  params: Readonly<Record<string, unknown>>,
  say: Saying,
  around: string | null = null,
): readonly string[] => {
  const choices = choicesOf(field);
  if (choices !== null) {
    const choice = choices[chosenOf(choices, params)] ?? {};
    const said = paramsInWords(choice, params, say, around);
    return choice.label === undefined ? said : [say.text(choice.label), ...said];
  }
  const { properties = {} } = field;
  const measured = typeof params.measurement === 'string' ? params.measurement : around;
  return Object.entries(properties).flatMap(([name, inner]) => {
    const value = params[name];
    if (value === undefined) return [];
    if (inner.const !== undefined)
      return inner.const === true && inner.label !== undefined ? [say.text(inner.label)] : [];
    if (inner.about === 'measurement') return [valueInWords(inner, value, measured, say)];
    if (inner.default !== undefined && inner.default === value && typeof value !== 'boolean') return [];
    const label = inner.label === undefined ? name : say.text(inner.label);
    const of = choicesOf(inner)?.[0]?.properties === undefined ? null : (choicesOf(inner) ?? []);
    if (of !== null && isRecord(value)) {
      const choice = of[chosenOf(of, value)] ?? {};
      return [say.pair(label, paramsInWords(choice, value, say, measured).join(' '))];
    }
    return [say.pair(label, valueInWords(inner, value, measured, say))];
  });
};
