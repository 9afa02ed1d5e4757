/**
 * What the component makes of a pipeline's result before it is formatted (ManagedPipeline in src/managed-pipeline.ts).
 * @param {import('../dist/pipeline/result.js').PipelineResult} result
 * @param {number} sequence
 * @returns {import('../dist/publish/index.js').NativeResult}
 */
export function nativeResult({ model, frame, predictions, timingsMs }, sequence) {
  const { name, version, digest, runtime } = model;
  return {
    version: 1,
    id: `0123456789ab-${sequence}`,
    thing: 'bench',
    pipeline: 'bench',
    model: { name, version, digest, runtime },
    frame,
    predictions: [...predictions],
    timingsMs,
  };
}
