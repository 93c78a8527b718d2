import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { deviceTypes, dialects } from '../devices/index.ts';
import { createApi } from './api/api.ts';
import { hashPassword, isPassword } from './api/passwords.ts';
import { type Broker, createBroker } from './broker/broker.ts';
import {
  type CertificateAndKey,
  CertificateError,
  type Certificates,
  findWhereabouts,
  keepGivenCertificate,
  keepOwnCertificate,
} from './certificates.ts';
import { createClock } from './clock.ts';
import { type Config, keepOf, loadConfig } from './config.ts';
import { isConsoleOld } from './console-age.ts';
import { tellFirstPassword } from './first-password.ts';
import type { Inbound } from './gateway/doors.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { defaultLedgerLimits } from './gateway/ledger.ts';
import type { StoreHealth } from './gateway/ports.ts';
import { openRulebook } from './gateway/rulebook-versions.ts';
import { createMetrics } from './metrics.ts';
import type { RuleDirectory, RuleProblem } from './model/rulebook.ts';
import type { Channel } from './notify/channels/channel.ts';
import { siren } from './notify/channels/siren.ts';
import { webhook } from './notify/channels/webhook.ts';
import { createNotifier } from './notify/notify.ts';
import { type ListenerPlace, whyNotOpen } from './open-listener.ts';
import { openPoisonList } from './poison.ts';
import { readRuleFiles, watchRuleFiles } from './rule-files.ts';
import { createClockwork } from './rules/hours.ts';
import { type BackupSchedule, backupFailed, scheduleBackups } from './store/backups/schedule.ts';
import { dataDirectory } from './store/data-directory.ts';
import { readTarget } from './store/influx/target.ts';
import { diskNearlyFull } from './store/readings/keep.ts';
import { openStore, type ShipTo } from './store/store.ts';
import { StoreError } from './store/store-error.ts';
import { superviseBy } from './supervision.ts';
import { createVoice } from './voice/voice.ts';

/** How often time enters the core (ms). */
const tickEveryMs = 200;
/** After a stop was asked for, everything taken is committed and every connection ended within this (ms). */
const stopWithinMs = 4_500;

/** A run of this length (ms) was ended by nothing that was under way when it began. */
const healthyAfterMs = 600_000;

/** A file of rules is being written as long as its text changes within this; where the system tells of no change it is found by looking this often (ms). */
const ruleFilesSettleMs = 500;
const ruleFilesPollMs = 5_000;

/** How often the files of certificates and the addresses of the machine are looked at (ms). */
const lookAtCertificatesMs = 30_000;

/** Exit statuses: 0 stopped as asked; 1 could not start; 2 a setting or the rulebook is wrong; 70 stopped by itself to start again from disk. */
const exits = { cannotStart: 1, badSettings: 2, fatal: 70 } as const;

const root = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const refuse = (lines: readonly string[], status: number): never => {
  for (const line of lines) process.stderr.write(`zhishou: ${line}\n`);
  process.exit(status);
};

const readSettings = (): { readonly config: Config; readonly unknown: readonly string[] } => {
  const loaded = loadConfig(process.env);
  return loaded.ok
    ? loaded
    : refuse(
        loaded.problems.map(({ path, message }) => `${path}: ${message}`),
        exits.badSettings,
      );
};

const influxOf = ({ influx: { url, keepDays, backFillPerSecond } }: Config): ShipTo | null => {
  const read = url === null ? null : readTarget(url);
  return read?.ok ? { target: read.target, keepDays, backFillPerSecond } : null;
};

const lineOf = (dir: string, { file, line, column, message }: RuleProblem): string =>
  `${join(dir, file)}:${line}:${column}: ${message}`;

