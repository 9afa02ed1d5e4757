import {
  CreateComponentVersionCommand,
  CreateDeploymentCommand,
  DescribeComponentCommand,
  GreengrassV2Client,
  ListComponentVersionsCommand,
  ListDeploymentsCommand,
  paginateListDeployments,
} from '@aws-sdk/client-greengrassv2';
import * as sageMakerModule from '@aws-sdk/client-sagemaker';
import {
  DescribeTrainingJobCommand,
  ListCompilationJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessKeyId, StrictServer } from './aws-server.js';
import { Cloud } from './cloud.js';
import { account, region } from './component-registry.js';
import { groupArn } from './fleet.js';

let cloud: Cloud;
let client: GreengrassV2Client;
let endpoint: string;

beforeEach(async () => {
  cloud = await new Cloud().start();
  endpoint = cloud.environment['AWS_ENDPOINT_URL'] ?? '';
  client = new GreengrassV2Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await cloud.stop();
});

const post = (path: string, body: unknown) =>
  fetch(`${endpoint}${path}`, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261101/${region}/greengrass/aws4_request`,
    },
    body: JSON.stringify(body),
  });

const recipe = (version: string, uri?: string) =>
  Buffer.from(
    JSON.stringify({
      RecipeFormatVersion: '2020-01-25',
      ComponentName: 'mli.Test',
      ComponentVersion: version,
      Manifests: [{ Platform: { os: 'linux' }, ...(uri !== undefined && { Artifacts: [{ Uri: uri }] }) }],
    }),
  );

describe('the loopback Greengrass service', () => {
  it.each([
    [{}, '$.targetArn: is missing'],
    [{ targetArn: 7 }, '$.targetArn: expected a string, received 7'],
    [{ targetArn: groupArn('a'), target: 'a' }, '$.target: is not a member'],
    [
      { targetArn: groupArn('a'), components: { 'mli.Test': {} } },
      '$.components.mli.Test.componentVersion: is missing',
    ],
    [{ targetArn: groupArn('a'), components: [] }, '$.components: expected an object, received []'],
    [
      {
        targetArn: groupArn('a'),
        components: { x: { componentVersion: '1.0.0', configurationUpdate: { reset: 'a' } } },
      },
      '$.components.x.configurationUpdate.reset: expected a list, received "a"',
    ],
    [
      { targetArn: groupArn('a'), deploymentPolicies: { componentUpdatePolicy: { timeoutInSeconds: '60' } } },
      '$.deploymentPolicies.componentUpdatePolicy.timeoutInSeconds: expected a number, received "60"',
    ],
  ])('refuses input that the schema does not allow: %j', async (body, problem) => {
    const response = await post('/greengrass/v2/deployments', body);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect(await response.json()).toEqual({ message: `CreateDeployment: ${problem}` });
    expect(cloud.fleet.deployments).toHaveLength(0);
  });

  it('refuses an unknown parameter of the query, an unknown path and an unknown key', async () => {
    const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/x` };
    const odd = await fetch(`${endpoint}/greengrass/v2/deployments?target=a`, { headers });
    expect([odd.status, await odd.text()]).toEqual([
      400,
      expect.stringContaining('not a parameter of ListDeployments'),
    ]);
    expect((await fetch(`${endpoint}/greengrass/v3/deployments`, { headers })).status).toBe(400);
    const stranger = new GreengrassV2Client({
      endpoint,
      region,
      credentials: { accessKeyId: 'AKIDOTHER', secretAccessKey: 's' },
    });
    await expect(stranger.send(new ListDeploymentsCommand({}))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('finds an answer of its own that the schema does not allow', async () => {
    cloud.fleet.deploy({ targetArn: 7 as never });
    await client.send(new ListDeploymentsCommand({}));
    expect(cloud.server.faults).toEqual([
      'answer of ListDeployments: $.deployments[0].targetArn: expected a string, received 7',
    ]);
  });

  it('takes a component version from REQUESTED to DEPLOYABLE, once', async () => {
    const created = await client.send(new CreateComponentVersionCommand({ inlineRecipe: recipe('1.0.0') }));
    expect(created).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      arn: `arn:aws:greengrass:${region}:${account}:components:mli.Test:versions:1.0.0`,
      status: { componentState: 'REQUESTED', message: 'NONE', errors: {} },
    });
    const states = [];
    for (let look = 0; look < 3; look += 1) {
      states.push(
        (await client.send(new DescribeComponentCommand({ arn: created.arn }))).status?.componentState,
      );
    }
    expect(states).toEqual(['INITIATED', 'DEPLOYABLE', 'DEPLOYABLE']);
    await expect(
      client.send(new CreateComponentVersionCommand({ inlineRecipe: recipe('1.0.0') })),
    ).rejects.toMatchObject({
      name: 'ConflictException',
      message: `Component [mli.Test : 1.0.0] for account [${account}] already exists with state: [DEPLOYABLE]`,
      $metadata: { httpStatusCode: 409 },
    });
    expect(cloud.server.faults).toEqual([]);
  });

  it('refuses a recipe whose artifact is not there', async () => {
    const uri = 's3://bucket/mli.Test/1.0.0/a.zip';
    await expect(
      client.send(new CreateComponentVersionCommand({ inlineRecipe: recipe('1.0.0', uri) })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Invalid Input: Encountered following errors in Artifacts: {${uri} = Specified artifact resource cannot be accessed}`,
    });
  });

  it('replaces the deployment of a target, and gives lists out in pages', async () => {
    cloud.components.add('mli.Test', '1.0.0');
    for (const name of ['a', 'b', 'c', 'a']) {
      const components = { 'mli.Test': { componentVersion: '1.0.0' } };
      await client.send(new CreateDeploymentCommand({ targetArn: groupArn(name), components }));
    }
    const pages = [];
    for await (const { deployments = [] } of paginateListDeployments({ client }, {}))
      pages.push(deployments.length);
    expect(pages).toEqual([2, 1]);
    const all = await client.send(
      new ListDeploymentsCommand({ targetArn: groupArn('a'), historyFilter: 'ALL' }),
    );
    expect(
      all.deployments?.map(({ deploymentStatus, isLatestForTarget }) => [
        deploymentStatus,
        isLatestForTarget,
      ]),
    ).toEqual([
      ['INACTIVE', false],
      ['ACTIVE', true],
    ]);
    const versions = await client.send(
      new ListComponentVersionsCommand({ arn: `arn:aws:greengrass:${region}:aws:components:mli.Test` }),
    );
    expect(versions.componentVersions).toEqual([]);
    expect(cloud.server.faults).toEqual([]);
  });
});

describe('the loopback server with the schemas of SageMaker', () => {
  it('serves its JSON protocol as strictly', async () => {
    const sageMaker = new StrictServer({
      client: sageMakerModule,
      handlers: {
        DescribeTrainingJob: ({ TrainingJobName: name }: { TrainingJobName: string }) => ({
          TrainingJobName: name,
          TrainingJobArn: `arn:aws:sagemaker:${region}:${account}:training-job/${name}`,
          ModelArtifacts: { S3ModelArtifacts: 's3://jobs/model.tar.gz' },
          TrainingJobStatus: 'Completed',
          SecondaryStatus: 'Completed',
          StoppingCondition: { MaxRuntimeInSeconds: 60 },
          CreationTime: 1_790_000_000,
        }),
        ListCompilationJobs: () => ({}),
      },
    });
    const jobs = new SageMakerClient({
      endpoint: await sageMaker.start(),
      region,
      credentials: { accessKeyId, secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    try {
      const job = await jobs.send(new DescribeTrainingJobCommand({ TrainingJobName: 'belt' }));
      expect(job).toMatchObject({
        ModelArtifacts: { S3ModelArtifacts: 's3://jobs/model.tar.gz' },
        CreationTime: new Date(1_790_000_000_000),
      });
      await expect(jobs.send(new DescribeTrainingJobCommand({} as never))).rejects.toThrow(
        '$.TrainingJobName: is missing',
      );
      await expect(
        jobs.send(new DescribeTrainingJobCommand({ TrainingJobName: 7 as never })),
      ).rejects.toThrow('expected a string');
      expect(sageMaker.faults).toEqual([]);
      await jobs.send(new ListCompilationJobsCommand({}));
      expect(sageMaker.faults).toEqual([
        'answer of ListCompilationJobs: $.CompilationJobSummaries: is missing',
      ]);
    } finally {
      jobs.destroy();
      await sageMaker.stop();
    }
  });
});
