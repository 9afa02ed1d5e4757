/** What an archive may hold at most. Real models are far below; bombs are far above. */
export interface ArchiveLimits {
  readonly entries: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
  /** Unpacked bytes for each packed byte, once `ratioFreeBytes` are out: weights hardly compress. */
  readonly ratio: number;
  readonly ratioFreeBytes: number;
  /** Of a whole path, in UTF-8. */
  readonly pathBytes: number;
  /** Of one name in it: the limit of Linux' file systems. */
  readonly nameBytes: number;
  readonly depth: number;
}

const MEBI = 1024 * 1024;

export const archiveLimits: ArchiveLimits = {
  entries: 10_000,
  fileBytes: 2048 * MEBI,
  totalBytes: 4096 * MEBI,
  ratio: 100,
  ratioFreeBytes: 64 * MEBI,
  pathBytes: 1024,
  nameBytes: 255,
  depth: 16,
};
