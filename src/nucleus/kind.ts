/** `classic` is the Java nucleus, `lite` the C one (its behaviour measured with version 2.6.0). */
export type NucleusKind = 'classic' | 'lite';

/** What a component can notice of the difference between the two nuclei. */
export interface NucleusTraits {
  readonly kind: NucleusKind;
  /** A wrong token: an acknowledgement without the accepted flag, or just the end of the connection. */
  readonly refusesHandshakeWithAck: boolean;
  /** Whether a wildcard subscription is spared its own component's messages unless it asks for them. */
  readonly sparesOwnMessages: boolean;
  /** Whether an error carries `message` beside `_message`, which is all that lite writes. */
  readonly writesPlainMessage: boolean;
  /** Whether access rules know the MQTT wildcards `+` and `#` beside `*`. */
  readonly mqttAccessRules: boolean;
  /** Whether a change of configuration is first offered to the component, which may refuse it. */
  readonly asksBeforeChange: boolean;
  /** Whether messages for IoT Core wait for the network instead of failing at once. */
  readonly spoolsOffline: boolean;
  /** Whether every scalar of a YAML recipe reaches the component as a string. */
  readonly stringScalarsFromYaml: boolean;
  /** Base64 payload plus topic, in bytes: above `delivered` a message is lost though answered, above `accepted` the connection ends. */
  readonly messageBytes: { readonly delivered: number; readonly accepted: number };
  /** Payload of a message for IoT Core, in bytes. */
  readonly iotCoreBytes: number;
  /** Keys and values in a jsonMessage; one with more silently ends the subscriptions that it matches. */
  readonly jsonNodes: number;
}

const unlimited = Number.POSITIVE_INFINITY;

export const nucleusTraits: Readonly<Record<NucleusKind, NucleusTraits>> = {
  classic: {
    kind: 'classic',
    refusesHandshakeWithAck: true,
    sparesOwnMessages: true,
    writesPlainMessage: true,
    mqttAccessRules: true,
    asksBeforeChange: true,
    spoolsOffline: true,
    stringScalarsFromYaml: false,
    messageBytes: { delivered: unlimited, accepted: unlimited },
    // AWS IoT Core's own limit of a payload.
    iotCoreBytes: 128 * 1024,
    jsonNodes: unlimited,
  },
  lite: {
    kind: 'lite',
    refusesHandshakeWithAck: false,
    sparesOwnMessages: false,
    writesPlainMessage: false,
    mqttAccessRules: false,
    asksBeforeChange: false,
    spoolsOffline: false,
    stringScalarsFromYaml: true,
    // 7,323 and 7,368 bytes on a topic of 13 bytes: 9,764 and 9,824 characters of base64, and the topic.
    messageBytes: { delivered: 9_777, accepted: 9_837 },
    iotCoreBytes: 6_500,
    // Its arena holds about 50 objects, some of them its own. Three detections with a box each are too many already, so the
    // desk is as strict as that.
    jsonNodes: 35,
  },
};
