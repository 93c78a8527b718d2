import { Button, Input, InputNumber, Select, Switch } from 'antd';
import { createContext, type ReactNode, use } from 'react';
import type { DeclaredType } from './ask-rules.ts';
import {
  choicesOf,
  chosenOf,
  type DurationUnit,
  durationOf,
  type Field,
  firstValue,
  type Saying,
  unitFor,
} from './declared.ts';
import { isRecord } from './rule-text.ts';
import type { RulesWords } from './rules-words.ts';

/** What every field of a rule's form needs to know. */
export type FormGround = {
  readonly say: Saying;
  readonly words: RulesWords;
  readonly disabled: boolean;
  /** The types that the rule is about. */
  readonly types: readonly DeclaredType[];
  /** The rules that it may name. */
  readonly rules: readonly { readonly id: string; readonly title: string }[];
};

const Ground = createContext<FormGround | null>(null);
/** Gives the fields below it what they need to know. */
export const FormGroundProvider = Ground;

/** What the fields around know. */
export const useGround = (): FormGround => {
  const ground = use(Ground);
  if (ground === null) throw new Error('a field needs a FormGroundProvider above it');
  return ground;
};

/** A labelled part of a form. */
export const Row = (props: {
  readonly label: string;
  readonly children: ReactNode;
  readonly wide?: boolean;
}) => (
  <div className={props.wide === true ? 'field wide' : 'field'}>
    <span className="field-label" aria-hidden="true">
      {props.label}
    </span>
    <span className="field-input">{props.children}</span>
  </div>
);

/** A part of a form that has parts of its own. */
export const Group = (props: { readonly label: string; readonly children: ReactNode }) => (
  <fieldset className="field-group">
    <legend>{props.label}</legend>
    {props.children}
  </fieldset>
);

const durationUnits: readonly DurationUnit[] = ['s', 'm', 'h', 'd'];

/** A length of time, written `30s`; undefined where nothing stands. */
export const DurationInput = (props: {
  readonly label: string;
  readonly value: unknown;
  readonly change: (value: string | undefined) => void;
}) => {
  const { words, disabled } = useGround();
  const length = durationOf(props.value);
  const unit = length?.unit ?? 's';
  return (
    <span className="duration">
      <InputNumber
        aria-label={props.label}
        min={0}
        disabled={disabled}
        value={length?.amount ?? null}
        placeholder={words.field.none}
        onChange={(amount) => props.change(amount === null ? undefined : `${amount}${unit}`)}
      />
      <Select
        aria-label={`${props.label} ${words.field.which}`}
        disabled={disabled || length === null}
        value={unit}
        options={durationUnits.map((each) => ({
          value: each,
          label: words.unitNames[each as keyof typeof words.unitNames],
        }))}
        onChange={(chosen: DurationUnit) => props.change(`${length?.amount ?? 0}${chosen}`)}
      />
    </span>
  );
};

const MeasurementInput = (props: InputProps) => {
  const { say, words, types, disabled } = useGround();
  const names = [...new Set(types.flatMap(({ measurements }) => Object.keys(measurements)))];
  const present = typeof props.value === 'string' && props.value !== '' ? [props.value] : [];
  return (
    <Select
      aria-label={props.label}
      showSearch={{ optionFilterProp: 'label' }}
      disabled={disabled}
      placeholder={words.field.choose}
      value={present[0] ?? null}
      options={[...new Set([...names, ...present])].map((name) => {
        const unit = say.unit(name);
        return { value: name, label: `${say.measurement(name)}${unit === '' ? '' : ` (${unit})`}  ${name}` };
      })}
      onChange={(value: string) => props.change(value)}
    />
  );
};

/** Rules by their ids. */
export const RulesInput = (props: {
  readonly label: string;
  readonly value: unknown;
  readonly change: (value: readonly string[] | undefined) => void;
}) => {
  const { words, rules, disabled } = useGround();
  const chosen = Array.isArray(props.value) ? props.value.map(String) : [];
  const known = new Set(rules.map(({ id }) => id));
  return (
    <Select
      mode="multiple"
      aria-label={props.label}
      showSearch={{ optionFilterProp: 'label' }}
      disabled={disabled}
      placeholder={words.field.choose}
      value={chosen}
      options={[
        ...rules.map(({ id, title }) => ({ value: id, label: `${title}  ${id}` })),
        ...chosen.filter((id) => !known.has(id)).map((id) => ({ value: id, label: id })),
      ]}
      onChange={(ids: string[]) => props.change(ids.length === 0 ? undefined : ids)}
    />
  );
};

