import { emergencyKinds } from '../model/alert.ts';
import type { Active, BranchKey, Engine, Finding, Observed, Rule, Subject } from '../model/rule.ts';
import { membersOf } from '../rules/rule-index.ts';
import type { AlertBook } from './alert-book.ts';
import type { DeviceBook } from './device-book.ts';
import type { Ledger } from './ledger.ts';
import { isOutOfService } from './repairs.ts';

/** What the engine finds becomes alerts, or the return of them; and what thereby becomes active, or ceases to be, is shown to the rules that rest on it. */
export type Findings = {
  /** Takes up what was found at `now` (epoch ms); `late`: by a reading that came too late to be a level now. */
  readonly heed: (findings: readonly Finding[], now: number, late: boolean) => void;
  /** The same for what became of alerts in another way: a device removed, say. `gone` are devices that have just left the book. */
  readonly follow: (now: number, gone?: readonly Observed[]) => void;
  /** Another rulebook is in force. */
  readonly adopt: (rules: readonly Rule[]) => void;
};

const rowOf = ({ rule, branch, subject }: BranchKey): string => `${rule} ${branch} ${subject}`;

/** The rules by what each names of other rules. */
const namedBy = (rules: readonly Rule[], named: (rule: Rule) => readonly string[]): Map<string, Rule[]> => {
  const naming = new Map<string, Rule[]>();
  for (const rule of rules)
    for (const other of named(rule)) naming.set(other, [...(naming.get(other) ?? []), rule]);
  return naming;
};

/** Makes them. `covered` says whether a test mode covers what a device of this type finds there now. */
export const createFindings = (parts: {
  readonly rules: readonly Rule[];
  readonly engine: () => Engine;
  readonly alerts: AlertBook;
  readonly devices: DeviceBook;
  readonly ledger: Ledger;
  readonly covered: (type: string, place: Observed['place'], now: number) => boolean;
}): Findings => {
  const { alerts, devices, ledger, covered } = parts;
  let explainers = new Map<string, Rule[]>();
  let groupers = new Map<string, Rule[]>();
  const adopt = (rules: readonly Rule[]): void => {
    explainers = namedBy(rules, ({ explains }) => explains);
    groupers = namedBy(rules, (rule) => (rule.groups ? membersOf(rule) : []));
  };
  adopt(parts.rules);

  /** The subjects that an alert which explains or groups may have, seen from a device. */
  const subjectsAround = (device: Observed): readonly string[] => [
    device.id,
    ...(device.hub === null ? [] : [device.hub]),
    ...(device.place?.path.map(({ id }) => `place:${id}`) ?? []),
  ];

  const activeAround = (device: Observed, rule: Rule): string | null => {
    for (const subject of subjectsAround(device)) {
      const open = alerts.openOf(subject, rule.id);
      if (open?.active) return open.id;
    }
    return null;
  };

  /** The active alerts of these rules within reach of a subject: of a hub its devices', of a place those that lie in it, of any other device its own. */
  const inReach = (rules: readonly string[], { key, place }: Subject): readonly Active[] => {
    if (key.startsWith('place:')) return place === null ? [] : alerts.active(rules, place.id);
    return alerts
      .active(rules)
      .filter(({ device }) => device === key || devices.get(device)?.record.hub === key);
  };

  const detected = (
    { rule, subject, evidence }: Extract<Finding, { readonly rule: Rule }>,
    level: number,
    now: number,
    late: boolean,
  ) => {
    const device = devices.get(subject.device)?.record;
    const { priority, latching, title } = rule.levels[Math.max(0, level - 1)] ?? {};
    const { kind, test } = rule.alert;
    const explaining = device === undefined ? [] : (explainers.get(rule.id) ?? []);
    return {
      kind,
      test,
      priority: priority ?? 'low',
      latching: latching ?? false,
      title: title ?? rule.alert.title,
      rule: { id: rule.id, version: rule.version },
      subject: subject.key,
      device: subject.device,
      // A delay may have begun where the device was before it was moved.
      place: device !== undefined && subject.key === device.id ? device.place : subject.place,
      shelvable: rule.shelvable,
      testMode: device !== undefined && covered(device.type, device.place, now),
      outOfService: device !== undefined && isOutOfService(device, now),
      late: late && emergencyKinds.has(kind),
      receivedAt: now,
      evidence,
      reAlarmAfterMs: rule.reAlarmAfterMs,
      explainedBy: explaining.reduce<string | null>(
        (found, rule) => found ?? (device === undefined ? null : activeAround(device, rule)),
        null,
      ),
    };
  };

  const hold = (finding: Extract<Finding, { what: 'level' }>, now: number, late: boolean): void => {
    const { rule, subject, holding, level } = finding;
    const members = level === 0 ? [] : inReach(membersOf(rule), subject);
    const concerned = new Set([subject.device, ...members.map(({ device }) => device)]);
    const alert = alerts.hold(
      { ...detected(finding, level, now, late), devices: [...concerned], holding, level },
      `device:${subject.device}`,
      now,
    );
    if (!alert?.active) return;
    if (rule.groups)
      alerts.group(
        alert.id,
        members.map((member) => member.alert),
        now,
      );
    if (rule.explains.length > 0)
      alerts.suppress(
        alert.id,
        inReach(rule.explains, subject).map((active) => active.alert),
        now,
      );
  };

  const take = (findings: readonly Finding[], now: number, late: boolean): void => {
    for (const finding of findings) {
      switch (finding.what) {
        case 'level':
          hold(finding, now, late);
          break;
        case 'occurred':
          alerts.raise(
            { ...detected(finding, 1, now, late), key: finding.rule.id },
            `device:${finding.subject.device}`,
            now,
          );
          break;
        case 'delay':
          ledger.put('delay', rowOf(finding.key), finding.body);
          break;
        case 'memory':
          ledger.put('memory', rowOf(finding.key), finding.body);
      }
    }
  };

  const follow: Findings['follow'] = (now, gone = []) => {
    // Rules rest on each other without circles, so this comes to an end.
    for (let turned = alerts.takeTurned(); turned.length > 0; turned = alerts.takeTurned()) {
      for (const { rule, device: id } of turned) {
        const device = devices.get(id)?.record ?? gone.find((left) => left.id === id);
        if (device === undefined) continue;
        take(parts.engine().turned(rule, device, now), now, false);
        for (const grouper of groupers.get(rule) ?? []) {
          const incident = activeAround(device, grouper);
          const member = alerts.openOf(id, rule);
          if (incident !== null && member?.active && member.incident !== incident)
            alerts.group(incident, [member.id], now);
        }
      }
    }
  };

  return {
    adopt,
    follow,
    heed: (findings, now, late) => {
      take(findings, now, late);
      follow(now);
    },
  };
};
