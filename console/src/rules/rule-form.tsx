import { Button, Input, Radio, Select, Switch } from 'antd';
import { useMemo } from 'react';
import { alertKinds, priorities } from '../../../src/model/alert.ts';
import type { Device } from '../../../src/model/device.ts';
import type { Place } from '../../../src/model/place.ts';
import { deviceLabel } from '../devices/device-word.ts';
import { useSpeech } from '../words/words.tsx';
import type { DeclaredType } from './ask-rules.ts';
import { choicesOf, type DeclaredKind, type Field, firstValue, type Saying } from './declared.ts';
import {
  DurationInput,
  FieldInput,
  type FormGround,
  FormGroundProvider,
  Group,
  ObjectFields,
  Row,
  RulesInput,
  useGround,
} from './field-input.tsx';
import { isRecord, type WrittenRule } from './rule-text.ts';
import type { RulesWords } from './rules-words.ts';

type Params = Readonly<Record<string, unknown>>;

const recordOf = (value: unknown): Params => (isRecord(value) ? value : {});
const listOf = (value: unknown): readonly Params[] => (Array.isArray(value) ? value.map(recordOf) : []);

/** A rule with another part; undefined takes the part away. */
const withPart = (rule: WrittenRule, name: string, value: unknown): WrittenRule => {
  const { [name]: _before, ...rest } = rule;
  return value === undefined ? rest : { ...rule, [name]: value };
};

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const TitleInput = (props: {
  readonly label: string;
  readonly value: unknown;
  readonly change: (value: unknown) => void;
}) => {
  const { disabled } = useGround();
  const title = recordOf(props.value);
  const put = (language: string, text: string): void => {
    const next = { zh: title.zh ?? '', en: title.en ?? '', [language]: text };
    props.change(next.zh === '' && next.en === '' ? undefined : next);
  };
  return (
    <span className="titles">
      {(['zh', 'en'] as const).map((language) => (
        <Input
          key={language}
          aria-label={`${props.label} ${language}`}
          prefix={
            <span className="quiet" lang={language}>
              {language === 'zh' ? '中' : 'En'}
            </span>
          }
          disabled={disabled}
          value={typeof title[language] === 'string' ? title[language] : ''}
          onChange={(event) => put(language, event.target.value)}
        />
      ))}
    </span>
  );
};

const PriorityInput = (props: {
  readonly label: string;
  readonly value: unknown;
  readonly change: (value: string) => void;
}) => {
  const { words: dictionary } = useSpeech();
  const { words, disabled } = useGround();
  return (
    <Select
      aria-label={props.label}
      disabled={disabled}
      placeholder={words.field.choose}
      value={typeof props.value === 'string' ? props.value : null}
      options={priorities.map((name) => ({ value: name, label: dictionary.priority[name] }))}
      onChange={props.change}
    />
  );
};

const OnOff = (props: {
  readonly label: string;
  readonly on: boolean;
  readonly change: (on: boolean) => void;
}) => {
  const { words, disabled } = useGround();
  return (
    <Switch
      aria-label={props.label}
      disabled={disabled}
      checked={props.on}
      checkedChildren={words.yes}
      unCheckedChildren={words.no}
      onChange={props.change}
    />
  );
};

const TypesInput = (props: {
  readonly value: unknown;
  readonly all: readonly DeclaredType[];
  readonly change: (value: unknown) => void;
}) => {
  const { words, disabled } = useGround();
  const { text } = useSpeech();
  const { value, all } = props;
  const except = isRecord(value) ? value['all-except'] : undefined;
  const mode = value === 'all' ? 'all' : except === undefined ? 'listed' : 'except';
  const names = (Array.isArray(value) ? value : Array.isArray(except) ? except : []).map(String);
  const give = (how: string, chosen: readonly string[]): void =>
    props.change(how === 'all' ? 'all' : how === 'except' ? { 'all-except': chosen } : chosen);
  return (
    <span className="stacked">
      <Radio.Group
        disabled={disabled}
        value={mode}
        options={[
          { value: 'listed', label: words.field.typesListed },
          { value: 'except', label: words.field.typesExcept },
          { value: 'all', label: words.field.typesAll },
        ]}
        onChange={(event) => give(String(event.target.value), names)}
      />
      {mode !== 'all' && (
        <Select
          mode="multiple"
          aria-label={words.field.types}
          showSearch={{ optionFilterProp: 'label' }}
          disabled={disabled}
          placeholder={words.field.choose}
          value={names}
          options={all.map(({ name, label }) => ({ value: name, label: text(label) }))}
          onChange={(chosen: string[]) => give(mode, chosen)}
        />
      )}
    </span>
  );
};

