/** Where a model came from, and which revision of it. Plain data: it is kept on disk and compared. */
export interface ModelOrigin {
  readonly type: 'package' | 'file' | 's3' | 'sagemakerTrainingJob' | 'neoCompilationJob';
  /** For people and logs: a path, an `s3://` URI, the ARN of a job. */
  readonly uri: string;
  /**
   * Changes when what lies there changes: the version id or ETag of an object, the ARN of the newest job, the digest of a
   * package's manifest. Only compared for equality.
   */
  readonly revision: string;
}
