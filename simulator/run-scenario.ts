import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { deviceTypes } from '../devices/index.ts';
import { Alert } from '../src/model/alert.ts';
import { User } from '../src/model/user.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { operate } from './alert-expectations.ts';
import { type ApiClient, ApiError, signIn } from './api-client.ts';
import { createClock } from './clock.ts';
import { createFleet, type FleetCounts } from './fleet.ts';
import { type PlannedDevice, planFleet } from './fleet-plan.ts';
import { followFeed } from './live-feed.ts';
import { randomFrom } from './random.ts';
import { registerDevices, removeDevices } from './registration.ts';
import { CannotGoOnError, patienceMs, type Scenario, type Stage } from './scenario.ts';
import type { Street } from './street.ts';
import { openConsole, type SpeakingConsole } from './voice/console-leg.ts';
import { NotSeenError } from './witness.ts';

/** Where and how a scenario is to be played. */
export type RunOptions = {
  /** `http://host:port` of the gateway. */
  readonly url: string;
  readonly mqttUrl: string;
  readonly username: string;
  readonly password: string;
  readonly street: Street;
  readonly seed: number;
  readonly devices: number;
  readonly speed: number;
  /** Closes the alerts it raised and takes its devices off the register afterwards. */
  readonly tidyUp: boolean;
  readonly onProgress?: (doing: string, done: number, total: number) => void;
};

/** What became of one thing that must follow. */
export type Outcome = {
  readonly name: string;
  readonly sentence: string;
  readonly outcome: 'held' | 'failed' | 'not-reached';
  /** What was seen where it did not hold. */
  readonly seen: string;
};

/** What came of a scenario. */
export type RunReport = {
  readonly scenario: string;
  readonly passed: boolean;
  readonly outcomes: readonly Outcome[];
  readonly fleet: FleetCounts;
  readonly changes: number;
  readonly tookMs: number;
};

const AlertPage = z.looseObject({ alerts: z.array(Alert), next: z.string().nullish() });
const feedSentence = 'the live feed never repeats, goes back or breaks its own schema';

// What is asked again and again until it is so; nobody tells us when a device's link changes.
const askAgainMs = 200;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// An id has room for 64 characters, and a place in a tower takes half of them.
const prefixOf = (name: string, seed: number): string =>
  `${name
    .split('-')
    .map((word) => word.slice(0, 1))
    .join('')}${seed}`;

