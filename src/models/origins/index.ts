import type { ModelSourceConfig } from '../../config/model.js';
import { ArchiveFile } from './archive-file.js';
import type { Origin } from './origin.js';
import { PackageFolder, type PackageFolderContext } from './package-folder.js';
import { S3Object, type RemoteContext } from './s3-object.js';
import { SageMakerJob } from './sagemaker-job.js';

export type { Content, Located, Origin } from './origin.js';
export type { RemoteContext } from './s3-object.js';

/** The origin that a source of the configuration names; nothing is asked or opened yet. */
export function createOrigin(
  source: ModelSourceConfig,
  context: PackageFolderContext & RemoteContext,
): Origin {
  switch (source.type) {
    case 'package':
      return new PackageFolder(source, context);
    case 'file':
      return new ArchiveFile(source, context);
    case 's3':
      return new S3Object(source, context);
    case 'sagemakerTrainingJob':
    case 'neoCompilationJob':
      return new SageMakerJob(source, context);
  }
}
