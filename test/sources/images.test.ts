import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagesSource } from '../../src/config/source.js';
import { createLogger } from '../../src/logger.js';
import { ImagesSource } from '../../src/sources/images.js';
import { reductionFor } from '../../src/sources/picture-file.js';
import { jpeg, pngHeader } from './pictures.js';

const never = new AbortController().signal;
let folder: string;
const logger = createLogger({ name: 'test', level: 'silent' });
const put = (name: string, bytes: Uint8Array) => writeFile(path.join(folder, name), bytes);
const source = (options: { loop?: boolean; path?: string } = {}) =>
  new ImagesSource(imagesSource.parse({ type: 'images', path: folder, ...options }), {
    minWidth: 32,
    minHeight: 32,
    logger,
  });

async function names(images: ImagesSource, count: number): Promise<(string | undefined)[]> {
  const result: (string | undefined)[] = [];
  for (let index = 0; index < count; index++) {
    const frame = await images.next(never);
    result.push(frame?.name);
    frame?.picture.release();
  }
  return result;
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-images-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the images source', () => {
  it('gives the pictures of a folder by name, for ever, and sees new ones in the next round', async () => {
    await put('b.jpg', jpeg(40, 30, [255, 0, 0]));
    await put('a.JPEG', jpeg(40, 30, [0, 255, 0]));
    await put('notes.txt', Buffer.from('no picture'));
    const images = source();
    expect(await names(images, 3)).toEqual(['a.JPEG', 'b.jpg', 'a.JPEG']);
    await put('c.png', jpeg(40, 30, [0, 0, 255]));
    expect(await names(images, 4)).toEqual(['b.jpg', 'a.JPEG', 'b.jpg', 'c.png']);
    expect(images.counters.captured).toBe(7);
  });

  it('ends after one round without loop', async () => {
    await put('a.jpg', jpeg(40, 30, [0, 0, 0]));
    expect(await names(source({ loop: false }), 3)).toEqual(['a.jpg', undefined, undefined]);
  });

  it('takes a single picture too', async () => {
    await put('a.jpg', jpeg(40, 30, [0, 0, 0]));
    expect(await names(source({ path: path.join(folder, 'a.jpg') }), 2)).toEqual(['a.jpg', 'a.jpg']);
  });

  it('tells the size of the original although it decodes a reduction of it', async () => {
    await put('a.jpg', jpeg(320, 240, [10, 20, 30]));
    const frame = await source().next(never);
    expect(frame).toMatchObject({ id: 1, width: 320, height: 240 });
    expect([frame?.picture.width, frame?.picture.height]).toEqual([80, 60]);
    frame?.picture.release();
  });

  it('skips and counts what is empty, truncated, misnamed or too large, without losing the tick', async () => {
    const good = jpeg(40, 30, [0, 0, 0]);
    await put('1-empty.jpg', Buffer.alloc(0));
    await put('2-text.jpg', Buffer.from('this is no picture at all'));
    await put('3-header-only.jpg', good.subarray(0, 200));
    await put('4-huge.png', pngHeader(30_000, 30_000));
    await put('5-good.jpg', good);
    const images = source();
    expect(await names(images, 2)).toEqual(['5-good.jpg', '5-good.jpg']);
    expect(images.counters).toMatchObject({ captured: 2, unreadable: 8 });
  });

  it('says so where no picture can be used, and goes on when one comes', async () => {
    await put('1.jpg', Buffer.from('no picture'));
    const images = source();
    await expect(images.next(never)).rejects.toMatchObject({
      code: 'SOURCE_ALL_UNREADABLE',
      details: { count: 1 },
    });
    await put('2.jpg', jpeg(40, 30, [0, 0, 0]));
    expect(await names(images, 1)).toEqual(['2.jpg']);
  });

  it('says so where the folder is empty or missing, and goes on when it is there', async () => {
    const images = source({ path: path.join(folder, 'later') });
    await expect(images.next(never)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path.join(folder, 'later'));
    await expect(images.next(never)).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    await put('later/a.jpg', jpeg(40, 30, [0, 0, 0]));
    expect(await names(images, 1)).toEqual(['a.jpg']);
  });
});

it('pictures are decoded at the smallest scale that still covers the input of the model', () => {
  expect(reductionFor(1280, 720, 224, 224)).toBe(2);
  expect(reductionFor(1920, 1080, 224, 224)).toBe(4);
  expect(reductionFor(320, 240, 224, 224)).toBe(1);
  expect(reductionFor(4032, 3024, 224, 224)).toBe(8);
});
