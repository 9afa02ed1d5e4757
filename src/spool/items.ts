/** A message for IoT Core. */
export interface ResultItem {
  readonly topic: string;
  /** UTF-8 */
  readonly payload: string;
  readonly qos: 0 | 1;
}

/** Something for S3. */
export interface UploadItem {
  /** Who made it, and is told what became of it: `snapshot`, `feedback`. */
  readonly owner: string;
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  /** Region of the bucket; default: the device's, and where S3 sends us from there. */
  readonly region?: string;
  /** User metadata of the object. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What the owner wants back with the outcome, perhaps after a restart: plain JSON. */
  readonly context?: unknown;
  readonly body: Uint8Array;
}

export interface SpoolItems {
  readonly results: ResultItem;
  readonly uploads: UploadItem;
}

/** What S3 said. */
export type UploadOutcome =
  | { readonly status: 'uploaded'; readonly etag: string | undefined; readonly bytes: number }
  /** Another attempt may help: the network, a time-out, S3 itself. The item stays. Told once for each item. */
  | { readonly status: 'delayed'; readonly error: string; readonly reason: string }
  /** S3 said no: the bucket is gone, the right is missing. `error` is its code, such as NoSuchBucket. */
  | { readonly status: 'refused'; readonly error: string; readonly reason: string };

/**
 * Told of each outcome; the item is forgotten only after it has settled. It comes again after a crash in between.
 * @returns after `refused`: whether the item stays and is tried again later or is dropped and counted.
 */
export type UploadListener = (
  item: Omit<UploadItem, 'body'>,
  outcome: UploadOutcome,
) => Promise<'keep' | 'drop'>;

/** `disk`: it survives a power cut. `memory`: the disk cannot be written, which may lose it yet, or it has been sent already. `lost`: not even memory had room; counted. */
export type Stored = 'disk' | 'memory' | 'lost';

/** What those who fill it know of the spool. */
export interface SpoolInlet {
  /**
   * Takes something for the cloud. Settles when it is safe, which may take a quarter of a second; never wait for it where
   * something urgent comes after. Never rejects: what cannot be kept is counted.
   */
  push<K extends keyof SpoolItems>(kind: K, item: SpoolItems[K]): Promise<Stored>;
}

export interface LaneStatus {
  /** Items that wait. */
  readonly waiting: number;
  /** Space that they take on the disk. */
  readonly diskBytes: number;
  readonly sent: number;
  /** Gone because the budget was full; the oldest go first. */
  readonly lostToBudget: number;
  /** Gone because the disk could not be written and memory for them ended. */
  readonly lostWithoutDisk: number;
  /** Damaged on the disk and not sent. */
  readonly damaged: number;
  /** How often the store on the disk had to be repaired or set aside. */
  readonly repairs: number;
  /** The nucleus or S3 will never take them: too large, a topic or an object that is not allowed. */
  readonly refused: number;
  /** Why the disk is not used at the moment. */
  readonly diskFault: string | undefined;
  /** Why the last attempt to send failed; undefined once one succeeds. */
  readonly sendFault: string | undefined;
}

export interface SpoolStatus {
  readonly results: LaneStatus;
  readonly uploads: LaneStatus;
}