const HoursInput = (props: { readonly rule: WrittenRule; readonly change: (rule: WrittenRule) => void }) => {
  const { words, disabled } = useGround();
  const { rule } = props;
  const mode = rule.only !== undefined ? 'only' : rule.except !== undefined ? 'except' : 'always';
  const hours = recordOf(rule.only ?? rule.except);
  const days = Array.isArray(hours.days) ? hours.days.map(String) : [];
  const give = (how: string, next: Params): void => {
    const { only: _only, except: _except, ...rest } = rule;
    props.change(how === 'always' ? rest : { ...rest, [how]: next });
  };
  return (
    <span className="stacked">
      <Radio.Group
        disabled={disabled}
        value={mode}
        options={[
          { value: 'always', label: words.field.hoursAlways },
          { value: 'only', label: words.field.hoursOnly },
          { value: 'except', label: words.field.hoursExcept },
        ]}
        onChange={(event) =>
          give(String(event.target.value), { from: hours.from ?? '22:00', to: hours.to ?? '06:00', ...hours })
        }
      />
      {mode !== 'always' && (
        <span className="range">
          {(['from', 'to'] as const).map((edge) => (
            <Input
              key={edge}
              type="time"
              aria-label={words.field[edge]}
              disabled={disabled}
              value={typeof hours[edge] === 'string' ? hours[edge] : ''}
              onChange={(event) => give(mode, { ...hours, [edge]: event.target.value })}
            />
          ))}
          <Select
            mode="multiple"
            aria-label={words.field.days}
            disabled={disabled}
            placeholder={words.everyDay}
            value={days}
            options={weekdays.map((day, index) => ({ value: day, label: words.days[index] ?? day }))}
            onChange={(chosen: string[]) =>
              give(
                mode,
                chosen.length === 0
                  ? Object.fromEntries(Object.entries(hours).filter(([key]) => key !== 'days'))
                  : { ...hours, days: weekdays.filter((day) => chosen.includes(day)) },
              )
            }
          />
        </span>
      )}
    </span>
  );
};

/** The declaration's fields that a level has for itself: all but the measurement and what all levels share. */
const ownFields = (field: Field, shared: Params): ((name: string) => boolean) => {
  return (name) => field.properties?.[name]?.about !== 'measurement' && shared[name] === undefined;
};

const LevelsInput = (props: {
  readonly rule: WrittenRule;
  readonly kind: DeclaredKind;
  readonly change: (rule: WrittenRule) => void;
}) => {
  const { words, disabled } = useGround();
  const { rule, kind } = props;
  const field = kind.params;
  const levels = listOf(rule.levels);
  const shared = recordOf(rule.when);
  const measured = typeof shared.measurement === 'string' ? shared.measurement : null;
  const put = (index: number, level: Params): void =>
    props.change({ ...rule, levels: levels.map((each, at) => (at === index ? level : each)) });
  const remove = (index: number): void => {
    const left = levels.filter((_, at) => at !== index);
    const [only] = left;
    if (left.length > 1 || only === undefined) {
      props.change({ ...rule, levels: left });
      return;
    }
    // One level is written shorter.
    const { when, priority, latching, title: _title, ...delays } = only;
    const { levels: _levels, ...rest } = rule;
    props.change({
      ...rest,
      when: { ...shared, ...recordOf(when) },
      ...delays,
      alert: {
        ...recordOf(rule.alert),
        priority,
        ...(latching === undefined ? {} : { latching }),
      },
    });
  };
  return (
    <>
      {levels.map((level, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place.
        <Group key={index} label={words.field.level(index + 1)}>
          <ObjectFields
            field={field}
            value={recordOf(level.when)}
            measured={measured}
            only={ownFields(field, shared)}
            within={`${words.field.level(index + 1)} `}
            change={(when) => put(index, { ...level, when })}
          />
          <Row label={words.field.priority}>
            <PriorityInput
              label={`${words.field.level(index + 1)} ${words.field.priority}`}
              value={level.priority}
              change={(priority) => put(index, { ...level, priority })}
            />
          </Row>
          <Row label={words.field.onDelay}>
            <DurationInput
              label={`${words.field.level(index + 1)} ${words.field.onDelay}`}
              value={level['on-delay']}
              change={(value) => put(index, withPart(level, 'on-delay', value))}
            />
          </Row>
          <Row label={words.field.offDelay}>
            <DurationInput
              label={`${words.field.level(index + 1)} ${words.field.offDelay}`}
              value={level['off-delay']}
              change={(value) => put(index, withPart(level, 'off-delay', value))}
            />
          </Row>
          <Row label={words.field.latching}>
            <OnOff
              label={`${words.field.level(index + 1)} ${words.field.latching}`}
              on={level.latching === true}
              change={(on) => put(index, withPart(level, 'latching', on || undefined))}
            />
          </Row>
          <Row label={words.field.ownTitle} wide>
            <TitleInput
              label={`${words.field.level(index + 1)} ${words.field.ownTitle}`}
              value={level.title}
              change={(title) => put(index, withPart(level, 'title', title))}
            />
          </Row>
          <Button size="small" disabled={disabled} onClick={() => remove(index)}>
            {words.field.removeLevel}
          </Button>
        </Group>
      ))}
    </>
  );
};

