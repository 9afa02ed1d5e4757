import { describe, expect, it } from 'vitest';
import { newestGlibc } from '../../scripts/package/elf.mjs';
import { shipsModuleFile } from '../../scripts/package/module-files.mjs';
import { PLATFORMS, platformsOf } from '../../scripts/package/platforms.mjs';
import { productionModules } from '../../scripts/package/production-modules.mjs';
import { readOptions } from '../../scripts/package/cli.mjs';

const [x64, arm64] = platformsOf('linux-x64,linux-arm64');
if (!x64 || !arm64) throw new Error('the platforms have other names');

describe('the packages that ship', () => {
  const names = productionModules('.', x64).map(({ name }) => name);

  it('are those that the component loads', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'zod',
        'pino',
        'commander',
        'yaml',
        'aws-crt',
        'aws-iot-device-sdk-v2',
        'opencv4nodejs',
        'opencv-build',
      ]),
    );
  });

  it('are none of development, of types, of browsers or of a C++ build', () => {
    for (const name of [
      'typescript',
      'vitest',
      'eslint',
      '@types/node',
      'axios',
      'crypto-js',
      'nan',
      'node-addon-api',
    ])
      expect(names).not.toContain(name);
  });

  it('include one that lies in the folder of another package', () => {
    expect(productionModules('.', x64).map(({ path }) => path)).toContain(
      'node_modules/string_decoder/node_modules/safe-buffer',
    );
  });
});

describe('of a package', () => {
  it.each([
    ['its code', 'yaml', 'dist/doc/Document.js', true],
    ['its licence', 'pino', 'LICENSE', true],
    ['its notice, even where a rule of its own holds', 'aws-crt', 'NOTICE', true],
    ['the binary of the platform', 'aws-crt', 'dist/bin/linux-x64-glibc/aws-crt-nodejs.node', true],
    ['the binary of another platform', 'aws-crt', 'dist/bin/linux-arm64-glibc/aws-crt-nodejs.node', false],
    ['the binary of another C library', 'aws-crt', 'dist/bin/linux-x64-musl/aws-crt-nodejs.node', false],
    ['the prebuilt binary of the platform', 'classic-level', 'prebuilds/linux-x64/classic-level.node', true],
    ['that of another one', 'classic-level', 'prebuilds/linux-arm64/classic-level.node', false],
    [
      'that of another C library',
      '@serialport/bindings-cpp',
      'prebuilds/linux-x64/@serialport+bindings-cpp.musl.node',
      false,
    ],
    ['the library of ONNX Runtime', 'onnxruntime-node', 'bin/napi-v6/linux/x64/libonnxruntime.so.1', true],
    ['its binding for Node', 'onnxruntime-node', 'bin/napi-v6/linux/x64/onnxruntime_binding.node', false],
    ['its library for Windows', 'onnxruntime-node', 'bin/napi-v6/win32/x64/onnxruntime.dll', false],
    ['types', 'zod', 'index.d.cts', false],
    ['a source map', 'commander', 'index.js.map', false],
    ['tests', 'pino', 'test/basic.test.js', false],
    ['documentation', 'pino', 'docs/api.md', false],
    ['C++ sources', 'opencv4nodejs', 'cc/core/Mat.cc', false],
    ['a build for bundlers', '@aws-sdk/client-s3', 'dist-es/index.js', false],
    ['the build for Node', '@aws-sdk/client-s3', 'dist-cjs/index.js', true],
  ])('%s ships or not as it should', (_, name, file, ships) => {
    expect(shipsModuleFile(name, file, x64)).toBe(ships);
  });

  it('the binary of arm64 ships for arm64', () => {
    expect(shipsModuleFile('aws-crt', 'dist/bin/linux-arm64-glibc/aws-crt-nodejs.node', arm64)).toBe(true);
  });
});

it('the newest glibc that a binary names is found by number, not by text', () => {
  expect(newestGlibc(Buffer.from('\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.2.5\0GLIBC_2.100x\0', 'latin1'))).toBe(
    '2.34',
  );
  expect(newestGlibc(Buffer.from('nothing'))).toBeUndefined();
});

describe('the options of the build', () => {
  it.each([
    [['--local', '1.0'], /expected a version such as 1\.0\.0/],
    [['--local', '1.0.0'], /--local and --out go together/],
    [['--platform', 'linux-arm'], /expected some of linux-x64, linux-arm64/],
    [['--local', '1.0.0', '--out', 'x', '--component', 'mli.Other'], /expected one of mli\.Inference/],
  ])('refuse %j and name the rule', (args, message) => {
    expect(() => readOptions(args, {})).toThrow(message);
  });

  it('take the platforms from the environment where no option names them', () => {
    const ids = (args: string[], env: NodeJS.ProcessEnv) =>
      readOptions(args, env).platforms.map(({ id }: { id: string }) => id);
    expect(ids([], { MLI_PLATFORMS: 'linux-x64' })).toEqual(['linux-x64']);
    expect(ids(['--platform', 'linux-arm64'], { MLI_PLATFORMS: 'linux-x64' })).toEqual(['linux-arm64']);
    expect(PLATFORMS.map(({ id }) => id)).toEqual(expect.arrayContaining(ids([], {})));
  });
});
