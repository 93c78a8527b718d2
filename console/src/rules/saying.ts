import type { Language } from '../words/first-language.ts';
import { wordFor } from '../words/word-for.ts';
import type { Dictionary } from '../words/zh.ts';
import type { DeclaredType, RuleInForce } from './ask-rules.ts';
import { type DeclaredKind, durationOf, paramsInWords, type Saying } from './declared.ts';
import type { RulesWords } from './rules-words.ts';

/** What rules are said with in the seat's language. `titleOf` says what a rule is called. */
export const sayingOf = (given: {
  readonly language: Language;
  readonly words: RulesWords;
  readonly dictionary: Dictionary;
  readonly types: readonly DeclaredType[];
  readonly titleOf: (id: string) => string;
}): Saying => {
  const { language, words, dictionary, types } = given;
  const units = new Map(
    types.flatMap(({ measurements }) =>
      Object.entries(measurements).map(([name, { unit = '' }]) => [name, unit] as const),
    ),
  );
  return {
    text: (text) => text[language],
    duration: words.length,
    measurement: (name) => wordFor(dictionary.measurement, name),
    unit: (name) => units.get(name) ?? '',
    rule: given.titleOf,
    yes: words.yes,
    no: words.no,
    pair: words.pair,
    list: (items) => items.join(words.comma),
    range: words.range,
  };
};

/** A length in ms, in words. */
export const lengthInWords = (ms: number, words: RulesWords): string => {
  const length = durationOf(ms);
  return length === null ? '' : words.length(length.amount, length.unit);
};

/** One level of a rule in words. */
export type SaidLevel = {
  readonly priority: RuleInForce['levels'][number]['priority'];
  readonly title: string | null;
  readonly condition: string;
  readonly delays: readonly string[];
};

/** A rule in words. */
export type SaidRule = {
  readonly types: string;
  /** What all levels have in common; '' where there is one level, which says it. */
  readonly kind: string;
  readonly levels: readonly SaidLevel[];
  readonly more: readonly string[];
  readonly limits: readonly string[];
};

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Says a rule: for which types, under which condition, its levels with their delays, its hours and where it has other limits. `whereOf` says what a place or a device is called. */
export const sayRule = (
  rule: RuleInForce,
  given: {
    readonly kind: DeclaredKind | undefined;
    readonly say: Saying;
    readonly words: RulesWords;
    readonly dictionary: Dictionary;
    readonly types: readonly DeclaredType[];
    readonly whereOf: (where: RuleInForce['limits'][number]['where']) => string;
  },
): SaidRule => {
  const { kind, say, words, dictionary, types } = given;
  const conditionOf = (params: Readonly<Record<string, unknown>>): string =>
    kind === undefined ? JSON.stringify(params) : paramsInWords(kind.params, params, say).join(' · ');
  const typeNames = rule.types.map((name) => wordFor(dictionary.type, name));
  const { hours } = rule;
  const days =
    hours === null || hours.days.length === 7
      ? words.everyDay
      : say.list(hours.days.map((day) => words.days[day - 1] ?? String(day)));
  return {
    types:
      kind?.about === 'rules'
        ? words.aboutRules
        : types.length > 0 && types.every(({ name }) => rule.types.includes(name))
          ? words.allTypes
          : say.list(typeNames),
    kind: kind === undefined ? rule.kind : say.text(kind.label),
    levels: rule.levels.map((level) => ({
      priority: level.priority,
      title: level.title === null ? null : say.text(level.title),
      condition: conditionOf(level.params),
      delays: [
        level.onDelayMs > 0 ? words.onDelay(lengthInWords(level.onDelayMs, words)) : words.atOnce,
        ...(level.offDelayMs > 0 ? [words.offDelay(lengthInWords(level.offDelayMs, words))] : []),
        ...(level.latching ? [words.latching] : []),
      ],
    })),
    more: [
      ...(rule.alert.test ? [words.test] : []),
      ...(hours === null
        ? []
        : [(hours.inside ? words.only : words.except)(days, clock(hours.from), clock(hours.to))]),
      ...(rule.reAlarmAfterMs === null ? [] : [words.reAlarm(lengthInWords(rule.reAlarmAfterMs, words))]),
      ...(rule.groups ? [words.groups] : []),
      ...(rule.explains.length > 0 ? [words.explains(say.list(rule.explains.map(say.rule)))] : []),
    ],
    limits: rule.limits.map(({ where, off, params }) =>
      words.limitAt(
        given.whereOf(where),
        off ? words.limitOff : params.map((each) => conditionOf(each)).join(' / '),
      ),
    ),
  };
};
