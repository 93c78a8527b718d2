import { z } from 'zod';
import { Place } from './place.ts';
import { Id, Moment } from './text.ts';
import { mayActAs, type User } from './user.ts';

/** The states of a voice call, in the order in which it goes through them; the last four are its ends. */
export const callStates = [
  'requested',
  'ringing',
  'answered',
  'connected',
  'ended',
  'cancelled',
  'declined',
  'failed',
] as const;
export type CallState = (typeof callStates)[number];

/** A call in one of these is over. */
export const endedStates: ReadonlySet<CallState> = new Set(['ended', 'cancelled', 'declined', 'failed']);

/** What carries the device's side of a call: WebRTC over UDP, or frames of sound over its MQTT connection. */
export const callMedia = ['webrtc', 'mqtt-audio'] as const;
export type CallMedia = (typeof callMedia)[number];

/** A voice call with a device. `direction`: `in` = the device asked for it, `out` = an operator did. `connected` only once sound flows both ways. `missedAt`: nobody had answered for 60 s; it rings on. `ringingAt`: since when it rings, this time; `rings`: how many times it began to. `listeners`: supervisors who listen in. `answeredBy` is whoever speaks now: after a hand-over the heir, and of a call that an operator placed that operator from the start; a call that rings without it waits for anybody of the duty room. `recordingAt`: since when it is being recorded, while it is; `recorded`: there is a recording of it, whole. Times in epoch ms. */
export const Call = z.object({
  id: z.string(),
  device: z.string(),
  alert: z.string().optional(),
  place: Place.nullable(),
  state: z.enum(callStates),
  media: z.enum(callMedia),
  requestedAt: Moment,
  ringingAt: Moment.optional(),
  rings: z.number().int().nonnegative(),
  missedAt: Moment.optional(),
  answeredAt: Moment.optional(),
  answeredBy: z.string().optional(),
  connectedAt: Moment.optional(),
  endedAt: Moment.optional(),
  reason: z.string().optional(),
  direction: z.enum(['in', 'out']),
  listeners: z.array(z.string()),
  recordingAt: Moment.optional(),
  recorded: z.boolean(),
});
export type Call = Readonly<z.infer<typeof Call>>;

/** Whether the recording of a call is played to somebody who may see its place: to supervisors, and to whoever spoke last in it. */
export const mayHearRecording = (
  { id, role }: Pick<User, 'id' | 'role'>,
  { answeredBy }: Pick<Call, 'answeredBy'>,
): boolean => mayActAs(role, 'supervisor') || answeredBy === id;

/** What happened to a call; the name of the journal's entry is `call.<event>`. `rings-again`: it was answered, and its sound or its console was lost. `moved`: its device is at another place than was thought, and it rings there. `fell-back`: its device's sound travels over MQTT from now on. `recording`: from here on it is recorded; `recording-broke`: no more, though somebody speaks. */
export const callEvents = [
  'requested',
  'ringing',
  'answered',
  'connected',
  'missed',
  'rings-again',
  'handed-over',
  'joined',
  'moved',
  'listened-to',
  'left-alone',
  'fell-back',
  'recording',
  'recording-broke',
  'recorded',
  'ended',
  'cancelled',
  'declined',
  'failed',
] as const;
export type CallEvent = (typeof callEvents)[number];

/** Why a call ended, failed or rings again, in the gateway's own words; a console that takes its leg down may say another one. `no-sound`: the device was not heard within 15 s of the answer; `device-silent`: it was, and fell silent. From `leg-failed` on: what befell the leg of a console. */
export const callReasons = [
  'no-answer',
  'no-sound',
  'device-silent',
  'device-removed',
  'console-lost',
  'console-left',
  'console-silent',
  'restarted',
  'replaced',
  'alert-closed',
  'hung-up-by-operator',
  'hung-up-by-device',
  'leg-failed',
  'path-lost',
  'no-path',
  'no-secure-connection',
  'closed-by-the-other-end',
  'no-common-codec',
  'answer-not-understood',
] as const;

/** The longest session description (characters) and candidate that anybody may send. */
export const maxSdp = 16_384;
export const maxCandidate = 1_024;

/** An ICE candidate: its line, or that with its place in the session description. */
export const Candidate = z.union([
  z.string().max(maxCandidate),
  z.object({
    candidate: z.string().max(maxCandidate),
    sdpMid: z.string().max(64).nullish(),
    sdpMLineIndex: z.number().int().min(0).max(64).nullish(),
  }),
]);
export type Candidate = Readonly<z.infer<typeof Candidate>>;

/** One step of the making of a leg. `ready` is said only by a console: it has begun anew and needs another offer. */
export const LegSignal = z.object({
  kind: z.enum(['offer', 'answer', 'candidate', 'end', 'ready']),
  sdp: z.string().max(maxSdp).optional(),
  candidate: Candidate.optional(),
  reason: z.string().max(200).optional(),
});
export type LegSignal = Readonly<z.infer<typeof LegSignal>>;

/** Signalling between the gateway and the console that answered, on the live feed, both ways. */
export const VoiceMessage = LegSignal.extend({ type: z.literal('voice'), call: z.string().max(64) });
export type VoiceMessage = Readonly<z.infer<typeof VoiceMessage>>;

/** What a device says on `voice/up`. `media` comes with a request: how its sound can travel. */
export const DeviceSignal = z.object({
  call: Id,
  type: z.enum(['request', 'answer', 'candidate', 'cancel', 'hang-up']),
  sdp: z.string().max(maxSdp).optional(),
  candidate: Candidate.optional(),
  media: z.enum(callMedia).optional(),
  expiresAt: Moment.optional(),
});
export type DeviceSignal = Readonly<z.infer<typeof DeviceSignal>>;

/** What a device is told on `voice/down`. */
export const DeviceNotice = z.object({
  call: z.string(),
  type: z.enum(['state', 'offer', 'candidate', 'end']),
  state: z.enum(callStates).optional(),
  sdp: z.string().optional(),
  candidate: Candidate.optional(),
  reason: z.string().optional(),
  media: z.enum(callMedia).optional(),
  expiresAt: Moment,
});
export type DeviceNotice = Readonly<z.infer<typeof DeviceNotice>>;

/** What the person at the device hears while nobody speaks: it was received and rings; it was answered; somebody is on the way; nobody has been reached yet, and it goes on ringing. */
export const prompts = ['received', 'answered', 'help-is-coming', 'nobody-yet'] as const;
export type Prompt = (typeof prompts)[number];
