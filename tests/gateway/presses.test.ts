import { describe, expect, test } from 'vitest';
import { homeIn, openStreet, rule } from './core.ts';

const streetWithPager = () => {
  const street = openStreet();
  street.register('pager-1', 'call-button');
  return street;
};

const streetBehindHub = () => {
  const street = openStreet();
  street.register('hub-1', 'hub');
  street.register('pager-2', 'call-button', { hub: 'hub-1' });
  street.register('zb', 'hub', { dialect: 'zigbee2mqtt' });
  return street;
};

const press = (street: ReturnType<typeof openStreet>, retained: boolean) =>
  street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/pager-2/events', { event: 'sos' }, { retained });

const commandsTo = (street: ReturnType<typeof openStreet>) =>
  street.sent.map(({ payload }) => (JSON.parse(payload) as { command: string }).command);

describe('a press of the button', () => {
  test('raises a critical alert that is never active and stays until somebody closes it', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    expect(street.only()).toMatchObject({
      kind: 'sos',
      rule: null,
      device: 'pager-1',
      priority: 'critical',
      state: 'latched-unacknowledged',
      active: false,
      latching: true,
      count: 1,
      version: 1,
    });
  });

  test('is answered to the device only once it is committed', () => {
    const street = streetWithPager();
    street.holdDisk(true);
    street.event('pager-1', 'sos');
    expect(commandsTo(street)).toEqual([]);
    expect(street.acknowledged).toEqual([]);
    expect(street.open()).toEqual([]);
    street.holdDisk(false);
    expect(commandsTo(street)).toEqual(['sos-received']);
    expect(street.acknowledged).toHaveLength(1);
    expect(street.only().committedAt).toBe(street.now());
  });

  test('joins the open call of its pager, counts, and rings again', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const first = street.only();
    expect(street.gateway.duty.perform('li', { verb: 'take', alert: first.id }).ok).toBe(true);
    street.pass(200);
    expect(street.only().state).toBe('latched-acknowledged');
    street.event('pager-1', 'sos');
    expect(street.only()).toMatchObject({
      id: first.id,
      count: 2,
      state: 'latched-unacknowledged',
      acknowledged: false,
    });
    expect(street.only().claimedBy).toBeUndefined();
  });

  test('after its alert was closed is a new alert', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const first = street.only();
    street.gateway.duty.perform('li', { verb: 'close', alert: first.id, disposition: 'pressed-by-mistake' });
    street.pass(200);
    expect(street.open()).toEqual([]);
    street.event('pager-1', 'sos');
    expect(street.only().id).not.toBe(first.id);
  });

  test('is heard by the person who pressed as it goes on: accepted by whom, help on its way once', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.gateway.duty.perform('li', { verb: 'dispatch', alert: id, who: 'neighbour', confirmed: false });
    street.pass(200);
    expect(commandsTo(street)).toEqual(['sos-received', 'sos-accepted']);
    expect(JSON.parse(street.sent[1]?.payload ?? '')).toMatchObject({ alert: id, by: 'li' });
    street.gateway.duty.perform('li', { verb: 'dispatch', alert: id, who: 'neighbour', confirmed: true });
    street.gateway.duty.perform('li', { verb: 'dispatch', alert: id, who: '120', confirmed: true });
    street.pass(200);
    expect(commandsTo(street)).toEqual(['sos-received', 'sos-accepted', 'help-dispatched']);
  });

  test('taken back by the device is recorded and stops nothing', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    street.event('pager-1', 'sos-cancel');
    expect(street.only().state).toBe('latched-unacknowledged');
    expect(street.changes.map(({ event }) => event)).toContain('cancel-requested');
  });

  test('with the same message id is one press within ten minutes, and another after', () => {
    const street = streetWithPager();
    street.event('pager-1', { event: 'sos', id: '7' });
    street.pass(590_000);
    street.event('pager-1', { event: 'sos', id: '7' });
    expect(street.only().count).toBe(1);
    expect(street.acknowledged).toHaveLength(2);
    street.pass(10_000);
    street.event('pager-1', { event: 'sos', id: '7' });
    expect(street.only().count).toBe(2);
  });

  test('is not used up by the id of a reading, however that is spelt', () => {
    const street = streetWithPager();
    street.readings('pager-1', {}, { id: 'sos 5' });
    street.readings('pager-1', {}, { id: '5' });
    street.event('pager-1', { event: 'sos', id: 5 });
    expect(street.only().count).toBe(1);
  });

  test('is not taken for another whose id has half a character in it', () => {
    const street = streetWithPager();
    street.publish('pager-1', 'zhishou/v1/devices/pager-1/events', '{"event":"sos","id":"\\ud800"}');
    street.publish('pager-1', 'zhishou/v1/devices/pager-1/events', '{"event":"sos","id":"\\ud801"}');
    expect(street.only().count).toBe(2);
    for (const { device, id } of street.batches.flatMap(({ messageIds }) => messageIds))
      expect([device, id.isWellFormed()]).toEqual([device, true]);
  });

  test('with the retain flag on its own connection is a press, and the device is flagged', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos', { retained: true });
    expect(street.only().kind).toBe('sos');
    expect(street.gateway.duty.committed.device('pager-1')?.flags).toEqual(['retained-press']);
  });

  test('with the retain flag through a hub is a stored copy: nobody is rung, the device is flagged, and its id is not used up', () => {
    const street = streetBehindHub();
    press(street, true);
    street.publish('zb', 'zigbee2mqtt/granny', { action: 'emergency' }, { retained: true });
    expect(street.open()).toEqual([]);
    expect(street.gateway.stats().ingest.storedCopies).toBe(2);
    expect(street.gateway.stats().quarantined.get('stored-copy')).toBe(2);
    expect(street.gateway.duty.committed.device('pager-2')?.flags).toEqual(['retained-press']);
    press(street, false);
    expect(street.only()).toMatchObject({ kind: 'sos', device: 'pager-2', count: 1 });
  });

  test('of a device nobody registered rings too, with what it said', () => {
    const street = openStreet();
    street.register('hub-1', 'hub');
    street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/stranger/events', { event: 'sos' });
    expect(street.only()).toMatchObject({
      kind: 'unregistered-sos',
      device: 'stranger',
      state: 'latched-unacknowledged',
    });
    expect(street.only().evidence[0]?.note).toContain('"sos"');
  });

  test.each([
    ['奶奶', '奶奶'],
    ['0x00 15', '0x00 15'],
    ['..', '..'],
  ])('of a child that is called %s, which is no id, rings for that name', (name, shown) => {
    const street = streetBehindHub();
    street.publish('hub-1', `zhishou/v1/hubs/hub-1/devices/${name}/events`, { event: 'sos' });
    expect(street.only()).toMatchObject({
      kind: 'unregistered-sos',
      title: { zh: expect.stringContaining(shown) },
    });
    street.register('granny', 'call-button', { hub: 'hub-1', address: name });
    expect(street.only()).toMatchObject({ kind: 'sos', device: 'granny' });
    street.publish('hub-1', `zhishou/v1/hubs/hub-1/devices/${name}/events/`, { event: 'sos' });
    expect(street.only()).toMatchObject({ kind: 'sos', count: 2 });
  });

  test('under a topic with a slash too many rings', () => {
    const street = streetWithPager();
    street.publish('pager-1', 'zhishou/v1/devices/pager-1/events/', { event: 'sos' });
    expect(street.only()).toMatchObject({ kind: 'sos', device: 'pager-1' });
  });

  test('on a device that is out of service rings all the same', () => {
    const street = streetWithPager();
    street.gateway.duty.takeOutOfService('admin', 'pager-1', {
      until: street.now() + 3_600_000,
      reason: 'repair',
    });
    street.event('pager-1', 'sos');
    expect(street.only().state).toBe('latched-unacknowledged');
  });

  test('with a clock from 1970 rings, marked late, and the clock is flagged', () => {
    const street = streetWithPager();
    street.event('pager-1', { event: 'sos', at: 12_345 });
    expect(street.only()).toMatchObject({ late: true, receivedAt: street.now() });
    expect(street.gateway.duty.committed.device('pager-1')?.flags).toEqual(['wrong-clock']);
  });
});

