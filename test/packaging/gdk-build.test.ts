import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPONENTS } from '../../scripts/package/components.mjs';

/*
 * Builds each component as `gdk component build` does: empties greengrass-build, makes its folders, and runs the command of the
 * gdk-config.json in the folder of that file. For this processor alone: the other one's cross build is not for every test run.
 */
const platform = `linux-${process.arch}`;
/** Nothing of the desk: no PATH to its Node, no npm, no set-up. */
const bareEnvironment = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };
const UNPACK = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

function buildAsGdk(name: string): { artifacts: string; recipes: string } {
  const folder = path.resolve(COMPONENTS[name]?.folder ?? '');
  const config = JSON.parse(readFileSync(path.join(folder, 'gdk-config.json'), 'utf8')) as {
    component: Record<
      string,
      { version: string; build: { build_system: string; custom_build_command: string[] } }
    >;
  };
  const { version, build } = config.component[name] ?? {
    version: '',
    build: { build_system: '', custom_build_command: [] },
  };
  expect(build.build_system).toBe('custom');
  const built = path.join(folder, 'greengrass-build');
  const recipes = path.join(built, 'recipes');
  const artifacts = path.join(built, 'artifacts', name, version);
  rmSync(built, { recursive: true, force: true });
  for (const made of [recipes, artifacts]) mkdirSync(made, { recursive: true });
  const [command = '', ...args] = build.custom_build_command;
  const { status, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, MLI_PLATFORMS: platform },
  });
  expect(stderr).not.toContain('failed');
  expect(status, stderr).toBe(0);
  return { artifacts, recipes };
}

describe('a component of the store', () => {
  it('builds to one recipe and flat archives, and to the same bytes again', () => {
    const digests = [1, 2].map(() => {
      const { artifacts, recipes } = buildAsGdk('mli.runtime.DLR');
      expect(readdirSync(recipes)).toEqual(['mli.runtime.DLR.yaml']);
      expect(readdirSync(artifacts)).toEqual([`mli-runtime-dlr-${platform}.zip`]);
      return digest(path.join(artifacts, `mli-runtime-dlr-${platform}.zip`));
    });
    expect(digests[1]).toBe(digests[0]);
  });

  it.skipIf(!existsSync('models/waste-sorter/model.json'))(
    'carries each file that the manifest of its model lists (needs models/waste-sorter)',
    () => {
      const { artifacts } = buildAsGdk('mli.model.WasteSorter');
      const out = mkdtempSync(path.join(tmpdir(), 'mli-model-'));
      try {
        execFileSync('python3', ['-c', UNPACK, path.join(artifacts, 'mli-model-waste-sorter.zip'), out]);
        const folder = path.join(out, 'waste-sorter');
        const manifest = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as {
          files: Record<string, string>;
          targets: { path: string; files: Record<string, string> }[];
        };
        for (const [name, sha256] of Object.entries(manifest.files))
          expect(digest(path.join(folder, name))).toBe(sha256);
        for (const target of manifest.targets) {
          for (const [name, sha256] of Object.entries(target.files))
            expect(digest(path.join(folder, target.path, name))).toBe(sha256);
        }
      } finally {
        rmSync(out, { recursive: true });
      }
    },
  );
});

