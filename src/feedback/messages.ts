import { pythonJson, pythonTimestamp } from '../publish/python-text.js';

/** Messages of the v1 ML Feedback connector, to the letter: its subscribers were written against Python's json.dumps. */

export const sampleDropped = (id: string): string =>
  pythonJson({ response: { status: 'sample_dropped_by_strategy' }, id });

/** @param error the name of the error, such as NoSuchBucket or Queue.Full */
export const sampleFailed = (id: string, error: string, message: string): string =>
  pythonJson({ response: { status: 'fail', error_message: message, error }, id });

export const sampleUploaded = (
  id: string,
  { bucket, key, etag }: { bucket: string; key: string; etag: string | undefined },
): string =>
  pythonJson({
    response: {
      status: 'success',
      s3_response: { bucket, key, ...(etag !== undefined && { ETag: etag }) },
    },
    id,
  });

/** `source-ref` is the key that manifests of SageMaker Ground Truth use. */
export const samplePrediction = (
  { bucket, key }: { bucket: string; key: string },
  modelPrediction: unknown,
  configId: string,
  now: Date,
): string =>
  pythonJson({
    'source-ref': `s3://${bucket}/${key}`,
    'model-prediction': modelPrediction,
    'config-id': configId,
    metadata: { 'publish-ts': pythonTimestamp(now) },
  });

/** A line of the manifest: the same, with the label attributes in it. */
export const manifestLine = (
  { bucket, key }: { bucket: string; key: string },
  attributes: Readonly<Record<string, unknown>>,
  modelPrediction: unknown,
  configId: string,
  now: Date,
): string =>
  JSON.stringify({
    'source-ref': `s3://${bucket}/${key}`,
    ...attributes,
    'model-prediction': modelPrediction,
    'config-id': configId,
    metadata: { 'publish-ts': pythonTimestamp(now) },
  });

export const metricsTopic = 'cloudwatch/metric/put';

export type FeedbackMetric =
  | 'SampleSize'
  | 'SampleUploadSuccess'
  | 'SampleAndPredictionPublished'
  | 'SampleUploadFailure'
  | 'SampleNotUsed'
  | 'ErrorRequestThrottled';

/** As the component aws.greengrass.Cloudwatch takes it. */
export const feedbackMetric = (metricName: FeedbackMetric, value: number, now: Date): string =>
  JSON.stringify({
    request: {
      namespace: 'GreengrassFeedbackConnector',
      metricData: {
        metricName,
        timestamp: Math.floor(now.getTime() / 1000),
        value,
        unit: metricName === 'SampleSize' ? 'Bytes' : 'Count',
      },
    },
  });
