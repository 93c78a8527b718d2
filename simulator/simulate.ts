import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { ApiError, UnreachableError } from './api-client.ts';
import { GatewayNotReadyError, startGateway } from './gateway-process.ts';
import { type RunReport, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { buildStreet, readStreetPlan } from './street.ts';

const usage = `Plays a scenario on a simulated street and checks on the live feed what must follow from it.

  npm run simulate -- NAME [--devices N] [--seed S] [--speed X]
                      [--url http://HOST:PORT --password WORD] [--username admin] [--mqtt mqtt://HOST:PORT]

  NAME              which scenario (--scenario NAME says it too); --list says which there are
  --devices N       how many devices the street has; each scenario has a default
  --seed S          another seed, another street: a whole number, 1 unless given
  --speed X         how many times as fast as ours the street's time passes; each scenario has a default
  --url URL         a gateway that runs already; without it one is started for this run, on free ports and in a directory of its own
  --username NAME   an admin of that gateway (admin)
  --password WORD   that admin's password; or ZHISHOU_ADMIN_PASSWORD
  --mqtt URL        where that gateway's broker is: by default on the same host, port 1883
  --list            the scenarios, and what must follow from each
  --help            this

Exit status: 0 everything followed, 1 something did not, 2 the scenario could not be played.
`;

/** What the command line asks for. */
type Wanted = {
  readonly scenario: Scenario;
  readonly devices: number;
  readonly seed: number;
  readonly speed: number;
  readonly gateway: {
    readonly url: string;
    readonly mqttUrl: string;
    readonly username: string;
    readonly password: string;
  } | null;
};

/** What was asked for makes no sense. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

const numberOf = (
  option: string,
  text: string | undefined,
  otherwise: number,
  least: number,
  whole: boolean,
): number => {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (
    text.trim() === '' ||
    !Number.isFinite(number) ||
    number < least ||
    (whole && !Number.isSafeInteger(number))
  )
    throw new UsageError(
      `--${option} takes a ${whole ? 'whole ' : ''}number from ${least} on, not "${text}"`,
    );
  return number;
};

const urlOf = (option: string, text: string, protocols: readonly string[]): string => {
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol))
    throw new UsageError(`--${option} takes an address like ${protocols[0]}//127.0.0.1, not "${text}"`);
  return text;
};

const options = {
  scenario: { type: 'string' },
  devices: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  url: { type: 'string' },
  username: { type: 'string', default: 'admin' },
  password: { type: 'string' },
  mqtt: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const readArguments = (args: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const names = values.scenario === undefined ? positionals : [values.scenario, ...positionals];
    if (names.length > 1) throw new UsageError(`one scenario at a time, not ${names.join(' and ')}`);
    return names[0] === undefined ? values : { ...values, scenario: names[0] };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const wantedBy = (values: ReturnType<typeof readArguments>): Wanted => {
  if (values.scenario === undefined)
    throw new UsageError(`which scenario? One of ${[...scenarios.keys()].join(', ')}; --list says more`);
  const scenario = scenarios.get(values.scenario);
  if (scenario === undefined)
    throw new UsageError(
      `there is no scenario "${values.scenario}"; there are ${[...scenarios.keys()].join(', ')}`,
    );
  const common = {
    scenario,
    devices: numberOf('devices', values.devices, scenario.defaults.devices, 1, true),
    seed: numberOf('seed', values.seed, 1, 0, true),
    speed: numberOf('speed', values.speed, scenario.defaults.speed, 1, false),
  };
  if (common.seed > 9_999_999_999) throw new UsageError('--seed has at most ten digits');
  if (values.url === undefined) {
    if (values.mqtt !== undefined) throw new UsageError('--mqtt goes with --url');
    return { ...common, gateway: null };
  }
  const url = urlOf('url', values.url, ['http:', 'https:']);
  const password = values.password ?? process.env.ZHISHOU_ADMIN_PASSWORD;
  if (password === undefined) throw new UsageError('--url takes a --password (or ZHISHOU_ADMIN_PASSWORD)');
  return {
    ...common,
    gateway: {
      url,
      mqttUrl:
        values.mqtt === undefined
          ? `mqtt://${new URL(url).hostname}:1883`
          : urlOf('mqtt', values.mqtt, ['mqtt:', 'tcp:']),
      username: values.username,
      password,
    },
  };
};

const listOfScenarios = (): string =>
  [...scenarios.values()]
    .map(({ name, plot, defaults, mustFollow }) =>
      [
        `${name} (${defaults.devices} devices, ${defaults.speed} times as fast)`,
        `  ${plot}`,
        ...Object.values(mustFollow).map((sentence) => `  - ${sentence}`),
      ].join('\n'),
    )
    .join('\n\n');

const signs = { held: '  ok  ', failed: ' FAIL ', 'not-reached': ' ---- ' } as const;

const summaryOf = (report: RunReport, wanted: Wanted): string => {
  const { fleet } = report;
  return [
    ...report.outcomes.map(
      ({ outcome, sentence, seen }) =>
        `${signs[outcome]} ${sentence}${outcome === 'held' ? '' : `\n        seen: ${seen}`}`,
    ),
    '',
    `${report.scenario}, seed ${wanted.seed}: ${report.passed ? 'everything followed' : 'NOT everything followed'} in ${(report.tookMs / 1000).toFixed(1)} s`,
    `${fleet.devices} devices, ${fleet.acknowledged} of ${fleet.messages} messages acknowledged, ${fleet.values} values, ${fleet.reconnects} reconnects, ${report.changes} changes on the feed`,
  ].join('\n');
};

/** Shows on a terminal how far it is; elsewhere it says nothing. */
const createProgress = (): {
  readonly show: (doing: string, done: number, total: number) => void;
  readonly end: () => void;
} => {
  if (process.stderr.isTTY !== true) return { show: () => {}, end: () => {} };
  const bar = new SingleBar({
    format: '{bar} {value}/{total} {doing}',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  let running = false;
  return {
    show: (doing, done, total) => {
      if (!running) bar.start(total, done, { doing });
      else {
        bar.setTotal(total);
        bar.update(done, { doing });
      }
      running = true;
    },
    end: () => bar.stop(),
  };
};

const play = async (wanted: Wanted): Promise<RunReport> => {
  const own = wanted.gateway === null ? await startGateway() : null;
  const stop = (): void => {
    void (own === null ? Promise.resolve() : own.stop()).then(() => process.exit(2));
  };
  // Ctrl-C comes twice: from the terminal and from npm.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const progress = createProgress();
  try {
    const gateway =
      wanted.gateway ??
      (own === null
        ? null
        : { url: own.url, mqttUrl: own.mqttUrl, username: 'admin', password: own.password });
    if (gateway === null) throw new TypeError('a gateway is either given or started');
    return await runScenario(wanted.scenario, {
      ...gateway,
      street: buildStreet(readStreetPlan(), wanted.seed),
      seed: wanted.seed,
      devices: wanted.devices,
      speed: wanted.speed,
      // A gateway of our own is thrown away as it is.
      tidyUp: own === null,
      onProgress: progress.show,
    });
  } finally {
    progress.end();
    await own?.stop();
  }
};

const main = async (args: readonly string[]): Promise<number> => {
  try {
    const values = readArguments(args);
    if (values.help || values.list) {
      process.stdout.write(values.help ? usage : `${listOfScenarios()}\n`);
      return 0;
    }
    const wanted = wantedBy(values);
    const report = await play(wanted);
    process.stdout.write(`${summaryOf(report, wanted)}\n`);
    return report.passed ? 0 : 1;
  } catch (error) {
    const expected =
      error instanceof UsageError ||
      error instanceof ApiError ||
      error instanceof UnreachableError ||
      error instanceof GatewayNotReadyError;
    const cause = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`simulate: ${expected ? cause.message : (cause.stack ?? cause.message)}\n`);
    return 2;
  }
};

process.exitCode = await main(process.argv.slice(2));
