import { readFileSync, readlinkSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMPONENTS } from '../../scripts/package/components.mjs';
import { gdkProject } from '../../scripts/package/gdk.mjs';
import { recipeProblems } from '../../scripts/package/recipe-rules.mjs';
import { parseConfiguration } from '../../src/config/index.js';
import { heartbeatTopic } from '../../src/greengrass/heartbeat.js';

interface Recipe {
  ComponentName: string;
  ComponentConfiguration?: {
    DefaultConfiguration: {
      accessControl: Record<string, Record<string, { operations: string[]; resources: string[] }>>;
    };
  };
  ComponentDependencies?: Record<string, unknown>;
  Manifests: {
    Name: string;
    Platform: Record<string, string>;
    Lifecycle: Record<string, string>;
    Artifacts: { Uri: string; Permission: Record<string, string> }[];
  }[];
}

const read = (name: string) => {
  const text = readFileSync(path.join('recipes', `${name}.yaml`), 'utf8');
  return { text, recipe: parse(text) as Recipe };
};
const names = Object.keys(COMPONENTS);

describe.each(names)('the recipe of %s', (name) => {
  it('obeys the rules of the classic nucleus and of lite', () => {
    const { text, recipe } = read(name);
    expect(recipeProblems(text, recipe)).toEqual([]);
    expect(recipe.ComponentName).toBe(name);
  });

  it('has a manifest for amd64 and one for aarch64, each with an archive that the build makes, unpacked by both nuclei', () => {
    const { Manifests: manifests } = read(name).recipe;
    expect(manifests.map(({ Platform: platform }) => platform['architecture'])).toEqual(['amd64', 'aarch64']);
    for (const { Lifecycle: lifecycle, Artifacts: artifacts } of manifests) {
      const folder = path.basename(artifacts[0]?.Uri ?? '', '.zip');
      for (const script of Object.values(lifecycle)) {
        expect(script).toContain(`"{artifacts:decompressedPath}/${folder}"`);
        expect(script).toContain(`"{artifacts:path}/${folder}"`);
      }
    }
  });

  it('is the one that its gdk folder links to, under the name that GDK looks for', () => {
    const folder = COMPONENTS[name]?.folder ?? '';
    expect(path.resolve(folder, readlinkSync(path.join(folder, 'recipe.yaml')))).toBe(
      path.resolve('recipes', `${name}.yaml`),
    );
    expect(gdkProject(path.resolve(folder))).toMatchObject({
      name,
      version: 'NEXT_PATCH',
      recipeName: `${name}.yaml`,
    });
  });
});

it('every recipe belongs to a component that the build knows', () => {
  expect(readdirSync('recipes').sort()).toEqual(names.map((name) => `${name}.yaml`).sort());
});

describe('the recipe of mli.Inference', () => {
  const { recipe } = read('mli.Inference');
  const { accessControl, ...defaults } = recipe.ComponentConfiguration?.DefaultConfiguration ?? {
    accessControl: {},
  };
  const allowed = (service: string, operation: string) =>
    Object.values(accessControl[service] ?? {})
      .filter(({ operations }) => operations.includes(`aws.greengrass#${operation}`))
      .flatMap(({ resources }) => resources)
      .sort();

  it('has a default configuration that the schema takes as it is', () => {
    expect(defaults).toEqual({ models: {}, pipelines: {} });
    expect(parseConfiguration(defaults, 'of the recipe')).toMatchObject(defaults);
  });

  it('allows the topics of the defaults, and no other', () => {
    const pubsub = 'aws.greengrass.ipc.pubsub';
    const heartbeat = heartbeatTopic('mli.Inference');
    expect(allowed(pubsub, 'PublishToTopic')).toEqual([heartbeat, 'mli/predictions/*', 'mli/status/*']);
    expect(allowed(pubsub, 'SubscribeToTopic')).toEqual(['mli/control/update-models', heartbeat]);
    expect(allowed('aws.greengrass.ipc.mqttproxy', 'PublishToIoTCore')).toEqual(['mli/predictions/*']);
  });

  it('depends on the other components of this repository, softly', () => {
    expect(Object.keys(recipe.ComponentDependencies ?? {}).sort()).toEqual(
      names.filter((name) => name !== 'mli.Inference').sort(),
    );
  });

  it('becomes node, so that SIGTERM reaches it', () => {
    for (const { Lifecycle: lifecycle } of recipe.Manifests)
      expect(lifecycle['run']?.split('\n').at(-1)).toMatch(/^exec /);
  });
});

describe('the rules for recipes', () => {
  /** The recipe of the component with one thing changed, as YAML would have it. */
  const problems = (from: string, to: string) => {
    const { text } = read('mli.Inference');
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return recipeProblems(changed, parse(changed)).join('\n');
  };

  it.each([
    [
      'an artifact key in another spelling, which lite does not find',
      'Uri: s3',
      'URI: s3',
      /Manifests\.0\.Artifacts\.0/,
    ],
    ['a manifest without the runtime key', "      runtime: '*'\n", '', /Platform\.runtime/],
    [
      'a braced shell variable, which lite takes for its own',
      '"$app/bin/node"',
      '"${app}/bin/node"',
      /\{app\} is no variable that both nuclei know/,
    ],
    [
      'a variable of another component',
      '{work:path}',
      '{mli.runtime.DLR:artifacts:path}',
      /is no variable that both nuclei know/,
    ],
    ['a step that lite lacks', '      run: |-', '      shutdown: exit 0\n      run: |-', /shutdown/],
    [
      'a step with privileges',
      'run: |-',
      'run: { RequiresPrivilege: true, Script: "true" }\n      x: |-',
      /Lifecycle/,
    ],
    ['a hard dependency', 'DependencyType: SOFT', 'DependencyType: HARD', /DependencyType/],
    ['a right to every topic', '- mli/status/*', "- '*'", /resources\.1/],
    [
      'a key that the format does not have',
      'ComponentPublisher:',
      'ComponentAuthor: x\nComponentPublisher:',
      /ComponentAuthor/,
    ],
    [
      'more bytes than the cloud takes',
      '# What',
      `${'# \n'.repeat(6000)}# What`,
      /at most 16000 are allowed/,
    ],
  ])('refuse %s', (_, from, to, message) => {
    expect(problems(from, to)).toMatch(message);
  });
});