describe('the inference component', () => {
  let unpacked: string;
  let names: string[];
  let zip: string;

  beforeAll(() => {
    const { artifacts, recipes } = buildAsGdk('mli.Inference');
    expect(readdirSync(recipes)).toEqual(['mli.Inference.yaml']);
    expect(readdirSync(artifacts)).toEqual([`greengrass-mli-${platform}.zip`]);
    zip = path.join(artifacts, `greengrass-mli-${platform}.zip`);
    unpacked = mkdtempSync(path.join(tmpdir(), 'mli-package-'));
    execFileSync('python3', ['-c', UNPACK, zip, unpacked]);
    // The mode that the recipe's permission gives to every file; Python unpacks without modes, as nuclei do.
    execFileSync('chmod', ['-R', 'a=rX,u+w', unpacked]);
    names = readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(unpacked, path.join(entry.parentPath, entry.name)));
    execFileSync('chmod', ['0555', path.join(unpacked, 'bin/node')]);
  }, 15 * 60_000); // Node and opencv4nodejs for it come from the cache, or are fetched and built once

  afterAll(() => rmSync(unpacked, { recursive: true, force: true }));

  const node = (...args: string[]) =>
    execFileSync(path.join(unpacked, 'bin/node'), args, {
      cwd: '/',
      env: bareEnvironment,
      encoding: 'utf8',
    }).trim();

  it('takes at most 200 MB on a device', () => {
    const bytes = names.reduce((sum, name) => sum + statSync(path.join(unpacked, name)).size, 0);
    expect(bytes).toBeLessThan(200e6);
    expect(bytes).toBeGreaterThan(100e6); // Node alone has as much
  });

  it('holds nothing of development or of another platform', () => {
    const unwanted =
      /\.(ts|map|cc|h|gyp)$|darwin|musl|win32|(^|\/)(typescript|vitest|nan)\/|^(scripts|test|src|native)\//;
    // A few kilobytes of JavaScript that its index loads on every platform.
    const loadedEverywhere = /^node_modules\/@serialport\/bindings-cpp\/dist\/[\w-]+\.js$/;
    expect(names.filter((name) => unwanted.test(name) && !loadedEverywhere.test(name))).toEqual([]);
    const other = process.arch === 'x64' ? 'arm64' : 'x64';
    expect(names.filter((name) => name.includes(`linux-${other}`))).toEqual([]);
  });

  it('runs on its own Node', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(node('--version')).toMatch(/^v22\./);
    expect(node(path.join(unpacked, 'dist/main.js'), '--version')).toBe(version);
  });

  it('finds each of its modules in itself', () => {
    const load = `
      await import('${unpacked}/dist/greengrass/index.js');
      await import('${unpacked}/node_modules/aws-iot-device-sdk-v2/dist/greengrasscoreipc.js');
      const { readdirSync } = await import('node:fs');
      for (const name of readdirSync('${unpacked}/dist', { recursive: true })) {
        // Entries of processes act when they are loaded; the page's modules are the browser's.
        if (name.startsWith('dashboard/page/')) continue;
        if (name.endsWith('.js') && name !== 'main.js' && !name.endsWith('process.js')) await import('${unpacked}/dist/' + name);
      }
      console.log('loaded');
      process.exit();
    `;
    expect(node('--input-type=module', '-e', load)).toBe('loaded');
  });

  it('decodes a picture and loads the DLR addon', () => {
    const use = `
      process.env.OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING = '1';
      const cv = require('${unpacked}/node_modules/opencv4nodejs');
      const jpeg = cv.imencode('.jpg', new cv.Mat(16, 32, cv.CV_8UC3, [10, 200, 30]));
      const picture = cv.imdecode(jpeg);
      const addon = require('${unpacked}/prebuilds/${platform}/mli_dlr.node');
      console.log(picture.cols, picture.rows, typeof addon.Model);
    `;
    expect(node('-e', use)).toBe('32 16 function');
  });

  it('names every package that it holds, and what is compiled in, in the licences and in the bill of materials', () => {
    const licences = readFileSync(path.join(unpacked, 'THIRD_PARTY_LICENSES'), 'utf8');
    const bill = JSON.parse(readFileSync(path.join(unpacked, 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      serialNumber: string;
      components: { name: string; version: string; 'bom-ref': string }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) as string,
    });
    const billed = bill.components.map(({ name, version }) => `${name} ${version}`);
    const held = names
      .filter((name) =>
        /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(name),
      )
      .map(
        (name) =>
          JSON.parse(readFileSync(path.join(unpacked, name), 'utf8')) as { name: string; version: string },
      );
    expect(held.length).toBeGreaterThan(20);
    for (const { name, version } of held) {
      expect(billed).toContain(`${name} ${version}`);
      expect(licences).toContain(`\n${name} ${version}\n`);
    }
    for (const name of ['node', 'opencv', 'libjpeg-turbo', 'libpng', 'zlib', 'nan'])
      expect(billed.join('\n')).toMatch(new RegExp(`^${name} `, 'm'));
    const refs = new Set(bill.components.map((component) => component['bom-ref']));
    for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
    for (const text of [
      'Node.js is licensed',
      'OpenCV 4',
      'libjpeg-turbo',
      'PNG Reference Library',
      'Jean-loup Gailly',
    ])
      expect(licences).toContain(text);
  });

  it('carries no path of the checkout in what was compiled from it', () => {
    const compiled = [
      'node_modules/opencv4nodejs/build/Release/opencv4nodejs.node',
      `prebuilds/${platform}/mli_dlr.node`,
    ];
    for (const name of compiled) {
      const bytes = readFileSync(path.join(unpacked, name));
      for (const folder of [`${process.cwd()}/`, '/node_modules/nan/']) {
        expect(bytes.includes(folder), `${folder} in ${name}`).toBe(false);
      }
    }
  });

  it('builds to the same bytes again', () => {
    const before = digest(zip);
    const { artifacts } = buildAsGdk('mli.Inference');
    expect(digest(path.join(artifacts, path.basename(zip)))).toBe(before);
  }, 120_000);
});