type InputProps = {
  readonly field: Field;
  readonly label: string;
  readonly value: unknown;
  /** The measurement that it is about, for its unit. */
  readonly measured: string | null;
  readonly change: (value: unknown) => void;
};

const NumberInput = ({ field, label, value, measured, change }: InputProps) => {
  const { say, words, disabled } = useGround();
  const unit = unitFor(field, measured, say.unit);
  return (
    <InputNumber
      aria-label={label}
      disabled={disabled}
      value={typeof value === 'number' ? value : null}
      placeholder={words.field.none}
      {...(field.type === 'integer' ? { precision: 0 } : {})}
      {...(unit === '' ? {} : { suffix: unit })}
      onChange={(number) => change(number ?? undefined)}
    />
  );
};

const YesOrNo = ({ field, label, value, change }: InputProps) => {
  const { words, disabled } = useGround();
  const shown = typeof value === 'boolean' ? value : field.default === true;
  return (
    <Switch
      aria-label={label}
      disabled={disabled}
      checked={shown}
      checkedChildren={words.yes}
      unCheckedChildren={words.no}
      onChange={(on) =>
        change(field.const === true ? on || undefined : on === field.default ? undefined : on)
      }
    />
  );
};

const EnumInput = ({ field, label, value, change }: InputProps) => {
  const { say, words, disabled } = useGround();
  return (
    <Select
      aria-label={label}
      disabled={disabled}
      placeholder={words.field.choose}
      value={typeof value === 'string' ? value : typeof field.default === 'string' ? field.default : null}
      options={(field.enum ?? []).map((name) => {
        const word = field.words?.[name];
        return { value: name, label: word === undefined ? name : say.text(word) };
      })}
      onChange={(name: string) => change(name)}
    />
  );
};

const RangeInput = ({ field, label, value, measured, change }: InputProps) => {
  const { say } = useGround();
  const pair = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return (
    <span className="range">
      {(field.prefixItems ?? []).map((part, index) => {
        const name = part.label === undefined ? label : say.text(part.label);
        return (
          <NumberInput
            key={name}
            field={part}
            label={`${label} ${name}`}
            value={pair[index]}
            measured={measured}
            change={(number) => {
              const next = [pair[0], pair[1]];
              next[index] = number ?? 0;
              change(next.map((each) => each ?? number ?? 0));
            }}
          />
        );
      })}
    </span>
  );
};

const TableInput = ({ field, label, value, measured, change }: InputProps) => {
  const { words, disabled } = useGround();
  const inner = field.items === undefined || field.items === false ? {} : field.items;
  const rows = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return (
    <div className="field-table">
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place.
        <div key={index} className="field-table-row">
          <ObjectFields
            field={inner}
            value={isRecord(row) ? row : {}}
            measured={measured}
            within={`${label} ${index + 1} `}
            change={(next) => change(rows.map((each, at) => (at === index ? next : each)))}
          />
          <Button
            size="small"
            disabled={disabled}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          >
            {words.field.remove}
          </Button>
        </div>
      ))}
      <Button size="small" disabled={disabled} onClick={() => change([...rows, firstValue(inner) ?? {}])}>
        {words.field.add}
      </Button>
    </div>
  );
};

const ChoiceInput = (props: InputProps) => {
  const { say, words, disabled } = useGround();
  const choices = choicesOf(props.field) ?? [];
  const chosen = chosenOf(choices, props.value);
  const choice = choices[chosen] ?? {};
  return (
    <div className="field-choice">
      <Select
        aria-label={`${props.label} ${words.field.which}`}
        disabled={disabled}
        value={chosen}
        options={choices.map(({ label }, index) => ({
          value: index,
          label: label === undefined ? `${index + 1}` : say.text(label),
        }))}
        onChange={(index: number) => props.change(firstValue(choices[index] ?? {}, props.value))}
      />
      <FieldInput {...props} field={choice} />
    </div>
  );
};

/** The input that a field's declaration asks for. */
export const FieldInput = (props: InputProps): ReactNode => {
  const { field, label, value, change, measured } = props;
  const { disabled } = useGround();
  if (choicesOf(field) !== null) return <ChoiceInput {...props} />;
  if (field.properties !== undefined)
    return (
      <ObjectFields field={field} value={isRecord(value) ? value : {}} measured={measured} change={change} />
    );
  if (field.about === 'duration') return <DurationInput label={label} value={value} change={change} />;
  if (field.about === 'measurement') return <MeasurementInput {...props} />;
  if (field.enum !== undefined) return <EnumInput {...props} />;
  if (field.type === 'boolean') return <YesOrNo {...props} />;
  if (field.type === 'number' || field.type === 'integer') return <NumberInput {...props} />;
  if (field.prefixItems !== undefined) return <RangeInput {...props} />;
  if (field.type === 'array') {
    const inner = field.items === undefined || field.items === false ? {} : field.items;
    return inner.about === 'rule' ? (
      <RulesInput label={label} value={value} change={change} />
    ) : (
      <TableInput {...props} />
    );
  }
  return (
    <Input
      aria-label={label}
      disabled={disabled}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => change(event.target.value === '' ? undefined : event.target.value)}
    />
  );
};

