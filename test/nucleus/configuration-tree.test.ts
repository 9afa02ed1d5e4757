import { describe, expect, it } from 'vitest';
import { ConfigurationTree } from '../../src/nucleus/configuration-tree.js';

function tree() {
  const configuration = new ConfigurationTree();
  configuration.merge([], { rate: 1, camera: { device: '/dev/video0', size: [640, 480] } }, 100);
  return configuration;
}

describe('the configuration of a component', () => {
  it('gives branches as they are and wraps a leaf in its key', () => {
    expect(tree().read([])).toEqual({ rate: 1, camera: { device: '/dev/video0', size: [640, 480] } });
    expect(tree().read(['camera'])).toEqual({ device: '/dev/video0', size: [640, 480] });
    expect(tree().read(['camera', 'size'])).toEqual({ size: [640, 480] });
    expect(tree().read(['camera', 'lens'])).toBeUndefined();
    expect(tree().read(['rate', 'x'])).toBeUndefined();
  });

  it('merges, and names the leaves that have changed', () => {
    const configuration = tree();
    expect(configuration.merge([], { rate: 1, camera: { device: '/dev/video1', lens: null } }, 200)).toEqual([
      ['camera', 'device'],
      ['camera', 'lens'],
    ]);
    expect(configuration.read(['camera'])).toEqual({ device: '/dev/video1', size: [640, 480], lens: null });
  });

  it('merges below a path and makes the way to it', () => {
    const configuration = tree();
    expect(configuration.merge(['a', 'b'], { c: 1 }, 200)).toEqual([['a', 'b', 'c']]);
    expect(configuration.read(['a'])).toEqual({ b: { c: 1 } });
  });

  it('keeps a leaf that is newer than the update', () => {
    const configuration = tree();
    expect(configuration.merge([], { rate: 5, added: true }, 50)).toEqual([['added']]);
    expect(configuration.read(['rate'])).toEqual({ rate: 1 });
    expect(configuration.isNewerThan(['rate'], 50)).toBe(true);
    expect(configuration.isNewerThan(['camera'], 50)).toBe(false);
  });

  it('replaces lists whole', () => {
    const configuration = tree();
    configuration.merge(['camera'], { size: [1] }, 200);
    expect(configuration.read(['camera', 'size'])).toEqual({ size: [1] });
  });

  it('is replaced with the paths of what was changed, added and removed', () => {
    const configuration = tree();
    expect(
      configuration.replace({ rate: 2, camera: { device: '/dev/video0' }, label: 'x' }, 200).sort(),
    ).toEqual([['camera', 'size'], ['label'], ['rate']]);
    expect(configuration.read([])).toEqual({ rate: 2, camera: { device: '/dev/video0' }, label: 'x' });
  });

  it('takes keys that mean something to JavaScript for ordinary ones', () => {
    const configuration = new ConfigurationTree();
    configuration.merge([], JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as never, 1);
    expect(configuration.read(['__proto__'])).toEqual({ polluted: 1 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