describe('an emergency that nobody answers', () => {
  test('is announced again three times, told outside at 30 s, and says why', () => {
    const street = streetWithPager();
    street.gateway.duty.watching([[]]);
    street.event('pager-1', 'sos');
    street.pass(60_000);
    const events = street.changes.filter(({ what }) => what === 'alert').map(({ event }) => event);
    expect(events.filter((event) => event === 're-announced')).toHaveLength(3);
    expect(events.filter((event) => event === 'escalated')).toHaveLength(1);
    expect(street.changes.find(({ event }) => event === 'escalated')?.data).toEqual({ reason: 'not-shown' });
  });

  test('is told outside at once when no console is on line', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    street.pass(10_200);
    expect(street.changes.find(({ event }) => event === 'escalated')?.data).toEqual({ reason: 'no-console' });
  });

  test('and that nobody on line may see is told outside as soon as if nobody were there', () => {
    const street = openStreet();
    street.register('pager-a', 'call-button', { place: homeIn('A', 1) });
    street.register('pager-b', 'call-button', { place: homeIn('B', 1) });
    street.register('pager-0', 'call-button');
    street.gateway.duty.watching([['A'], ['C']]);
    for (const pager of ['pager-a', 'pager-b', 'pager-0']) street.event(pager, 'sos');
    street.pass(10_200);
    expect(
      street.changes
        .filter(({ event }) => event === 'escalated')
        .map(({ alert, data }) => [alert?.device, data]),
    ).toEqual([['pager-b', { reason: 'no-console' }]]);
    street.pass(20_000);
    expect(street.changes.filter(({ event }) => event === 'escalated')).toHaveLength(3);
  });

  test('and was shown is not announced again, yet is told outside: shown is not taken', () => {
    const street = streetWithPager();
    street.gateway.duty.watching([[]]);
    street.event('pager-1', 'sos');
    const { id, version } = street.only();
    street.gateway.duty.shown('li', id, version);
    street.pass(40_000);
    const events = street.changes.map(({ event }) => event);
    expect(events).not.toContain('re-announced');
    expect(events).toContain('escalated');
    expect(street.only().firstShownAt).toBeDefined();
  });

  test('once taken is not told outside', () => {
    const street = streetWithPager();
    street.gateway.duty.watching([[]]);
    street.event('pager-1', 'sos');
    street.gateway.duty.perform('li', { verb: 'take', alert: street.only().id });
    street.pass(40_000);
    expect(street.changes.map(({ event }) => event)).not.toContain('escalated');
  });

  test('taken and then left alone for a minute rings again for everybody', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    street.gateway.duty.perform('li', { verb: 'take', alert: street.only().id });
    street.pass(60_200);
    expect(street.only()).toMatchObject({ state: 'latched-unacknowledged' });
    expect(street.changes.map(({ event }) => event)).toContain('untended');
  });

  test('taken and commented on stays with the one who has it', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.gateway.duty.perform('li', { verb: 'comment', alert: id, note: 'speaking with her' });
    street.pass(300_000);
    expect(street.only()).toMatchObject({ state: 'latched-acknowledged', claimedBy: 'li' });
  });

  test('tells by when it is to be taken, and goes on telling once that is missed, however often it is pressed again', () => {
    const street = streetWithPager();
    street.gateway.duty.watching([[]]);
    street.event('pager-1', 'sos');
    const { receivedAt } = street.only();
    for (let wait = 0; wait < 5; wait += 1) {
      expect(street.only()).toMatchObject({ takeBy: receivedAt + 30_000, receivedAt });
      street.pass(12_000);
      street.event('pager-1', 'sos');
    }
    const { escalatedAt = 0 } = street.only();
    expect(escalatedAt - receivedAt).toBeGreaterThanOrEqual(30_000);
    const first = street.changes.find(({ event }) => event === 'escalated');
    expect((first?.at ?? 0) - receivedAt).toBeLessThan(32_000);
  });

  test('tells until when whoever took it has to do something, and no longer once that is done', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.pass(200);
    const taken = street.only();
    expect(taken.tendBy).toBe((taken.takenAt ?? 0) + 60_000);
    expect(taken.takeBy).toBeUndefined();
    street.gateway.duty.perform('li', { verb: 'dispatch', alert: id, who: 'neighbour', confirmed: false });
    street.pass(200);
    expect(street.only().tendBy).toBeUndefined();
  });

  test.each([
    ['a note just written by the same operator', 'li', 'comment', 1_000, true],
    ['a note that is older than a minute', 'li', 'comment', 61_000, false],
    ['a note of somebody else', 'zhao', 'comment', 1_000, false],
    ['help that somebody sent long ago and that is still under way', 'zhao', 'dispatch', 90_000, true],
  ] as const)(
    '%s before it is taken: whether that counts as tending it',
    (_what, who, verb, before, counts) => {
      const street = streetWithPager();
      street.event('pager-1', 'sos');
      const { id } = street.only();
      street.gateway.duty.perform(
        who,
        verb === 'comment'
          ? { verb, alert: id, note: 'speaking with her' }
          : { verb, alert: id, who: 'neighbour', confirmed: true },
      );
      street.pass(before);
      street.gateway.duty.perform('li', { verb: 'take', alert: id });
      street.pass(200);
      expect(street.only().tendBy === undefined).toBe(counts);
      street.pass(61_000);
      expect(street.only().acknowledged).toBe(counts);
    },
  );

  test('handed over with a note on it stays tended for the heir, and one that nobody tended gives the heir a minute', () => {
    const street = streetWithPager();
    for (const id of ['wang', 'zhao'])
      street.gateway.duty.putUser(
        'system',
        { id, username: id, name: id, role: 'operator', places: [], disabled: false, passwordHash: 'x' },
        true,
      );
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.pass(50_000);
    const given = street.now();
    street.gateway.duty.perform('li', { verb: 'hand-over', alert: id, to: 'wang' });
    street.pass(200);
    expect(street.only()).toMatchObject({ claimedBy: 'wang', tendBy: given + 60_000 });
    street.gateway.duty.perform('wang', { verb: 'comment', alert: id, note: '119 is told' });
    street.pass(300_000);
    street.gateway.duty.perform('wang', { verb: 'hand-over', alert: id, to: 'zhao' });
    street.pass(200);
    expect(street.only().tendBy).toBeUndefined();
    street.pass(120_000);
    expect(street.only()).toMatchObject({ state: 'latched-acknowledged', claimedBy: 'zhao' });
    // What is pressed anew is a new matter, also for whoever inherited it.
    street.event('pager-1', 'sos');
    const taken = street.now();
    street.gateway.duty.perform('zhao', { verb: 'take', alert: id });
    street.pass(200);
    expect(street.only().tendBy).toBe(taken + 60_000);
  });

  describe('beside another emergency of the same home', () => {
    /** Three pagers: two in one home, one next door; li has taken all three. */
    const heldHome = () => {
      const street = openStreet();
      street.register('pager-1', 'call-button', { place: homeIn('b1', 1) });
      street.register('pager-2', 'call-button', { place: homeIn('b1', 1) });
      street.register('pager-3', 'call-button', { place: homeIn('b1', 2) });
      for (const pager of ['pager-1', 'pager-2', 'pager-3']) street.event(pager, 'sos');
      const of = (pager: string) => {
        const found = street.open().find(({ device }) => device === pager);
        if (found === undefined) throw new Error(`nothing is open of ${pager}`);
        return found;
      };
      const { perform } = street.gateway.duty;
      return { street, of, perform };
    };

    test.each([
      ['a note', { verb: 'comment', note: '119 已通知' }],
      ['help that was sent', { verb: 'dispatch', who: '119', confirmed: false }],
    ] as const)('%s on one tends the other that the same operator holds, and no other home', (_what, did) => {
      const { street, of, perform } = heldHome();
      for (const pager of ['pager-1', 'pager-2', 'pager-3'])
        perform('li', { verb: 'take', alert: of(pager).id });
      street.pass(30_000);
      perform('li', { ...did, alert: of('pager-1').id });
      street.pass(200);
      expect([of('pager-1').tendBy, of('pager-2').tendBy]).toEqual([undefined, undefined]);
      const told = street.changes.filter(({ event }) => event === 'home-tended');
      expect(told).toMatchObject([
        { by: 'user:li', alert: { device: 'pager-2' }, data: { alert: of('pager-1').id } },
      ]);
      street.pass(60_000);
      expect(['pager-1', 'pager-2', 'pager-3'].map((pager) => of(pager).acknowledged)).toEqual([
        true,
        true,
        false,
      ]);
    });

    test('a colleague’s note tends only what that colleague holds', () => {
      const { street, of, perform } = heldHome();
      perform('wang', { verb: 'take', alert: of('pager-1').id });
      perform('li', { verb: 'take', alert: of('pager-2').id });
      perform('wang', { verb: 'comment', alert: of('pager-1').id, note: '在问' });
      street.pass(61_000);
      expect([of('pager-1').acknowledged, of('pager-2').acknowledged]).toEqual([true, false]);
    });

    test('a note counts for the other that is taken after it, unless that was pressed later than it was written', () => {
      const { street, of, perform } = heldHome();
      perform('li', { verb: 'take', alert: of('pager-1').id });
      street.pass(5_000);
      perform('li', { verb: 'comment', alert: of('pager-1').id, note: '119 已通知' });
      street.pass(5_000);
      perform('li', { verb: 'take', alert: of('pager-2').id });
      street.pass(200);
      expect(of('pager-2').tendBy).toBeUndefined();
      street.event('pager-2', 'sos');
      perform('li', { verb: 'take', alert: of('pager-2').id });
      street.pass(200);
      expect(of('pager-2').tendBy).toBeGreaterThan(street.now());
    });
  });

  test('keeps when the family was told and when somebody was first on site, and both count as tending it', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.pass(200);
    street.gateway.duty.perform('li', { verb: 'family-informed', alert: id });
    street.pass(200);
    const told = street.only();
    expect(told.familyInformedAt).toBeGreaterThan(told.takenAt ?? Number.POSITIVE_INFINITY);
    expect([told.tendBy, told.onSiteAt]).toEqual([undefined, undefined]);
    street.gateway.duty.perform('li', { verb: 'arrived', alert: id, who: 'neighbour' });
    street.pass(200);
    const there = street.only();
    expect(there.onSiteAt).toBeGreaterThan(told.familyInformedAt ?? Number.POSITIVE_INFINITY);
    street.pass(5_000);
    street.gateway.duty.perform('li', { verb: 'arrived', alert: id, who: '120' });
    street.gateway.duty.perform('li', { verb: 'family-informed', alert: id });
    street.pass(200);
    expect(street.only()).toMatchObject({
      onSiteAt: there.onSiteAt,
      familyInformedAt: told.familyInformedAt,
    });
    expect(street.changes.filter(({ event }) => event === 'arrived').map(({ data }) => data)).toEqual([
      { who: 'neighbour' },
      { who: '120' },
    ]);
  });

  test('help that was sent before she pressed again does not answer the new press', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'dispatch', alert: id, who: 'neighbour', confirmed: true });
    street.pass(5_000);
    street.event('pager-1', 'sos');
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.pass(200);
    street.pass(61_000);
    expect(street.only().acknowledged).toBe(false);
  });

  test('goes on climbing the ladder after a restart', () => {
    const street = streetWithPager();
    street.gateway.duty.watching([[]]);
    street.event('pager-1', 'sos');
    street.pass(20_000);
    const again = openStreet({ state: street.stored(), at: street.now() });
    again.gateway.duty.watching([[]]);
    again.pass(12_000);
    expect(again.changes.map(({ event }) => event)).toContain('escalated');
    expect(again.changes[0]?.seq).toBeGreaterThan(street.changes.at(-1)?.seq ?? 0);
  });
});

