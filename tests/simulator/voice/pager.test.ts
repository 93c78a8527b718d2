import { describe, expect, it } from 'vitest';
import { hearTone } from '../../../simulator/voice/ear.ts';
import { toneOf } from '../../../simulator/voice/sound.ts';
import { createWebRtcLeg, OfferRefusedError } from '../../../simulator/voice/webrtc-leg.ts';
import { makeOffer, openFakeGateway, patienceMs } from './fake-gateway.ts';

describe('a pager', () => {
  it('asks for its call again with the same id whenever its line is back, until it is told that it is over', async () => {
    const { pager, link, signals, tell, shut } = await openFakeGateway();
    shut(true);
    const call = pager.call('webrtc');
    shut(false);
    const asked = ({ type }: { readonly type: string }): boolean => type === 'request';
    expect(await signals.waitFor(asked, patienceMs, 'a request')).toEqual({
      call,
      type: 'request',
      media: 'webrtc',
    });
    await link.open();
    await expect.poll(() => link.waiting(), { timeout: patienceMs }).toBe(0);
    const before = signals.mark();
    const connections = link.counts().connections;
    link.drop();
    await expect.poll(() => link.counts().connections, { timeout: patienceMs }).toBe(connections + 1);
    expect((await signals.waitFor(asked, patienceMs, 'the request again', before)).call).toBe(call);

    tell(call, { type: 'end', state: 'ended', reason: 'hung-up' });
    await pager.notices.waitFor(({ type }) => type === 'end', patienceMs, 'the end');
    expect(pager.current()).toMatchObject({ id: call, state: 'ended' });
    // What is not acknowledged yet would be said again, though nobody asks.
    await expect.poll(() => link.waiting(), { timeout: patienceMs }).toBe(0);
    const after = signals.mark();
    link.drop();
    await expect.poll(() => link.counts().connections, { timeout: patienceMs }).toBe(connections + 2);
    const next = pager.call('mqtt-audio');
    // Its line carries words in order: had it asked for the old call, that would have come first.
    expect((await signals.waitFor(() => true, patienceMs, 'anything', after)).call).toBe(next);
  });

  it('speaks over MQTT once somebody has answered and not before, and hears what it is told', async () => {
    const { pager, signals, tell, frames } = await openFakeGateway();
    const call = pager.call('mqtt-audio');
    await signals.waitFor(({ type }) => type === 'request', patienceMs, 'a request');
    tell(call, { type: 'state', state: 'ringing' });
    frames.speak(true);
    await pager.heard.waitFor(() => true, patienceMs, 'a second');
    expect(frames.ear.counts().frames).toBe(0);

    tell(call, { type: 'state', state: 'answered' });
    await Promise.all([
      hearTone(frames.ear.heard, 440, 2, patienceMs),
      hearTone(pager.heard, 1000, 2, patienceMs),
    ]);
    expect(frames.ear.counts().lost).toBe(0);

    tell(call, { type: 'end', reason: 'hung-up' });
    await expect.poll(() => pager.current()?.state, { timeout: patienceMs }).toBe('ended');
    const other = pager.call('mqtt-audio');
    await signals.waitFor((signal) => signal.call === other, patienceMs, 'another request');
    const { frames: said } = frames.ear.counts();
    tell(other, { type: 'state', state: 'ringing' });
    await pager.notices.waitFor((notice) => notice.call === other, patienceMs, 'that it rings');
    await pager.heard.waitFor(() => true, patienceMs, 'another second', pager.heard.mark());
    expect(frames.ear.counts().frames).toBe(said);
  });

  it('answers the offer of a leg, hears through it at once and speaks when it was answered', async () => {
    const { pager, signals, tell, offer } = await openFakeGateway();
    const call = pager.call('webrtc');
    await signals.waitFor(({ type }) => type === 'request', patienceMs, 'a request');
    tell(call, { type: 'state', state: 'ringing' });
    const leg = await offer(call);
    await hearTone(pager.heard, 1000, 1, patienceMs);
    await leg.ear.heard.waitFor(() => true, patienceMs, 'a second of silence');
    expect(leg.ear.heard.seen().map(({ shares }) => shares[440])).not.toContainEqual(expect.closeTo(1, 1));
    tell(call, { type: 'state', state: 'answered' });
    await Promise.all([
      hearTone(leg.ear.heard, 440, 2, patienceMs),
      hearTone(pager.heard, 1000, 2, patienceMs),
    ]);
  });

  it('makes its leg anew for another offer in the same call', async () => {
    const { pager, tell, offer } = await openFakeGateway();
    const call = pager.call('webrtc');
    tell(call, { type: 'state', state: 'answered' });
    const first = await offer(call);
    await hearTone(first.ear.heard, 440, 1, patienceMs);
    first.close();
    const second = await offer(call);
    const mark = pager.heard.mark();
    await Promise.all([
      hearTone(second.ear.heard, 440, 1, patienceMs),
      hearTone(pager.heard, 1000, 1, patienceMs, mark),
    ]);
  });

  it('goes over to frames on MQTT when it is told to', async () => {
    const { pager, tell, frames } = await openFakeGateway();
    const call = pager.call('webrtc');
    tell(call, { type: 'state', state: 'answered', media: 'mqtt-audio' });
    await hearTone(frames.ear.heard, 440, 1, patienceMs);
    expect(pager.current()?.media).toBe('mqtt-audio');
  });

  it('answers whoever calls it', async () => {
    const { pager, tell, offer } = await openFakeGateway();
    const leg = await offer('from-the-duty-room');
    expect(pager.current()?.id).toBe('from-the-duty-room');
    tell('from-the-duty-room', { type: 'state', state: 'answered' });
    await hearTone(leg.ear.heard, 440, 1, patienceMs);
  });

  it('says to whoever calls it that it can only speak over MQTT, where that is so', async () => {
    const { pager, tell, frames, signals } = await openFakeGateway('mqtt-audio');
    tell('from-the-duty-room', { type: 'state', state: 'ringing', media: 'webrtc' });
    expect(await signals.waitFor(() => true, patienceMs, 'an answer')).toEqual({
      call: 'from-the-duty-room',
      type: 'answer',
      media: 'mqtt-audio',
    });
    tell('from-the-duty-room', { type: 'state', state: 'answered', media: 'mqtt-audio' });
    frames.speak(true);
    await Promise.all([
      hearTone(frames.ear.heard, 440, 1, patienceMs),
      hearTone(pager.heard, 1000, 1, patienceMs),
    ]);
  });

  it('passes over what came too late, what is of another call and what nobody can read', async () => {
    const { pager, tell, tellTooLate } = await openFakeGateway();
    const call = pager.call('mqtt-audio');
    tellTooLate(call, { type: 'end' });
    tell('some-other-call', { type: 'end' });
    pager.hear('down', new TextEncoder().encode('{"call":'));
    pager.hear('audio/down', Uint8Array.of(1, 2));
    tell(call, { type: 'state', state: 'ringing' });
    await pager.notices.waitFor(({ state }) => state === 'ringing', patienceMs, 'ringing');
    expect(pager.current()).toMatchObject({ id: call, state: 'ringing' });
    expect(pager.notices.seen().map((notice) => [notice.call, notice.type])).toEqual([
      ['some-other-call', 'end'],
      [call, 'state'],
    ]);
  });

  it('says so where somebody cancels or hangs up, and only while there is a call', async () => {
    const { pager, signals, tell } = await openFakeGateway();
    pager.cancel();
    const call = pager.call('webrtc');
    pager.cancel();
    tell(call, { type: 'end', state: 'cancelled' });
    await pager.notices.waitFor(({ type }) => type === 'end', patienceMs, 'the end');
    pager.hangUp();
    const next = pager.call('webrtc');
    pager.hangUp();
    await signals.waitFor((signal) => signal.type === 'hang-up', patienceMs, 'hang-up');
    expect(signals.seen().map(({ call: of, type }) => [of, type])).toEqual([
      [call, 'request'],
      [call, 'cancel'],
      [next, 'request'],
      [next, 'hang-up'],
    ]);
  });
});

it('an offer without G.711 A-law is not answered', async () => {
  const leg = createWebRtcLeg(toneOf(440));
  const { sdp } = await makeOffer(1000, 'audio/PCMU', 0);
  await expect(leg.answer(sdp)).rejects.toThrow(OfferRefusedError);
  leg.close();
});