const run = async (): Promise<void> => {
  // Illnesses and telephone numbers lie in what is written here, wherever somebody has put the directory for it.
  process.umask(0o077);
  const { config, unknown } = readSettings();
  const log = pino(
    { level: config.logLevel, base: { pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  );
  if (unknown.length > 0) log.warn({ variables: unknown }, 'environment variables that are no setting');
  if (config.adminPassword !== null && config.adminPassword.length < 8)
    log.warn('the password of admin is short: change it');
  const consoleDir = resolve(root, config.http.consoleDir);
  if (!existsSync(join(consoleDir, 'index.html')))
    log.warn({ dir: consoleDir }, 'there is no built console; npm run prepare builds it');
  const supervision = superviseBy(process.env);
  const clock = createClock(Date.now, () => performance.now());

  let gateway: Gateway | null = null;
  let health: StoreHealth = { ok: true };
  let ended = false;
  /** A promise that was broken cannot be mended from here: note what was under way, and start again from disk. */
  const stopFor = (error: unknown, suspects: readonly Inbound[] | null): void => {
    if (ended) return;
    ended = true;
    log.fatal({ err: error }, 'stopping, to start again from disk');
    try {
      if (suspects !== null) poison.suspect(suspects);
    } finally {
      process.exit(exits.fatal);
    }
  };
  const fatal = (error: unknown): void => stopFor(error, gateway?.unsettled() ?? null);
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);

  const opening = openStore({
    dir: resolve(config.dataDir),
    log: log.child({ room: 'store' }),
    version,
    moveReadingsAfterMs: config.store.moveReadingsAfterMs,
    keep: keepOf(config),
    diskBudgetBytes: config.store.diskBudgetMb === null ? null : config.store.diskBudgetMb * 1_000_000,
    influx: influxOf(config),
    onDisk: (note) => {
      if (note === null) gateway?.clearFault(diskNearlyFull);
      else gateway?.raiseFault(diskNearlyFull, note);
    },
    onHealth: (next) => {
      health = next;
      gateway?.setHealth(next);
    },
    // What a broken disk refuses says nothing against the messages that were on their way to it.
    onFatal: (error) => stopFor(error, null),
  }).catch((error: unknown) => {
    if (error instanceof StoreError) return refuse([error.message], exits.cannotStart);
    throw error;
  });
  const ruleDirectory = await readRuleFiles(config.rulesDir);
  // The store waits for its threads meanwhile; what is stored is most often what the directory holds.
  openRulebook(null, ruleDirectory, deviceTypes);
  const store = await opening;
  const poison = openPoisonList(resolve(config.dataDir));
  setTimeout(poison.forget, healthyAfterMs).unref();
  const opened = openRulebook(store.state.rulebook, ruleDirectory, deviceTypes);
  if (!opened.ok) {
    await store.close();
    return refuse(
      opened.problems.map((problem) => lineOf(config.rulesDir, problem)),
      exits.badSettings,
    );
  }
  if (opened.unread.length > 0)
    log.error(
      { problems: opened.unread },
      'this program cannot read the stored rulebook; the files of the directory take its place',
    );

  const keepCertificates = async (): Promise<Certificates | null> => {
    if (config.mqtts.port === null && !config.http.tls) return null;
    const { cert, key, names } = config.tls;
    const keeping = {
      log: log.child({ room: 'tls' }),
      now: Date.now,
      changed: (next: CertificateAndKey) => {
        mqtt.changeCertificate(next);
        api.changeCertificate(next);
      },
    };
    return cert !== null && key !== null
      ? keepGivenCertificate({ cert: resolve(cert), key: resolve(key) }, keeping)
      : await keepOwnCertificate(resolve(config.dataDir), () => findWhereabouts(names), keeping);
  };
  const certificates = await keepCertificates().catch(async (error: unknown) => {
    if (!(error instanceof CertificateError)) throw error;
    await store.close();
    return refuse([error.message], config.tls.cert === null ? exits.cannotStart : exits.badSettings);
  });
  const tls = certificates?.current() ?? null;

  const recordingsIn = dataDirectory(resolve(config.dataDir)).recordings;
  const voice = createVoice(
    {
      host: config.voice.host ?? config.http.host,
      port: config.voice.port,
      announce: config.voice.announce,
      iceServers: config.voice.iceServers,
      language: config.voice.language,
      promptsDir: config.voice.promptsDir === null ? null : resolve(config.voice.promptsDir),
      recordingsDir: config.voice.recording ? recordingsIn : null,
      recordingsIn,
      keepRecordingsMs: config.voice.keepRecordingsDays * 86_400_000,
      now: clock.now,
      log: log.child({ room: 'voice' }),
    },
    {
      signal: (call, to, signal) => gateway?.voice.signal(call, to, signal),
      audio: (call, frame) => gateway?.voice.audio(call, frame),
      flows: (call, side, flowing) => gateway?.voice.flows(call, side, flowing),
      failed: (call, side, reason) => gateway?.voice.failed(call, side, reason),
      recording: (call, on) => gateway?.voice.recording(call, on),
      recorded: (call, lengthMs) => gateway?.voice.recorded(call, lengthMs),
      lost: () => gateway?.voice.lost(),
    },
  );

  // The core is made before the broker it speaks through; nothing is sent before the listeners are open.
  let broker: Broker | null = null;
  const core = createGateway({
    state: { ...store.state, rulebook: opened.version },
    rules: opened.rules,
    clockwork: createClockwork(config.timeZone),
    types: deviceTypes,
    dialects,
    journal: store.journal,
    messageIds: store.messageIds,
    downlink: {
      send: (outbound) => broker?.downlink.send(outbound),
      disconnect: (connection) => broker?.downlink.disconnect(connection),
      stream: (connection, topic, bytes) => broker?.downlink.stream(connection, topic, bytes),
      congestion: (level) => broker?.downlink.congestion(level),
    },
    schedule: setImmediate,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    now: clock.now,
    newId: () => uuidv7(),
    isPoison: poison.isPoison,
    ladder: config.emergency,
    limits: defaultLedgerLimits,
    media: voice,
    recording: config.voice.recording,
  });
  gateway = core;
  core.setHealth(health);

  const takeRules = (directory: RuleDirectory): void => {
    const outcome = core.readRules(directory);
    if (outcome.what === 'adopted') {
      const { number, changed } = outcome.version;
      log.info({ version: number, files: changed.map(({ name }) => name) }, 'new rules are in force');
      const gone = core.duty.rulebook.gone();
      if (gone.length > 0) log.warn({ rules: gone }, 'rules about life are gone and raise nothing any more');
    }
    if (outcome.what === 'mended')
      log.info('the files of rules are right again, and say what is in force already');
    if (outcome.what === 'refused') {
      for (const problem of outcome.problems)
        log.error({ problem: lineOf(config.rulesDir, problem) }, 'wrong in the files of rules');
      log.error('the files of rules are wrong; the old rules stay in force');
    }
  };
  takeRules(ruleDirectory);
  const ruleFiles = watchRuleFiles({
    dir: config.rulesDir,
    known: ruleDirectory,
    settleMs: ruleFilesSettleMs,
    pollMs: ruleFilesPollMs,
    changed: takeRules,
  });
  process.on('SIGHUP', () => {
    void ruleFiles.readNow();
    void certificates?.look();
  });

  const mqtt = await createBroker(
    {
      host: config.mqtt.host,
      port: config.mqtt.port,
      tls: tls !== null && config.mqtts.port !== null ? { port: config.mqtts.port, ...tls } : null,
      maxPacketBytes: config.mqtt.maxPacketBytes,
      connectTimeoutMs: config.mqtt.connectTimeoutMs,
      maxConnections: config.mqtt.maxConnections,
      budget: {
        messagesPerSecond: config.mqtt.messagesPerSecond,
        messageBurst: config.mqtt.messageBurst,
        bytesPerSecond: config.mqtt.bytesPerSecond,
        burstBytes: config.mqtt.byteBurst,
        valuesPerSecond: config.mqtt.valuesPerSecond,
        valueBurst: config.mqtt.valueBurst,
      },
      now: clock.now,
      log: log.child({ room: 'broker' }),
      onFatal: fatal,
    },
    core.devices,
  );
  broker = mqtt;

  const channels: Channel[] = [siren(core.notify)];
  if (config.webhook.url !== null)
    channels.push(webhook({ url: config.webhook.url, secret: config.webhook.secret }));
  const notifier = createNotifier({
    door: core.notify,
    archive: store.archive,
    channels,
    log: log.child({ room: 'notify' }),
  });

  let backups: BackupSchedule | null = null;
  let taking = false;
  const api = await createApi(
    {
      host: config.http.host,
      port: config.http.port,
      tls: config.http.tls && tls !== null ? { ...tls, own: config.tls.cert === null } : null,
      trustProxy: config.http.trustProxy,
      version,
      consoleDir,
      timeZone: config.timeZone,
      tiles:
        config.map.tiles === null ? null : { url: config.map.tiles, attribution: config.map.attribution },
      sessionMs: config.http.sessionHours * 3_600_000,
      now: clock.now,
      newId: () => uuidv7(),
      log: log.child({ room: 'api' }),
    },
    {
      duty: core.duty,
      archive: store.archive,
      tryOuts: store.tryOuts,
      recordings: {
        open: async (call) => voice.recordings.open(call),
        hold: async (call, held) => voice.recordings.hold(call, held),
      },
      recording: () => config.voice.recording,
      mqtt: (stream, remote) => mqtt.accept(stream, remote),
      metrics: createMetrics({
        gateway: core,
        broker: mqtt,
        health: () => health,
        shipping: store.shipping,
        voice: voice.health,
        backups:
          config.backup.dir === null ? null : () => backups?.health() ?? { madeAt: null, failing: null },
      }),
      ready: () => {
        const problems: string[] = [];
        if (!taking) problems.push('the listeners are not open');
        if (!health.ok) problems.push(`the store cannot commit: ${health.error}`);
        // Anybody may ask this, so no path of this machine is told.
        const { problems: wrong, gone } = core.duty.rulebook;
        const warnings = [
          ...wrong().map((problem) => `rules: ${lineOf('', problem)}`),
          ...gone().map(({ id, kind }) => `rules: ${id} is gone, which raised ${kind}`),
        ];
        const shipping = store.shipping();
        if (shipping !== null && shipping.state !== 'ok')
          warnings.push(`InfluxDB does not take readings (${shipping.state}); they wait in the own store`);
        warnings.push(...(certificates?.warnings() ?? []));
        if ((backups?.health().failing ?? null) !== null) warnings.push('backup: the last one failed');
        if (voice.health().failing !== null) warnings.push('voice: calls have no sound; the log says why');
        return { ok: problems.length === 0, problems, warnings };
      },
    },
  );

  const firstPassword =
    store.state.users.length > 0 ? null : (config.adminPassword ?? randomBytes(15).toString('base64url'));
  const firstHash = firstPassword === null ? null : await hashPassword(firstPassword);
  const admin = store.state.users.find(({ username }) => username === 'admin');
  if (config.adminPassword !== null && firstPassword === null)
    if (admin === undefined || !(await isPassword(admin.passwordHash, config.adminPassword)))
      log.warn(
        'ZHISHOU_ADMIN_PASSWORD counts at the first start only and is not the password of admin; npm run reset-password gives a new one',
      );

  const ticking = setInterval(() => {
    const setBy = clock.follow();
    if (setBy !== 0) {
      log.warn({ byMs: setBy }, 'the clock was set; running deadlines move along');
      core.shiftClock(setBy);
    }
    core.tick(clock.now());
  }, tickEveryMs);

  const looking = setInterval(() => void certificates?.look(), lookAtCertificatesMs);

  await notifier.start();
  const open = async <T>(listening: Promise<T>, places: readonly ListenerPlace[]): Promise<T> => {
    try {
      return await listening;
    } catch (error) {
      const why = whyNotOpen(error, places);
      if (why === null) throw error;
      ended = true;
      clearInterval(ticking);
      await core.duty.settled();
      await Promise.all([mqtt.close(), voice.close()]);
      await store.close();
      return refuse([why], exits.cannotStart);
    }
  };
  const { mqtt: plain, mqtts: secure, http: web } = config;
  const ports = await open(mqtt.listen(), [
    { ...plain, variables: { host: 'ZHISHOU_MQTT_HOST', port: 'ZHISHOU_MQTT_PORT' } },
    { ...plain, ...secure, variables: { host: 'ZHISHOU_MQTT_HOST', port: 'ZHISHOU_MQTTS_PORT' } },
  ]);
  const http = await open(api.listen(), [
    { ...web, variables: { host: 'ZHISHOU_HTTP_HOST', port: 'ZHISHOU_HTTP_PORT' } },
  ]);
  // First start: nobody can log in before there is somebody; and a password is told only where there is something to log in to.
  if (firstPassword !== null && firstHash !== null) {
    core.duty.putUser(
      'system',
      {
        id: 'admin',
        username: 'admin',
        name: 'admin',
        role: 'admin',
        places: [],
        disabled: false,
        passwordHash: firstHash,
      },
      true,
    );
    await core.duty.settled();
    if (config.adminPassword === null)
      process.stdout.write(
        `${tellFirstPassword(firstPassword, dataDirectory(resolve(config.dataDir)).firstPassword, process.env)}\n`,
      );
  }
  const stop = async (signal: string): Promise<void> => {
    if (ended) return;
    ended = true;
    taking = false;
    log.info({ signal }, 'stopping');
    supervision.stopping();
    const forced = setTimeout(() => {
      log.error('could not finish in time');
      process.exit(exits.cannotStart);
    }, stopWithinMs);
    mqtt.stopTaking();
    ruleFiles.close();
    clearInterval(ticking);
    clearInterval(looking);
    void backups?.stop();
    await core.duty.settled();
    await notifier.stop();
    await Promise.all([mqtt.close(), api.close(), voice.close()]);
    core.putDown();
    await core.duty.settled();
    poison.forget();
    await store.close();
    clearTimeout(forced);
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));

  taking = true;
  const addresses = {
    mqtt: ports.mqtt,
    ...(ports.mqtts === null ? {} : { mqtts: ports.mqtts }),
    http,
  };
  log.info({ ...addresses, version }, 'ready');
  process.stdout.write(`zhishou ready ${JSON.stringify({ ...addresses, pid: process.pid, version })}\n`);
  supervision.ready();
  // Every file of it is looked at: no press waits for that.
  if (consoleDir === join(root, 'console/dist') && isConsoleOld(consoleDir, join(root, 'console/src')))
    log.warn({ dir: consoleDir }, 'the console is older than its source; npm run prepare builds it anew');
  if (config.backup.dir !== null)
    backups = scheduleBackups({
      dataDir: resolve(config.dataDir),
      folder: resolve(config.backup.dir),
      atHour: config.backup.atHour,
      keep: config.backup.keep,
      timeZone: config.timeZone,
      now: clock.now,
      record: async () => (await store.archive.journal(0, 1))[0]?.hash ?? null,
      log: log.child({ room: 'store' }),
      made: () => core.clearFault(backupFailed),
      failed: (why) => core.raiseFault(backupFailed, why),
    });
  else core.clearFault(backupFailed);
};

await run();
