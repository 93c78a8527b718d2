/** Where in the stream of one connection's packets its bytes have come to. */
export type Framing = {
  /** Bytes of the current packet's body that have not come yet. */
  remaining: number;
  /** The packet type whose remaining length is being read; 0 = the next byte begins a packet. */
  type: number;
  length: number;
  shift: number;
  /** Packets that ended in the chunk walked last. */
  packets: number;
};

/** Why a stream cannot be followed any further. */
export type FramingFault = 'packet-too-large' | 'malformed-packet' | 'not-a-connect';

const connectType = 1;
const highestType = 14;

/** The framing of a connection from which nothing has come. */
export const createFraming = (): Framing => ({ remaining: 0, type: 0, length: 0, shift: 0, packets: 0 });

/** Follows the fixed headers in `chunk` [MQTT-2.2.3] and counts the packets that end in it; a packet that announces more than `maxBytes` is a fault at its header, before its body has come. */
export const followPackets = (framing: Framing, chunk: Uint8Array, maxBytes: number): FramingFault | null => {
  framing.packets = 0;
  let at = 0;
  while (at < chunk.length) {
    const next = step(framing, chunk, at, maxBytes);
    if (typeof next === 'string') return next;
    at = next;
  }
  return null;
};

/** Follows the first packet only, which must be a CONNECT [MQTT-3.1.0-1]: the index behind its end, -1 where it has not ended in this chunk, or a fault. */
export const followConnect = (
  framing: Framing,
  chunk: Uint8Array,
  maxBytes: number,
): number | FramingFault => {
  framing.packets = 0;
  let at = 0;
  while (at < chunk.length) {
    const next = step(framing, chunk, at, maxBytes);
    if (typeof next === 'string') return next;
    if (framing.type !== 0 && framing.type !== connectType) return 'not-a-connect';
    at = next;
    if (framing.packets === 1) return at;
  }
  return -1;
};

const step = (framing: Framing, chunk: Uint8Array, at: number, maxBytes: number): number | FramingFault => {
  if (framing.remaining > 0) {
    const taken = Math.min(framing.remaining, chunk.length - at);
    framing.remaining -= taken;
    if (framing.remaining === 0) framing.packets++;
    return at + taken;
  }
  const byte = chunk[at] ?? 0;
  if (framing.type === 0) {
    framing.type = byte >> 4;
    framing.length = 0;
    framing.shift = 0;
    return framing.type === 0 || framing.type > highestType ? 'malformed-packet' : at + 1;
  }
  framing.length += (byte & 0x7f) << framing.shift;
  framing.shift += 7;
  if (byte >= 0x80) return framing.shift > 21 ? 'malformed-packet' : at + 1;
  if (framing.length > maxBytes) return 'packet-too-large';
  framing.type = 0;
  framing.remaining = framing.length;
  if (framing.length === 0) framing.packets++;
  return at + 1;
};
