import { EdgeError } from '../errors/index.js';

/**
 * Base64 payload plus topic, in bytes, that nucleus lite (the smaller of the two) delivers: measured as 7,323 bytes on a
 * topic of 13. Above it a message is answered OK and dropped, a little further up the connection ends.
 */
const localEncodedBytes = 9_777;
/** Payload that lite's IoT Core path takes. */
const iotCorePayloadBytes = 6_500;

/** Longest payload for a local topic, in bytes. */
export function maxLocalPayloadBytes(topic: string): number {
  return Math.floor((localEncodedBytes - Buffer.byteLength(topic)) / 4) * 3;
}

/** @throws EdgeError MESSAGE_TOO_LARGE */
export function checkLocalPayload(topic: string, payload: Uint8Array): void {
  check(topic, payload.byteLength, maxLocalPayloadBytes(topic));
}

/** @throws EdgeError MESSAGE_TOO_LARGE */
export function checkIotCorePayload(topic: string, payload: Uint8Array): void {
  check(topic, payload.byteLength, iotCorePayloadBytes);
}

function check(topic: string, bytes: number, limitBytes: number): void {
  if (bytes > limitBytes) throw new EdgeError('MESSAGE_TOO_LARGE', { topic, bytes, limitBytes });
}
