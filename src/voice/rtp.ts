/** A packet of RTP (RFC 3550), taken apart; `payload` is a view of the packet. */
export type RtpPacket = {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
};

const headerBytes = 12;

/** Takes a packet apart; null where it is RTCP, or not whole. */
export const readRtp = (packet: Uint8Array): RtpPacket | null => {
  if (packet.length < headerBytes) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const flags = view.getUint8(0);
  const kind = view.getUint8(1);
  if (flags >> 6 !== 2) return null;
  // RFC 5761: on a port that both share, these are reports.
  if (kind >= 192 && kind <= 223) return null;
  let from = headerBytes + 4 * (flags & 15);
  if ((flags & 0x10) !== 0) {
    if (packet.length < from + 4) return null;
    from += 4 + 4 * view.getUint16(from + 2);
  }
  const padding = (flags & 0x20) === 0 ? 0 : view.getUint8(packet.length - 1);
  const to = packet.length - padding;
  if (from > to) return null;
  return {
    payloadType: kind & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: packet.subarray(from, to),
  };
};

/** Puts a packet together; `marker` says that a talkspurt begins. */
export const writeRtp = ({
  payloadType,
  sequence,
  timestamp,
  ssrc,
  payload,
  marker,
}: RtpPacket & { readonly marker: boolean }): Buffer => {
  const packet = Buffer.allocUnsafe(headerBytes + payload.length);
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.set(payload, headerBytes);
  return packet;
};
