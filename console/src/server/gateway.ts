import { z } from 'zod';
import { Alert, priorities } from '../../../src/model/alert.ts';
import { Call } from '../../../src/model/call.ts';
import { TimelineEntry } from '../../../src/model/change.ts';
import { Device } from '../../../src/model/device.ts';
import { Household } from '../../../src/model/household.ts';
import type { AlertVerb, alertOperations } from '../../../src/model/operation.ts';
import { Place } from '../../../src/model/place.ts';
import { Value } from '../../../src/model/reading.ts';
import { SiteList } from '../../../src/model/site.ts';
import { Text } from '../../../src/model/text.ts';
import { User } from '../../../src/model/user.ts';
import type { LimitingRule } from '../chart/limits.ts';
import type { Series } from '../chart/series.ts';
import type { Edges } from '../chart/span.ts';
import { setStreetZone } from '../time/street-zone.ts';
import { type Answer, request } from './request.ts';

const Session = z.object({ user: User, timeZone: z.string() });
type Session = Readonly<z.infer<typeof Session>>;
const AlertDetail = Alert.extend({ timeline: z.array(TimelineEntry), explanation: Text.optional() });

/** An alert with everything that happened to it. */
export type AlertDetail = Readonly<z.infer<typeof AlertDetail>>;

/** Whoever is in a session goes by the street's clocks. */
const inSession = async (asked: Promise<Answer<Session>>): Promise<Answer<Session>> => {
  const answer = await asked;
  if (answer.ok) setStreetZone(answer.value.timeZone);
  return answer;
};

/** Begins a session; the gateway sets the cookie. */
export const logIn = (username: string, password: string): Promise<Answer<Session>> =>
  inSession(request(Session, '/session', { method: 'POST', body: { username, password } }));

/** Ends the session; `still-holding` where somebody would leave with an emergency in hand. */
export const logOut = (): Promise<Answer<unknown>> =>
  request(z.unknown(), '/session?leaving=seat', { method: 'DELETE' });

const Health = z.object({
  ok: z.boolean(),
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  recording: z.boolean(),
});

/** How the gateway is: what keeps it from working, what must be seen to, and whether calls are recorded. */
export type Health = Readonly<z.infer<typeof Health>>;

/** Asks the gateway how it is. */
export const readHealth = (): Promise<Answer<Health>> => request(Health, '/health');

/** Puts on record whether the tune was heard at this seat; `not-found` while no shift is running. */
export const recordSoundTest = (heard: boolean): Promise<Answer<unknown>> =>
  request(z.unknown(), '/shifts/current/sound-test', { method: 'POST', body: { heard } });

/** Whether the gateway knows this seat's session; asking is what tells the page that it has ended. */
export const askSession = (): Promise<Answer<Session>> => inSession(request(Session, '/session'));

/** The alert with its timeline, open or closed. */
export const readAlert = (id: string): Promise<Answer<AlertDetail>> =>
  request(AlertDetail, `/alerts/${encodeURIComponent(id)}`);

/** Carries out an operator's command; the answer is the alert as it is committed. */
export const perform = <V extends AlertVerb>(
  id: string,
  verb: V,
  body: z.input<(typeof alertOperations)[V]>,
): Promise<Answer<Alert>> =>
  request(Alert, `/alerts/${encodeURIComponent(id)}/${verb}`, { method: 'POST', body });

const called = (path: string, body: Readonly<Record<string, string>>): Promise<Answer<Call>> =>
  request(Call, `/calls${path}`, { method: 'POST', body });

const at = (console: string | null): { readonly console?: string } => (console === null ? {} : { console });

/** Calls a device, heard and spoken at this console. */
export const placeCall = (
  device: string,
  alert: string | null,
  console: string | null,
): Promise<Answer<Call>> => called('', { device, ...(alert === null ? {} : { alert }), ...at(console) });

/** What an operator may do with a call. */
export type CallCommand = 'answer' | 'hang-up' | 'listen' | 'leave';

/** Carries out a command to a call at this console; the answer is the call as it is committed. */
export const commandCall = (
  id: string,
  command: CallCommand,
  console: string | null,
): Promise<Answer<Call>> => called(`/${encodeURIComponent(id)}/${command}`, at(console));

/** Another operator speaks on. */
export const handOverCall = (id: string, to: string, console: string | null): Promise<Answer<Call>> =>
  called(`/${encodeURIComponent(id)}/hand-over`, { to, ...at(console) });

const CallList = z.object({ calls: z.array(Call) });

/** The calls of an alert, newest first, 100 at the most. */
export const readCallsOf = async (alert: string): Promise<Answer<readonly Call[]>> => {
  const answer = await request(CallList, `/calls?alert=${encodeURIComponent(alert)}`);
  return answer.ok ? { ok: true, value: answer.value.calls } : answer;
};

/** Where the recording of a call is played from. */
export const recordingAddress = (call: string): string =>
  `/api/v1/calls/${encodeURIComponent(call)}/recording`;

/** The card of a home. */
export const readHousehold = (place: string): Promise<Answer<Household>> =>
  request(Household, `/households/${encodeURIComponent(place)}`);

const DeviceList = z.object({ devices: z.array(Device), next: z.string().optional() });

