/** An archive on this device, in a file that nobody else writes to. */
export interface Archive {
  readonly file: string;
  /** For messages. */
  readonly name: string;
}
