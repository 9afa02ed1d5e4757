import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bindingPaths, loadBinding } from '../../../src/engines/native/binding.js';

describe('bindingPaths', () => {
  it('are the build of a checkout, then what the component brings', () => {
    expect(bindingPaths('/app', {})).toEqual([
      '/app/build/Release/mli_dlr.node',
      `/app/prebuilds/linux-${process.arch}/mli_dlr.node`,
    ]);
  });

  it('are the one of MLI_ADDON where it is set', () => {
    expect(bindingPaths('/app', { MLI_ADDON: '/other/mli_dlr.node' })).toEqual(['/other/mli_dlr.node']);
  });
});

describe('loadBinding', () => {
  let folder: string | undefined;
  afterEach(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  it('loads the addon once, and has it shut down when the process exits', () => {
    const before = process.listenerCount('exit');
    const binding = loadBinding();
    expect(typeof binding.Model.load).toBe('function');
    expect(loadBinding()).toBe(binding);
    expect(process.listenerCount('exit')).toBe(before + 1);
  });

  it('names each path that it tried, why it failed, and possible solutions', async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-binding-'));
    const broken = path.join(folder, 'broken.node');
    await writeFile(broken, 'text');
    const missing = path.join(folder, 'missing.node');
    const load = () => loadBinding([missing, broken]);
    expect(load).toThrow(expect.objectContaining({ code: 'ADDON_NOT_FOUND' }));
    expect(load).toThrow(missing);
    expect(load).toThrow(`${broken}: ${broken}: `);
    expect(load).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(/^Possible solutions:\n/) as string }),
    );
  });
});