/** Every device this seat may see; of a place, all that stand in it. */
export const readDevices = async (place: string | null = null): Promise<Answer<readonly Device[]>> => {
  const all: Device[] = [];
  const within = place === null ? '' : `&place=${encodeURIComponent(place)}`;
  let after = '';
  for (;;) {
    const page = await request(
      DeviceList,
      `/devices?limit=1000${within}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    if (!page.ok) return page;
    all.push(...page.value.devices);
    if (page.value.next === undefined) return { ok: true, value: all };
    after = page.value.next;
  }
};

/** One device; `not-found` also where this seat may not see it. */
export const readDevice = (id: string): Promise<Answer<Device>> =>
  request(Device, `/devices/${encodeURIComponent(id)}`);

const PlaceList = z.object({ places: z.array(Place) });

/** Every place this seat may see, from the street down to the homes. */
export const readPlaces = async (): Promise<Answer<readonly Place[]>> => {
  const answer = await request(PlaceList, '/places');
  return answer.ok ? { ok: true, value: answer.value.places } : answer;
};

/** Where places stand on the ground, as far as somebody has said, and what pictures lie under them. */
export const readSites = (): Promise<Answer<SiteList>> => request(SiteList, '/sites');

const DeclaredType = z.object({
  name: z.string(),
  label: Text,
  reportEveryMs: z.number(),
  /** A person can be spoken with over it. */
  voice: z.literal(true).optional(),
  measurements: z.record(
    z.string(),
    z.object({ kind: z.enum(['number', 'flag', 'text']), unit: z.string().optional() }),
  ),
});
const TypeList = z.object({ types: z.array(DeclaredType) });

/** What a device type declares: what it is called, its measurements in their order, and how often it reports, in ms. */
export type DeclaredType = Readonly<z.infer<typeof DeclaredType>>;

/** The device types by name. */
export const readTypes = async (): Promise<Answer<ReadonlyMap<string, DeclaredType>>> => {
  const answer = await request(TypeList, '/device-types');
  return answer.ok
    ? { ok: true, value: new Map(answer.value.types.map((type) => [type.name, type])) }
    : answer;
};

const Params = z.record(z.string(), z.unknown());
const RuleList = z.object({
  rules: z.array(
    z.object({
      id: z.string(),
      types: z.array(z.string()),
      levels: z.array(
        z.object({
          params: Params,
          priority: z.enum(priorities),
          latching: z.boolean(),
          onDelayMs: z.number(),
          offDelayMs: z.number(),
          title: Text.nullable(),
        }),
      ),
      alert: z.custom<LimitingRule['alert']>((value) => z.object({ title: Text }).safeParse(value).success),
      hours: z.custom<LimitingRule['hours']>((value) => typeof value === 'object'),
      limits: z.array(
        z.object({
          where: z.union([z.object({ device: z.string() }), z.object({ place: z.string() })]),
          off: z.boolean(),
          params: z.array(Params),
        }),
      ),
    }),
  ),
});

/** The rules in force. */
export const readRules = async (): Promise<Answer<readonly LimitingRule[]>> => {
  const answer = await request(RuleList, '/rules');
  return answer.ok ? { ok: true, value: answer.value.rules } : answer;
};

const AlertList = z.object({ alerts: z.array(Alert) });

/** The newest 1,000 alerts that were raised in a span and concern a device, open and closed. */
export const readAlertsOf = async (
  device: string,
  { from, to }: Edges,
): Promise<Answer<readonly Alert[]>> => {
  const answer = await request(
    AlertList,
    `/alerts?device=${encodeURIComponent(device)}&from=${Math.floor(from)}&to=${Math.ceil(to)}&limit=1000`,
  );
  return answer.ok ? { ok: true, value: answer.value.alerts } : answer;
};

/** The newest alerts of a place since a moment (epoch ms), open and closed, 200 at the most. */
export const readAlertsIn = async (place: string, from: number): Promise<Answer<readonly Alert[]>> => {
  const answer = await request(
    AlertList,
    `/alerts?place=${encodeURIComponent(place)}&from=${Math.floor(from)}&limit=200`,
  );
  return answer.ok ? { ok: true, value: answer.value.alerts } : answer;
};

/** Which series is asked for. */
export type SeriesName = Pick<Series, 'device' | 'measurement'>;

const Points = z.array(
  z.union([z.tuple([z.number(), Value]), z.tuple([z.number(), z.number(), z.number(), z.number()])]),
);
const SeriesList = z.object({
  series: z.array(
    z.object({ device: z.string(), measurement: z.string(), unit: z.string().nullable(), points: Points }),
  ),
});

/** What was measured in a span, in at most `points` points a series, in the order in which it was asked for: 64 series at most. */
export const readReadings = async (
  names: readonly SeriesName[],
  { from, to }: Edges,
  points: number,
  signal: AbortSignal,
): Promise<Answer<readonly Series[]>> => {
  const query = new URLSearchParams({
    from: String(Math.max(0, Math.floor(from))),
    to: String(Math.ceil(to)),
    points: String(points),
  });
  for (const { device, measurement } of names) query.append('series', `${device}:${measurement}`);
  const answer = await request(SeriesList, `/readings?${query}`, { signal });
  return answer.ok ? { ok: true, value: answer.value.series } : answer;
};

/** The address of a file with everything that a device measured in a span, every reading exact; a CSV says at its beginning that it is UTF-8, or a spreadsheet garbles its units. */
export const exportAddress = (
  format: 'csv' | 'ndjson',
  device: string,
  measurements: readonly string[],
  { from, to }: Edges,
): string => {
  const query = new URLSearchParams({
    format,
    device,
    from: String(Math.max(0, Math.floor(from))),
    to: String(Math.ceil(to)),
  });
  if (format === 'csv') query.set('bom', '1');
  for (const measurement of measurements) query.append('measurement', measurement);
  return `/api/v1/readings/export?${query}`;
};
