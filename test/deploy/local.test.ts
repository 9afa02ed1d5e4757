import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildLocalFolder } from '../../src/deploy/local/index.js';
import { mli } from './mli-process.js';

let folder: string;
let bin: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-local-'));
  bin = path.join(folder, 'bin');
  await mkdir(bin);
});
afterEach(() => rm(folder, { recursive: true }));

/** A program of this name that writes its arguments down, one a line. */
async function installCli(name: string, exitCode = 0): Promise<void> {
  const file = path.join(bin, name);
  await writeFile(
    file,
    `#!/bin/sh\nprintf '%s\\n' "$@" >"${folder}/${name}.log"\necho "$0 was here"\nexit ${exitCode}\n`,
  );
  await chmod(file, 0o755);
}

const argumentsOf = async (name: string) =>
  (await readFile(path.join(folder, `${name}.log`), 'utf8')).trimEnd().split('\n');

/** A folder as `scripts/build-component.mjs --local 1.2.3` makes it. */
async function writeLocalBuild(names: readonly string[], version = '1.2.3'): Promise<string> {
  const built = path.join(folder, 'built');
  for (const name of names) {
    await mkdir(path.join(built, 'artifacts', name, version), { recursive: true });
    await mkdir(path.join(built, 'recipes'), { recursive: true });
    await writeFile(path.join(built, 'artifacts', name, version, 'a.zip'), 'zip');
    const uri = `s3://local/${name}/${version}/a.zip`;
    await writeFile(
      path.join(built, 'recipes', `${name}-${version}.yaml`),
      `# ${name}\nRecipeFormatVersion: '2020-01-25'\nComponentName: ${name}\nComponentVersion: ${version}\nManifests: [{ Artifacts: [{ Uri: '${uri}' }] }]\n`,
    );
  }
  return built;
}

const deployLocally = (...args: string[]) => mli(['deploy', 'local', ...args], { PATH: bin });
const names = ['mli.Inference', 'mli.model.WasteSorter'];

describe('mli deploy local', () => {
  it('runs greengrass-cli on the classic nucleus, with absolute folders and real versions', async () => {
    await installCli('greengrass-cli');
    await installCli('ggl-cli');
    const built = await writeLocalBuild(names);
    const { code, out } = await deployLocally('--built', built);
    expect([code, out]).toEqual([0, expect.stringContaining('greengrass-cli was here')]);
    expect(await argumentsOf('greengrass-cli')).toEqual([
      'deployment',
      'create',
      '--recipeDir',
      `${built}/recipes`,
      '--artifactDir',
      `${built}/artifacts`,
      '--merge',
      'mli.Inference=1.2.3',
      '--merge',
      'mli.model.WasteSorter=1.2.3',
    ]);
  });

  it('runs ggl-cli where nucleus lite is', async () => {
    await installCli('ggl-cli');
    const built = await writeLocalBuild(names);
    expect((await deployLocally('--built', built)).code).toBe(0);
    expect(await argumentsOf('ggl-cli')).toEqual([
      'deploy',
      '--recipe-dir',
      `${built}/recipes`,
      '--artifacts-dir',
      `${built}/artifacts`,
      '--add-component',
      'mli.Inference=1.2.3',
      '--add-component',
      'mli.model.WasteSorter=1.2.3',
    ]);
  });

  it('makes the configuration, with the rights that it needs, the default of the recipe', async () => {
    await installCli('greengrass-cli');
    const built = await writeLocalBuild(names);
    const config = path.join(folder, 'line.yaml');
    await writeFile(config, 'status: { topic: plant/status }\n');
    expect((await deployLocally('--built', built, '--config', config)).code).toBe(0);
    const recipe = parse(await readFile(path.join(built, 'recipes/mli.Inference-1.2.3.yaml'), 'utf8')) as {
      ComponentConfiguration: { DefaultConfiguration: { status: unknown; accessControl: unknown } };
    };
    expect(recipe.ComponentConfiguration.DefaultConfiguration.status).toEqual({ topic: 'plant/status' });
    expect(JSON.stringify(recipe.ComponentConfiguration.DefaultConfiguration.accessControl)).toContain(
      '"plant/status"',
    );
    expect((await argumentsOf('greengrass-cli')).slice(-2)).toEqual([
      '--update-config',
      '{"mli.Inference":{"RESET":[""]}}',
    ]);
  });

  it('says what to install where there is neither, and what it would run', async () => {
    const built = await writeLocalBuild(['mli.Inference']);
    const { code, err } = await deployLocally('--built', built);
    expect(code).toBe(1);
    expect(err).toContain(`greengrass-cli deployment create --recipeDir ${built}/recipes`);
    expect(err).toContain(`ggl-cli deploy --recipe-dir ${built}/recipes`);
    expect(err).toContain('aws.greengrass.Cli');
  });

  it('ends with 1 where the program fails', async () => {
    await installCli('ggl-cli', 7);
    const { code, err } = await deployLocally('--built', await writeLocalBuild(['mli.Inference']));
    expect([code, err]).toEqual([1, expect.stringContaining('The local deployment ended with 7')]);
  });

  it.each([
    ['nothing in it', async () => path.join(folder, 'nothing'), 'there is no folder'],
    [
      'a version that no nucleus understands',
      () => writeLocalBuild(['mli.Inference'], 'NEXT_PATCH'),
      'NEXT_PATCH',
    ],
    [
      'two versions of a component',
      async () => writeLocalBuild(['mli.Inference']).then(() => writeLocalBuild(['mli.Inference'], '1.2.4')),
      'more than one version',
    ],
    [
      'an artifact that is gone',
      async () => {
        const built = await writeLocalBuild(['mli.Inference']);
        await rm(path.join(built, 'artifacts'), { recursive: true });
        return built;
      },
      'a.zip, which is not there',
    ],
  ])('refuses a folder with %s', async (_, arrange, text) => {
    await installCli('ggl-cli');
    const { code, err } = await deployLocally('--built', await arrange());
    expect([code, err]).toEqual([1, expect.stringContaining(text)]);
    await expect(argumentsOf('ggl-cli')).rejects.toThrow('ENOENT');
  });

  it('builds with a real version, newer than every one before', { timeout: 180_000 }, async () => {
    await installCli('ggl-cli');
    const out = path.join(folder, 'out');
    const { code, err } = await mli(
      ['deploy', 'local', '--component', 'mli.model.WasteSorter', '--out', out],
      {
        PATH: `${bin}:${process.env['PATH']}`,
      },
    );
    expect([code, err]).toEqual([0, expect.stringContaining('mli-model-waste-sorter.zip')]);
    const [, , recipes, , , , component] = await argumentsOf('ggl-cli');
    expect(recipes).toBe(path.join(out, 'recipes'));
    expect(component).toMatch(/^mli\.model\.WasteSorter=0\.\d{4,}\.\d+$/);
  });

  it('does not try to build where there is no checkout', async () => {
    await expect(buildLocalFolder(folder, path.join(folder, 'out'), '1.0.0', [])).rejects.toMatchObject({
      code: 'DEPLOY_BUILD_FAILED',
      message: expect.stringContaining('an installation, not a checkout') as unknown,
    });
  });
});