describe('a disk that takes nothing', () => {
  test('does not keep an emergency from the consoles for longer than a second, and is told once', () => {
    const street = streetWithPager();
    street.holdDisk(true);
    street.event('pager-1', 'sos');
    street.pass(800);
    expect(street.uncommitted).toEqual([]);
    street.pass(2_000);
    expect(street.uncommitted.map(({ kind }) => kind)).toEqual(['sos']);
    expect(street.acknowledged).toEqual([]);
    street.holdDisk(false);
    expect(street.only().kind).toBe('sos');
  });

  test('does not keep from the consoles that a call for help which somebody took and left alone rings again', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    street.gateway.duty.perform('li', { verb: 'take', alert: street.only().id });
    street.settle();
    street.holdDisk(true);
    street.pass(58_000);
    expect(street.uncommitted).toEqual([]);
    street.pass(4_000);
    expect(street.uncommitted).toMatchObject([{ kind: 'sos', state: 'latched-unacknowledged' }]);
  });

  test('does not keep from the consoles that the repair which covered a smoke is over', () => {
    const street = openStreet({
      rules: [rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true })],
    });
    street.register('smoke-1', 'smoke-alarm');
    const until = street.now() + 60_000;
    street.gateway.duty.takeOutOfService('li', 'smoke-1', { reason: 'battery', until });
    street.readings('smoke-1', { smoke: true });
    expect(street.only().state).toBe('out-of-service');
    street.holdDisk(true);
    street.pass(64_000);
    expect(street.uncommitted).toMatchObject([{ kind: 'smoke', state: 'unacknowledged' }]);
  });

  test('does not let two operators both have it', () => {
    const street = streetWithPager();
    street.event('pager-1', 'sos');
    const { id } = street.only();
    street.holdDisk(true);
    const first = street.gateway.duty.perform('li', { verb: 'take', alert: id });
    const second = street.gateway.duty.perform('wang', { verb: 'take', alert: id });
    expect(first.ok).toBe(true);
    expect(second).toMatchObject({
      ok: false,
      refusal: { code: 'already-claimed', details: { claimedBy: 'li' } },
    });
    expect(street.only().claimedBy).toBeUndefined();
    street.holdDisk(false);
    expect(street.only().claimedBy).toBe('li');
  });
});

