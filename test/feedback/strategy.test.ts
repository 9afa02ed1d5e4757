import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/index.js';
import {
  feedbackMetric,
  sampleDropped,
  sampleFailed,
  samplePrediction,
  sampleUploaded,
} from '../../src/feedback/messages.js';
import { entropy, keepsSample } from '../../src/feedback/strategy.js';

describe('a sampling strategy', () => {
  it.each([
    // The worked examples of the v1 ML Feedback connector's guide.
    [{ strategy: 'LEAST_CONFIDENCE', threshold: 0.6 }, [0.2, 0.2, 0.4, 0.2], true],
    [{ strategy: 'MARGIN', threshold: 0.02 }, [0.3, 0.35, 0.34, 0.01], true],
    [{ strategy: 'ENTROPY', threshold: 0.75 }, [0.5, 0.25, 0.25], true],
    // At and beyond their limits.
    [{ strategy: 'LEAST_CONFIDENCE', threshold: 0.4 }, [0.2, 0.2, 0.4, 0.2], true],
    [{ strategy: 'LEAST_CONFIDENCE', threshold: 0.39 }, [0.2, 0.2, 0.4, 0.2], false],
    [{ strategy: 'MARGIN', threshold: 0.01 }, [0.3, 0.35, 0.34, 0.01], true],
    [{ strategy: 'MARGIN', threshold: 0.009 }, [0.3, 0.35, 0.34, 0.01], false],
    [{ strategy: 'ENTROPY', threshold: 1.0398 }, [0.5, 0.25, 0.25], false],
    [{ strategy: 'ENTROPY', threshold: 0 }, [1, 0], false],
    [{ strategy: 'NONE' }, [], true],
  ] as const)('%j of %j: kept is %s', (strategy, probabilities, kept) => {
    expect(keepsSample(strategy as never, probabilities, 0)).toBe(kept);
  });

  it('keeps a random share', () => {
    const strategy = { strategy: 'RANDOM_SAMPLING', rate: 0.25 } as never;
    const kept = Array.from({ length: 1000 }, (_, index) => index / 1000).filter((random) =>
      keepsSample(strategy, [1], random),
    );
    expect(kept).toHaveLength(250);
  });

  it('measures entropy in nats, not normalised', () => {
    expect(entropy([0.5, 0.25, 0.25])).toBeCloseTo(1.03972, 5);
  });

  it('must have the value that it needs, and no other', () => {
    const check = (feedback: object) => () =>
      parseConfiguration(
        {
          models: { m: { source: { type: 'package', path: 'm' } } },
          pipelines: {
            p: {
              model: 'm',
              source: { type: 'images', path: 'i' },
              feedback: { bucket: 'my-bucket', ...feedback },
            },
          },
        },
        'test',
      );
    expect(check({ strategy: 'MARGIN' })).toThrow(/feedback\.threshold: is needed by MARGIN/);
    expect(check({ strategy: 'RANDOM_SAMPLING', threshold: 1 })).toThrow(/feedback\.rate: is needed/);
    expect(check({ rate: 0.5 })).toThrow(/feedback\.rate: means nothing to NONE/);
    expect(check({ image: 'original', hide: { regions: [[0, 0, 1, 1]] } })).toThrow(/feedback\.hide/);
    expect(check({ bucket: 'No Bucket' })).toThrow(/feedback\.bucket/);
    expect(check({ hide: { how: 'blur' } })).toThrow(/must name regions or labels/);
    expect(check({ strategy: 'ENTROPY', threshold: '0.75' })).not.toThrow();
  });
});

it('messages are those of the v1 connector, to the letter', () => {
  const id = '5aaa913f-97a3-48ac-5907-18cd96b89eeb';
  const place = { bucket: 'bucket', key: 'prefix/UUID.jpg' };
  expect(sampleDropped(id)).toBe(`{"response": {"status": "sample_dropped_by_strategy"}, "id": "${id}"}`);
  expect(sampleFailed(id, 'NoSuchBucket', 'It does not exist')).toBe(
    `{"response": {"status": "fail", "error_message": "It does not exist", "error": "NoSuchBucket"}, "id": "${id}"}`,
  );
  expect(sampleUploaded(id, { ...place, etag: '"b9c4"' })).toBe(
    `{"response": {"status": "success", "s3_response": {"bucket": "bucket", "key": "prefix/UUID.jpg", "ETag": "\\"b9c4\\""}}, "id": "${id}"}`,
  );
  expect(samplePrediction(place, [0.3, 0.7], 'belt-1', new Date(2019, 6, 11, 0, 12, 48, 816))).toBe(
    '{"source-ref": "s3://bucket/prefix/UUID.jpg", "model-prediction": [0.3, 0.7], "config-id": "belt-1", "metadata": {"publish-ts": "2019-07-11 00:12:48.816000"}}',
  );
  expect(JSON.parse(feedbackMetric('SampleSize', 1234, new Date(5000)))).toEqual({
    request: {
      namespace: 'GreengrassFeedbackConnector',
      metricData: { metricName: 'SampleSize', timestamp: 5, value: 1234, unit: 'Bytes' },
    },
  });
});
