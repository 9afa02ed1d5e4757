import type {
  CreateComponentVersionRequest,
  DescribeComponentRequest,
  GetComponentRequest,
  ListComponentVersionsRequest,
} from '@aws-sdk/client-greengrassv2';
import { parse } from 'yaml';
import { ServiceError, type Handler } from './aws-server.js';
import { page } from './page.js';

export const account = '123456789012';
export const region = 'eu-central-1';

const componentsArn = (owner: string) => `arn:aws:greengrass:${region}:${owner}:components`;

type State = 'REQUESTED' | 'INITIATED' | 'DEPLOYABLE' | 'FAILED';

interface StoredVersion {
  readonly arn: string;
  readonly name: string;
  readonly version: string;
  readonly recipe: string;
  readonly createdAt: number;
  state: State;
  /** How often the state was asked for. */
  looks: number;
}

interface Recipe {
  readonly ComponentName?: string;
  readonly ComponentVersion?: string;
  readonly Manifests?: readonly { readonly Artifacts?: readonly { readonly Uri: string }[] }[];
}

/** The component versions of an account, and those that AWS publishes, in the service's words. */
export class ComponentRegistry {
  readonly versions = new Map<string, StoredVersion>();
  /** Components that the service finds unusable after it took them, and why. */
  readonly unusable = new Map<string, string>();

  constructor(private readonly hasArtifact: (uri: string) => boolean) {}

  add(name: string, version: string, owner: string = account): void {
    this.#store(owner, name, version, '{}', 'DEPLOYABLE');
  }

  /** Of any owner: deployments name components without an ARN. */
  find(name: string, version: string): StoredVersion | undefined {
    return [...this.versions.values()].find((stored) => stored.name === name && stored.version === version);
  }

  #store(owner: string, name: string, version: string, recipe: string, state: State): StoredVersion {
    const arn = `${componentsArn(owner)}:${name}:versions:${version}`;
    const stored = { arn, name, version, recipe, createdAt: Date.now() / 1000, state, looks: 0 };
    this.versions.set(arn, stored);
    return stored;
  }

  readonly handlers: Readonly<Record<string, Handler>> = {
    CreateComponentVersion: ({ inlineRecipe }: CreateComponentVersionRequest) =>
      this.#create(String(inlineRecipe)),
    ListComponentVersions: ({ arn, maxResults, nextToken }: ListComponentVersionsRequest) => {
      const found = [...this.versions.values()].filter((stored) => stored.arn.startsWith(`${arn}:versions:`));
      // The service answers for a component that it does not know as for one without versions.
      const { items, token } = page(found.reverse(), maxResults, nextToken);
      return {
        componentVersions: items.map(({ arn: versionArn, name, version }) => ({
          componentName: name,
          componentVersion: version,
          arn: versionArn,
        })),
        nextToken: token,
      };
    },
    DescribeComponent: ({ arn }: DescribeComponentRequest) => {
      const stored = this.#known(arn);
      stored.looks += 1;
      if (stored.state === 'REQUESTED') stored.state = 'INITIATED';
      else if (stored.state === 'INITIATED')
        stored.state = this.unusable.has(stored.name) ? 'FAILED' : 'DEPLOYABLE';
      const failure = stored.state === 'FAILED' ? this.unusable.get(stored.name) : undefined;
      return {
        arn,
        componentName: stored.name,
        componentVersion: stored.version,
        creationTimestamp: stored.createdAt,
        status: { componentState: stored.state, message: failure ?? 'NONE', errors: {} },
      };
    },
    GetComponent: ({ arn }: GetComponentRequest) => ({
      recipeOutputFormat: 'JSON',
      recipe: Buffer.from(this.#known(arn).recipe).toString('base64'),
      tags: {},
    }),
  };

  #known(arn: string | undefined): StoredVersion {
    const stored = this.versions.get(arn ?? '');
    if (stored) return stored;
    throw new ServiceError('ResourceNotFoundException', `Component version ${arn} not found.`, {
      resourceId: arn,
      resourceType: 'Component',
    });
  }

  #create(base64: string) {
    const text = Buffer.from(base64, 'base64').toString('utf8');
    if (Buffer.byteLength(text) > 16_000)
      throw new ServiceError('ValidationException', 'The recipe exceeds 16000 bytes');
    const {
      ComponentName: name,
      ComponentVersion: version,
      Manifests: manifests = [],
    } = parse(text) as Recipe;
    if (name === undefined || version === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
      throw new ServiceError('ValidationException', `Invalid Input: ComponentVersion ${version} of ${name}`);
    }
    const lost = manifests
      .flatMap(({ Artifacts: artifacts = [] }) => artifacts.map(({ Uri: uri }) => uri))
      .filter((uri) => !this.hasArtifact(uri));
    if (lost.length > 0) {
      const list = lost.map((uri) => `${uri} = Specified artifact resource cannot be accessed`).join(', ');
      throw new ServiceError(
        'ValidationException',
        `Invalid Input: Encountered following errors in Artifacts: {${list}}`,
      );
    }
    const existing = this.versions.get(`${componentsArn(account)}:${name}:versions:${version}`);
    if (existing) {
      const message = `Component [${name} : ${version}] for account [${account}] already exists with state: [${existing.state}]`;
      throw new ServiceError('ConflictException', message, {
        resourceId: `${name}:${version}`,
        resourceType: 'Component',
      });
    }
    const { arn, createdAt } = this.#store(account, name, version, text, 'REQUESTED');
    const status = { componentState: 'REQUESTED', message: 'NONE', errors: {} };
    return { arn, componentName: name, componentVersion: version, creationTimestamp: createdAt, status };
  }
}