describe('a message in whose company the gateway has stopped twice', () => {
  const suspect = (spelt: string) =>
    openStreet({ isPoison: ({ bytes }) => new TextDecoder().decode(bytes) === spelt });

  test('rings all the same where it is a press, says that it is suspect, and is kept beside', () => {
    const street = suspect('{"event":"sos"}');
    street.register('pager-1', 'call-button');
    street.event('pager-1', { event: 'sos' });
    expect(street.only()).toMatchObject({ kind: 'sos', device: 'pager-1', state: 'latched-unacknowledged' });
    expect(street.only().title.en).toContain('suspect');
    expect(street.acknowledged).toHaveLength(1);
    expect(commandsTo(street)).toEqual(['sos-received']);
    expect(street.gateway.stats().quarantined.get('poison')).toBe(1);
    // The next one says nothing of the sort any more.
    street.event('pager-1', { event: 'sos', id: 2 });
    expect(street.only()).toMatchObject({ count: 2, title: { en: 'Emergency call' } });
  });

  test('rings for a stranger without the words that may be to blame', () => {
    const street = suspect('{"event":"sos","data":{"odd":"words"}}');
    street.register('hub-1', 'hub');
    street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/stranger/events', {
      event: 'sos',
      data: { odd: 'words' },
    });
    expect(street.only().kind).toBe('unregistered-sos');
    expect(JSON.stringify(street.only())).not.toContain('words');
  });

  test('has no other effect', () => {
    const street = suspect('{"values":{"battery":7}}');
    street.register('pager-1', 'call-button');
    street.readings('pager-1', { battery: 7 });
    expect(street.open()).toEqual([]);
    expect(street.batches.flatMap(({ readings }) => readings)).toEqual([]);
  });
});