/** Plays a scenario against a running gateway and reports what came of it. Rejects only where it cannot be played at all. */
export const runScenario = async (scenario: Scenario, options: RunOptions): Promise<RunReport> => {
  const { seed, street, mqttUrl } = options;
  const startedAt = Date.now();
  const prefix = prefixOf(scenario.name, seed);
  const onProgress = options.onProgress ?? (() => {});
  const verdicts = new Map<string, { held: boolean; seen: string }>();
  const installed: PlannedDevice[] = [];
  const seats: SpeakingConsole[] = [];
  const operators: string[] = [];
  const api = await signIn(options.url, options.username, options.password);
  const feed = await followFeed(api);
  const agenda: Agenda = createAgenda();
  const fleet = createFleet(mqttUrl, deviceTypes, agenda, seed);

  const must: Stage<string>['must'] = (key, held, seen) => {
    if (verdicts.get(key)?.held === false) return;
    verdicts.set(key, { held, seen: held ? '' : seen });
  };
  const mustCome: Stage<string>['mustCome'] = async (key, coming) => {
    try {
      const came = await coming;
      must(key, true, '');
      return came;
    } catch (error) {
      must(key, false, reasonOf(error));
      throw new CannotGoOnError(reasonOf(error));
    }
  };
  const install: Stage<string>['install'] = async (plan) => {
    installed.push(...plan);
    const secrets = await registerDevices(api, plan, (done) => onProgress('registering', done, plan.length));
    fleet.install(plan, secrets);
    const total = [...fleet.links()].length;
    await fleet.connect((up) => onProgress('connecting', up, total));
    return secrets;
  };

  const employ = async (name: string): Promise<ApiClient> => {
    const username = `${prefix}.${name}`;
    const password = randomBytes(12).toString('base64url');
    await api.post('/users', { username, password, name, role: 'operator' }, User);
    operators.push(username);
    return signIn(options.url, username, password);
  };

  const stage: Stage<string> = {
    api,
    feed,
    fleet,
    street,
    mqttUrl,
    seed,
    devices: options.devices,
    speed: options.speed,
    startedAt,
    prefix,
    random: (purpose) => randomFrom(seed, `${scenario.name}/${purpose}`),
    install,
    runBackground: async (streetStart) => {
      await install(planFleet(street, options.devices, seed, `${prefix}.bg`));
      const now = Date.now();
      const clock = createClock(now, streetStart ?? now, options.speed);
      fleet.startReporting(clock);
      return clock;
    },
    takeSeat: async (operator) => {
      const seat = await openConsole(operator === undefined ? api : await employ(operator));
      seats.push(seat);
      return seat;
    },
    must,
    mustCome,
    mustSee: (key, fits, since) =>
      mustCome(key, feed.waitForAlert(fits, patienceMs, scenario.mustFollow[key] ?? key, since)),
    mustSeeCall: (key, fits, since, withinMs = patienceMs) =>
      mustCome(key, feed.waitForCall(fits, withinMs, scenario.mustFollow[key] ?? key, since)),
    mustBecome: async (key, holds, seen) => {
      const deadline = Date.now() + patienceMs;
      while (!(await holds())) {
        if (Date.now() > deadline) return must(key, false, seen());
        await new Promise<void>((resolve) => agenda.at(Date.now() + askAgainMs, resolve));
      }
      must(key, true, '');
    },
    alertsRaised: async () => {
      const ours: Alert[] = [];
      let after = '';
      do {
        const page = await api.get(`/alerts?from=${startedAt}&limit=200${after}`, AlertPage);
        ours.push(...page.alerts.filter((alert) => alert.device.startsWith(`${prefix}.`)));
        after = page.next == null ? '' : `&after=${encodeURIComponent(page.next)}`;
      } while (after !== '');
      return ours;
    },
    pass: (ms) => new Promise((resolve) => agenda.at(Date.now() + ms, resolve)),
    progress: onProgress,
  };

  const tidyUp = async (): Promise<void> => {
    // First the devices: an alert whose condition still holds cannot be closed, and with its device the condition goes.
    await removeDevices(api, installed);
    for (const alert of await stage.alertsRaised()) {
      if (alert.state !== 'closed') await operate(api, alert.id, 'close', { disposition: 'test' });
    }
    for (const operator of operators) await api.remove(`/users/${operator}`);
  };

  let stoppedBy: string | null = null;
  let counts: FleetCounts;
  try {
    await scenario.play(stage);
  } catch (error) {
    if (
      !(error instanceof CannotGoOnError) &&
      !(error instanceof NotSeenError) &&
      !(error instanceof ApiError)
    )
      throw error;
    stoppedBy = reasonOf(error);
  } finally {
    fleet.stopReporting();
    counts = fleet.counts();
    await fleet.close();
    for (const seat of seats) await seat.close();
    agenda.clear();
    if (options.tidyUp) await tidyUp();
    await feed.close();
  }

  const outcomes = Object.entries(scenario.mustFollow).map(([name, sentence]): Outcome => {
    const verdict = verdicts.get(name);
    if (verdict !== undefined)
      return { name, sentence, outcome: verdict.held ? 'held' : 'failed', seen: verdict.seen };
    return { name, sentence, outcome: 'not-reached', seen: stoppedBy ?? 'the scenario never looked' };
  });
  const faults = [...feed.faults(), ...seats.flatMap((seat) => seat.feed.faults())];
  outcomes.push({
    name: 'feed-is-sound',
    sentence: feedSentence,
    outcome: faults.length === 0 ? 'held' : 'failed',
    seen: faults.slice(0, 3).join('; '),
  });
  return {
    scenario: scenario.name,
    passed: outcomes.every(({ outcome }) => outcome === 'held'),
    outcomes,
    fleet: counts,
    changes: feed.changes().length,
    tookMs: Date.now() - startedAt,
  };
};
