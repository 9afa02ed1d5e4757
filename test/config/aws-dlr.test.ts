import { describe, expect, it } from 'vitest';
import { fromAwsKeys } from '../../src/config/aws-dlr.js';
import { parseConfiguration } from '../../src/config/index.js';

describe("the keys of AWS's DLR component", () => {
  it('become one pipeline that publishes in their format to IoT Core only', () => {
    const { pipelines, models } = parseConfiguration(
      {
        accessControl: {},
        PublishResultsOnTopic: 'ml/dlr/image-classification',
        InferenceInterval: '3600',
        ImageDirectory: '/greengrass/images',
        ImageName: 'cat.jpeg',
        UseCamera: 'false',
        Accelerator: 'cpu',
        ModelResourceKey: { x86_64: 'mli.model.Cats', aarch64: 'mli.model.Cats', armv7l: 'mli.model.Cats' },
      },
      'test',
    );
    expect(models['aws-dlr']?.source).toEqual({ type: 'package', component: 'mli.model.Cats' });
    expect(pipelines['aws-dlr']).toMatchObject({
      source: { type: 'images', path: '/greengrass/images/cat.jpeg', intervalSeconds: 3600, loop: true },
      publish: {
        local: null,
        cloud: { topic: 'ml/dlr/image-classification', format: 'aws-dlr', mode: 'every', qos: 1 },
      },
    });
  });

  it('are told by any of them, and stand beside pipelines of our own', () => {
    const { pipelines } = parseConfiguration(
      { InferenceInterval: 5, ImageDirectory: '/pictures', pipelines: {} },
      'test',
    );
    expect(pipelines['aws-dlr']?.source).toMatchObject({ intervalSeconds: 5, path: '/pictures' });
  });

  it('publish nothing where the topic is empty', () => {
    expect(
      parseConfiguration({ PublishResultsOnTopic: '', ImageDirectory: '/pictures' }, 'test').pipelines[
        'aws-dlr'
      ]?.publish.cloud,
    ).toBeNull();
  });

  it('choose the model by the architecture of the device', () => {
    const keys = {
      ImageDirectory: '/pictures',
      ModelResourceKey: { aarch64: 'arm-model', x86_64: 'x-model' },
    };
    expect(fromAwsKeys(keys, 'arm64')).toMatchObject({
      models: { 'aws-dlr': { source: { component: 'arm-model' } } },
    });
    expect(fromAwsKeys({ Accelerator: 'gpu', ImageDirectory: '/pictures' }, 'x64')).toMatchObject({
      dlr: { device: 'gpu' },
    });
  });

  it('with UseCamera ask for the first camera, and need no folder', () => {
    const { pipelines } = fromAwsKeys({ UseCamera: 'true', InferenceInterval: '5' }, 'x64') as {
      pipelines: Record<string, { source: unknown }>;
    };
    expect(pipelines['aws-dlr']?.source).toEqual({ type: 'camera', device: 0, intervalSeconds: '5' });
  });

  it('are all checked at once', () => {
    const wrong = { UseCamera: 'maybe', Accelerator: 'tpu', ModelResourceKey: { riscv: 'x' }, ImageName: 7 };
    expect(() => fromAwsKeys(wrong, 'x64')).toThrow(
      /UseCamera[^]*Accelerator|ImageName[^]*UseCamera[^]*Accelerator[^]*ModelResourceKey/,
    );
  });
});
