import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { BrokerStats } from './broker/counters.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { StoreHealth } from './gateway/ports.ts';
import type { BackupHealth } from './store/backups/schedule.ts';
import type { ShipStatus } from './store/influx/ship.ts';
import type { VoiceHealth } from './voice/voice.ts';

/** The text of `/metrics`, read off the parts at the moment of asking. */
export const createMetrics = (parts: {
  readonly gateway: Gateway;
  readonly broker: { readonly stats: () => BrokerStats };
  readonly health: () => StoreHealth;
  readonly shipping: () => ShipStatus | null;
  readonly voice: () => VoiceHealth;
  /** null = none are scheduled. */
  readonly backups: (() => BackupHealth) | null;
}): (() => Promise<string>) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `zhishou_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const { gateway, broker, health, shipping, voice, backups } = parts;
  gauge('messages_taken', 'Messages of devices taken since the start', () => gateway.stats().ingest.messages);
  gauge('readings_taken', 'Readings taken since the start', () => gateway.stats().ingest.readings);
  gauge('events_taken', 'Events of devices taken since the start', () => gateway.stats().ingest.events);
  gauge('duplicate_messages', 'Messages whose id was known', () => gateway.stats().ingest.duplicates);
  gauge(
    'stored_copies',
    'Retained presses that a hub passed on again when it connected, which rang nobody',
    () => gateway.stats().ingest.storedCopies,
  );
  gauge('open_alerts', 'Alerts that are open', () => gateway.stats().openAlerts);
  gauge('devices', 'Devices registered', () => gateway.stats().devices);
  gauge('waiting_messages', 'Messages not committed yet', () => gateway.stats().waitingMessages);
  gauge('rulebook_version', 'The version of the rulebook in force', () => gateway.stats().rulebookVersion);
  gauge(
    'rule_file_problems',
    'Problems in the directory of rules, for which the old rules stay in force',
    () => gateway.stats().ruleProblems,
  );
  gauge('store_failing', '1 while the store cannot commit', () => (health().ok ? 0 : 1));
  gauge('influx_failing', '1 while InfluxDB does not take readings', () =>
    shipping() === null || shipping()?.state === 'ok' ? 0 : 1,
  );
  gauge(
    'influx_shipped_readings',
    'Readings that InfluxDB took since the start',
    () => shipping()?.shipped ?? 0,
  );
  gauge(
    'influx_refused_readings',
    'Readings that InfluxDB will never take, set aside since the start',
    () => shipping()?.quarantined ?? 0,
  );
  gauge('influx_owed_readings', 'Readings that wait for InfluxDB, about', () => shipping()?.backlog ?? 0);
  gauge('voice_failing', '1 while nothing ends the sound of calls', () => (voice().failing === null ? 0 : 1));
  gauge('voice_calls', 'Calls that have sound, or are about to', () => voice().calls);
  gauge('voice_relayed_packets', 'Packets of sound passed on since the start', () => voice().relayed);
  gauge('voice_missed_packets', 'Packets of sound that did not arrive since the start', () => voice().missed);
  gauge(
    'voice_restarts',
    'How often what ends the sound of calls was started again since the start',
    () => voice().restarts,
  );
  if (backups !== null) {
    gauge('backup_failing', '1 from a scheduled backup that failed to the next that does not', () =>
      backups().failing === null ? 0 : 1,
    );
    gauge(
      'backup_made_seconds',
      'When the last backup was made, in seconds since 1970; 0 = none is known',
      () => (backups().madeAt ?? 0) / 1000,
    );
  }
  new Gauge({
    name: 'zhishou_quarantined_messages',
    help: 'Messages kept in quarantine since the start, by reason',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      for (const [reason, count] of gateway.stats().quarantined) this.set({ reason }, count);
    },
  });
  new Gauge({
    name: 'zhishou_broker',
    help: 'What the broker counts',
    labelNames: ['what'],
    registers: [registry],
    collect() {
      for (const [what, count] of Object.entries(broker.stats()))
        if (typeof count === 'number') this.set({ what }, count);
    },
  });
  return () => registry.metrics();
};
