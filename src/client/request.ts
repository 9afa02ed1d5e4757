/** One question to the service, with the words of the v1 machine learning SDK. */
export interface InferenceRequest {
  readonly algoType: 'image-classification' | 'object-detection';
  /** Name of the model, as in `models` of the component's configuration. */
  readonly serviceName: string;
  readonly contentType: 'image/jpeg' | 'image/png';
  /** The picture. Over topics about 5,000 bytes at most, over HTTP what service.maxBodyMegabytes allows. */
  readonly body: Uint8Array;
  /** @default application/json */
  readonly accept?: 'application/json';
}

export interface InferenceAnswer {
  readonly contentType: string;
  /**
   * UTF-8 JSON. Classification: `[0.3, 0.1, …]`, one probability a class; detection:
   * `{"prediction": [[class, confidence, x_min, y_min, x_max, y_max], …]}` with relative coordinates.
   */
  readonly body: Uint8Array;
}

const name = /^[a-zA-Z0-9][a-zA-Z0-9-]{1,62}$/;

/** @throws TypeError naming the value, before anything is sent */
export function checkRequest({ algoType, serviceName, body }: InferenceRequest): void {
  if (!name.test(algoType)) throw new TypeError(`Expected algoType to match ${name}, received "${algoType}"`);
  if (!name.test(serviceName))
    throw new TypeError(`Expected serviceName to match ${name}, received "${serviceName}"`);
  if (body.byteLength === 0) throw new TypeError('Expected a picture as body, received 0 bytes');
}
