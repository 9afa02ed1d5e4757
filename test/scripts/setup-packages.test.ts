import { describe, expect, it } from 'vitest';
import { missingPackages } from '../../scripts/setup/apt.mjs';
import { firstDifference } from '../../scripts/setup/npm.mjs';

describe('Debian packages', () => {
  it('are asked for when neither the package nor what it is for is there', async () => {
    const missing = await missingPackages('demo', new Set(['cmake', 'g++']), () => false);
    expect(missing).toContain('nasm');
    expect(missing).not.toContain('cmake');
  });

  it('are not asked for when what they are for comes from elsewhere', async () => {
    const missing = await missingPackages('demo', new Set(), (wanted) => wanted.command === 'cmake');
    expect(missing).toContain('nasm');
    expect(missing).not.toContain('cmake');
  });

  it('that are installed are not looked for elsewhere, which would start Python', async () => {
    const asked: string[] = [];
    await missingPackages('test', new Set(['python3-venv']), (wanted) => asked.push(wanted.package) > 0);
    expect(asked).toContain('nasm');
    expect(asked).not.toContain('python3-venv');
  });
});

describe('npm packages', () => {
  const product = { version: '0.1.0' };
  const yaml = { version: '2.9.1', integrity: 'sha512-a' };

  it('are as the lock file has them when all versions and digests agree', () => {
    const lock = { packages: { '': product, 'node_modules/yaml': yaml } };
    expect(firstDifference(lock, { packages: { 'node_modules/yaml': yaml } })).toBeNull();
  });

  it.each([
    ['is missing', {}],
    ['has another version', { 'node_modules/yaml': { ...yaml, version: '2.9.0' } }],
    ['has another digest', { 'node_modules/yaml': { ...yaml, integrity: 'sha512-b' } }],
  ])('differ when one %s', (_, installed) => {
    const lock = { packages: { '': product, 'node_modules/yaml': yaml } };
    expect(firstDifference(lock, { packages: installed })).toBe('node_modules/yaml');
  });

  it('for another platform may be absent, but not at another version', () => {
    const lock = { packages: { 'node_modules/x-darwin': { version: '1.0.0', optional: true } } };
    expect(firstDifference(lock, { packages: {} })).toBeNull();
    expect(firstDifference(lock, { packages: { 'node_modules/x-darwin': { version: '2.0.0' } } })).toBe(
      'node_modules/x-darwin',
    );
  });
});