const LimitsInput = (props: {
  readonly rule: WrittenRule;
  readonly kind: DeclaredKind;
  readonly places: readonly Place[];
  readonly devices: readonly Pick<Device, 'id' | 'name' | 'type' | 'place'>[];
  readonly change: (rule: WrittenRule) => void;
}) => {
  const { words, disabled } = useGround();
  const { words: dictionary } = useSpeech();
  const { rule, kind, places, devices } = props;
  const limits = listOf(rule.limits);
  const levels = listOf(rule.levels).length;
  const shared = recordOf(rule.when);
  const measured = typeof shared.measurement === 'string' ? shared.measurement : null;
  const give = (next: readonly Params[]): void =>
    props.change(withPart(rule, 'limits', next.length === 0 ? undefined : next));
  const put = (index: number, limit: Params): void =>
    give(limits.map((each, at) => (at === index ? limit : each)));
  const fields = choicesOf(kind.params) === null ? kind.params : null;
  return (
    <Group label={words.field.limits}>
      {limits.map((limit, index) => {
        const where =
          limit.device === undefined
            ? `place:${String(limit.place ?? '')}`
            : `device:${String(limit.device)}`;
        const own = levels > 1 ? listOf(limit.levels) : [recordOf(limit.when)];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a limit is its place.
          <div key={index} className="limit">
            <Select
              aria-label={`${words.field.limits} ${index + 1}`}
              showSearch={{ optionFilterProp: 'label' }}
              disabled={disabled}
              placeholder={words.field.choose}
              value={where === 'place:' ? null : where}
              options={[
                {
                  label: words.field.place,
                  options: places.map(({ id, text }) => ({ value: `place:${id}`, label: text })),
                },
                {
                  label: words.field.device,
                  options: devices.map((device) => ({
                    value: `device:${device.id}`,
                    label: deviceLabel(device, dictionary),
                  })),
                },
              ]}
              onChange={(chosen: string) => {
                const { place: _place, device: _device, ...rest } = limit;
                const [name = '', ...id] = chosen.split(':');
                put(index, { [name]: id.join(':'), ...rest });
              }}
            />
            <Radio.Group
              disabled={disabled}
              value={limit.off === true ? 'off' : 'own'}
              options={[
                { value: 'own', label: words.field.own },
                { value: 'off', label: words.field.off },
              ]}
              onChange={(event) => {
                const { off: _off, when: _when, levels: _levels, ...at } = limit;
                if (event.target.value === 'off') put(index, { ...at, off: true });
                else
                  put(
                    index,
                    levels > 1
                      ? { ...at, levels: Array.from({ length: levels }, () => ({})) }
                      : { ...at, when: {} },
                  );
              }}
            />
            {limit.off !== true &&
              fields !== null &&
              Array.from({ length: Math.max(1, levels) }, (_, level) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place.
                <div key={level} className="limit-level">
                  {levels > 1 && <span className="quiet">{words.field.level(level + 1)}</span>}
                  <ObjectFields
                    field={fields}
                    value={own[level] ?? {}}
                    measured={measured}
                    only={(name) => fields.properties?.[name]?.about !== 'measurement'}
                    within={`${words.field.limits} ${index + 1} `}
                    change={(when) =>
                      put(
                        index,
                        levels > 1
                          ? {
                              ...limit,
                              levels: Array.from({ length: levels }, (_each, at) =>
                                at === level ? when : (own[at] ?? {}),
                              ),
                            }
                          : { ...limit, when },
                      )
                    }
                  />
                </div>
              ))}
            <Button
              size="small"
              disabled={disabled}
              onClick={() => give(limits.filter((_, at) => at !== index))}
            >
              {words.field.removeLimit}
            </Button>
          </div>
        );
      })}
      <Button
        size="small"
        disabled={disabled}
        onClick={() =>
          give([
            ...limits,
            levels > 1
              ? { place: '', levels: Array.from({ length: levels }, () => ({})) }
              : { place: '', when: {} },
          ])
        }
      >
        {words.field.addLimit}
      </Button>
    </Group>
  );
};