const isWide = (field: Field): boolean =>
  choicesOf(field) !== null || field.properties !== undefined || field.type === 'array';

/** The fields of an object, one of those that exclude each other at a time. `only` leaves the others out; `measured` is the measurement around it. */
export const ObjectFields = (props: {
  readonly field: Field;
  readonly value: Readonly<Record<string, unknown>>;
  readonly measured: string | null;
  readonly only?: (name: string) => boolean;
  readonly within?: string;
  readonly change: (value: Readonly<Record<string, unknown>>) => void;
}) => {
  const { say, words, disabled } = useGround();
  const { field, value, within = '' } = props;
  const { properties = {} } = field;
  const measured = typeof value.measurement === 'string' ? value.measurement : props.measured;
  const shown = Object.keys(properties).filter((name) => props.only?.(name) !== false);
  const rivals = (field.exactlyOne ?? []).filter((name) => shown.includes(name));
  const rival = rivals.find((name) => value[name] !== undefined) ?? null;
  const put = (name: string, next: unknown): void => {
    const { [name]: _before, ...rest } = value;
    // In the order in which the kind declares them.
    const all: Record<string, unknown> = next === undefined ? rest : { ...rest, [name]: next };
    props.change(
      Object.fromEntries([
        ...Object.keys(properties).flatMap((known) => (known in all ? [[known, all[known]]] : [])),
        ...Object.entries(all).filter(([known]) => !(known in properties)),
      ]),
    );
  };
  const labelOf = (name: string): string => {
    const label = properties[name]?.label;
    return label === undefined ? name : say.text(label);
  };
  const row = (name: string): ReactNode => {
    const inner = properties[name];
    if (inner === undefined || (inner.const !== undefined && inner.const !== true)) return null;
    const label = labelOf(name);
    const input = (
      <FieldInput
        field={inner}
        label={`${within}${label}`}
        value={value[name]}
        measured={measured}
        change={(next) => put(name, next)}
      />
    );
    return isWide(inner) &&
      inner.prefixItems === undefined &&
      !(inner.items && inner.items.about === 'rule') ? (
      <Group key={name} label={label}>
        {input}
      </Group>
    ) : (
      <Row key={name} label={label}>
        {input}
      </Row>
    );
  };
  const first = rivals[0];
  return (
    <>
      {shown.map((name) => {
        if (!rivals.includes(name)) return row(name);
        if (name !== first) return null;
        return (
          <Row key={name} label={words.field.which} wide>
            <span className="rivals">
              <Select
                aria-label={`${within}${words.field.which}`}
                disabled={disabled}
                placeholder={words.field.choose}
                value={rival}
                options={rivals.map((each) => ({ value: each, label: labelOf(each) }))}
                onChange={(chosen: string) => {
                  const next = Object.fromEntries(
                    Object.entries(value).filter(([key]) => !rivals.includes(key)),
                  );
                  const kept = rival === null ? undefined : value[rival];
                  const wanted = properties[chosen];
                  const begun =
                    wanted?.const ??
                    (typeof kept === 'number' && wanted?.type === 'number' ? kept : blankOf(wanted));
                  props.change({ ...next, [chosen]: begun });
                }}
              />
              {rival !== null && properties[rival]?.const === undefined && (
                <FieldInput
                  field={properties[rival] ?? {}}
                  label={`${within}${labelOf(rival)}`}
                  value={value[rival]}
                  measured={measured}
                  change={(next) => put(rival, next ?? blankOf(properties[rival]))}
                />
              )}
            </span>
          </Row>
        );
      })}
    </>
  );
};

/** Something of a field's form to begin with, which a person will change. */
const blankOf = (field: Field | undefined): unknown => {
  if (field?.prefixItems !== undefined) return field.prefixItems.map((_, index) => index);
  if (field?.about === 'duration') return '10m';
  if (field?.type === 'array') return [];
  return field?.type === 'number' || field?.type === 'integer' ? (field.minimum ?? 0) : '';
};
