/** For `catch`: a file or folder that is not there is no fault, others are thrown on. */
export const unlessMissing =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  };