/** Everything that a rule may say, drawn from what its kind declares. */
export const RuleForm = (props: {
  readonly rule: WrittenRule;
  readonly kinds: ReadonlyMap<string, DeclaredKind>;
  readonly types: readonly DeclaredType[];
  readonly places: readonly Place[];
  readonly devices: readonly Pick<Device, 'id' | 'name' | 'type' | 'place'>[];
  readonly rules: FormGround['rules'];
  readonly say: Saying;
  readonly words: RulesWords;
  readonly disabled: boolean;
  readonly change: (rule: WrittenRule) => void;
}) => {
  const { words: dictionary, text } = useSpeech();
  const { rule, kinds, types, words, say, disabled, change, rules } = props;
  const kind = kinds.get(String(rule.kind));
  const alert = recordOf(rule.alert);
  const levels = listOf(rule.levels);
  const when = recordOf(rule.when);
  const concerned = useMemo(() => {
    const listed = rule.types;
    if (Array.isArray(listed)) return types.filter(({ name }) => listed.includes(name));
    const except = isRecord(listed) ? listed['all-except'] : [];
    return types.filter(({ name }) => !(Array.isArray(except) && except.includes(name)));
  }, [rule.types, types]);
  const ground = useMemo(
    () => ({ say, words, disabled, types: concerned, rules: rules.filter(({ id }) => id !== rule.id) }),
    [say, words, disabled, concerned, rules, rule.id],
  );
  const put = (name: string, value: unknown): void => change(withPart(rule, name, value));
  const putAlert = (name: string, value: unknown): void => put('alert', withPart(alert, name, value));
  const addLevel = (): void => {
    if (kind === undefined) return;
    if (levels.length > 0) {
      put('levels', [...levels, { when: {}, priority: 'critical' }]);
      return;
    }
    const { priority = 'medium', latching, ...rest } = alert;
    const { 'on-delay': onDelay, 'off-delay': offDelay, ...others } = rule;
    const properties = kind.params.properties ?? {};
    const shared = Object.entries(when).filter(([name]) => properties[name]?.about === 'measurement');
    const own = Object.entries(when).filter(([name]) => properties[name]?.about !== 'measurement');
    const parts = { 'on-delay': onDelay, 'off-delay': offDelay, latching };
    const first = {
      when: Object.fromEntries(own),
      priority,
      ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)),
    };
    change({
      ...others,
      when: Object.fromEntries(shared),
      levels: [first, { when: {}, priority: 'critical' }],
      alert: rest,
    });
  };
  const mayHaveLevels = kind !== undefined && choicesOf(kind.params) === null;
  return (
    <FormGroundProvider value={ground}>
      <div className="rule-form">
        <Row label={words.field.id}>
          <Input
            aria-label={words.field.id}
            disabled={disabled}
            value={typeof rule.id === 'string' ? rule.id : ''}
            onChange={(event) => put('id', event.target.value)}
          />
        </Row>
        <Row label={words.field.kind}>
          <Select
            aria-label={words.field.kind}
            disabled={disabled}
            placeholder={words.field.choose}
            value={kind?.name ?? null}
            options={[...kinds.values()].map(({ name, label }) => ({ value: name, label: text(label) }))}
            onChange={(name: string) => {
              const { levels: _levels, limits: _limits, ...rest } = rule;
              const chosen = kinds.get(name);
              const { types: _types, ...untyped } = rest;
              change({
                ...(chosen?.about === 'rules' ? untyped : rest),
                kind: name,
                when: chosen === undefined ? {} : firstValue(chosen.params, when),
                ...(levels.length > 0 ? { alert: { ...alert, priority: 'medium' } } : {}),
              });
            }}
          />
        </Row>
        <Row label={words.field.title} wide>
          <TitleInput
            label={words.field.title}
            value={alert.title}
            change={(title) => putAlert('title', title)}
          />
        </Row>
        <Row label={words.field.alertKind}>
          <Select
            aria-label={words.field.alertKind}
            disabled={disabled}
            placeholder={words.field.choose}
            value={typeof alert.kind === 'string' ? alert.kind : null}
            options={alertKinds.map((name) => ({ value: name, label: dictionary.kind[name] }))}
            onChange={(name: string) => putAlert('kind', name)}
          />
        </Row>
        {levels.length === 0 && (
          <Row label={words.field.priority}>
            <PriorityInput
              label={words.field.priority}
              value={alert.priority}
              change={(priority) => putAlert('priority', priority)}
            />
          </Row>
        )}
        {kind?.about !== 'rules' && (
          <Row label={words.field.types} wide>
            <TypesInput value={rule.types} all={types} change={(value) => put('types', value)} />
          </Row>
        )}
        {kind !== undefined && (
          <Group label={levels.length > 0 ? words.field.whenCommon : words.field.when}>
            {levels.length > 0 ? (
              <ObjectFields
                field={kind.params}
                value={when}
                measured={null}
                only={(name) =>
                  when[name] !== undefined || kind.params.properties?.[name]?.about === 'measurement'
                }
                change={(value) => put('when', value)}
              />
            ) : (
              <FieldInput
                field={kind.params}
                label={words.field.when}
                value={when}
                measured={null}
                change={(value) => put('when', value)}
              />
            )}
          </Group>
        )}
        {levels.length === 0 && (
          <>
            <Row label={words.field.onDelay}>
              <DurationInput
                label={words.field.onDelay}
                value={rule['on-delay']}
                change={(value) => put('on-delay', value)}
              />
            </Row>
            <Row label={words.field.offDelay}>
              <DurationInput
                label={words.field.offDelay}
                value={rule['off-delay']}
                change={(value) => put('off-delay', value)}
              />
            </Row>
            <Row label={words.field.latching}>
              <OnOff
                label={words.field.latching}
                on={alert.latching === true}
                change={(on) => putAlert('latching', on || undefined)}
              />
            </Row>
          </>
        )}
        {kind !== undefined && levels.length > 0 && <LevelsInput rule={rule} kind={kind} change={change} />}
        {mayHaveLevels && (
          <Button size="small" disabled={disabled || levels.length >= 5} onClick={addLevel}>
            {words.field.addLevel}
          </Button>
        )}
        <Row label={words.field.reAlarm}>
          <DurationInput
            label={words.field.reAlarm}
            value={rule['re-alarm']}
            change={(value) => put('re-alarm', value)}
          />
        </Row>
        <Row label={words.field.test}>
          <OnOff
            label={words.field.test}
            on={alert.test === true}
            change={(on) => putAlert('test', on || undefined)}
          />
        </Row>
        <Row label={words.field.hours} wide>
          <HoursInput rule={rule} change={change} />
        </Row>
        <Row label={words.field.explains} wide>
          <RulesInput
            label={words.field.explains}
            value={rule.explains}
            change={(value) => put('explains', value)}
          />
        </Row>
        {kind?.about === 'rules' && (
          <Row label={words.field.groups}>
            <OnOff
              label={words.field.groups}
              on={rule.groups === true}
              change={(on) => put('groups', on || undefined)}
            />
          </Row>
        )}
        <Row label={words.field.shelvable}>
          <Select
            aria-label={words.field.shelvable}
            disabled={disabled}
            value={rule.shelvable === undefined ? 'usual' : String(rule.shelvable)}
            options={[
              { value: 'usual', label: words.field.shelvableUsual },
              { value: 'true', label: words.yes },
              { value: 'false', label: words.no },
            ]}
            onChange={(value: string) => put('shelvable', value === 'usual' ? undefined : value === 'true')}
          />
        </Row>
        {kind?.about === 'devices' && (
          <LimitsInput
            rule={rule}
            kind={kind}
            places={props.places}
            devices={props.devices}
            change={change}
          />
        )}
      </div>
    </FormGroundProvider>
  );
};
