import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
} as const;

/** The files of the page itself, beside the compiled code. */
const own = [
  'index.html',
  'page.css',
  'page.js',
  'pipeline-card.js',
  'picture.js',
  'chart.js',
  'elements.js',
  'format.js',
  'icon.svg',
];
const charts = ['uPlot.iife.min.js', 'uPlot.min.css'];

/** All that a browser may ask for by name: a closed list, so that no path leads anywhere else. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const uplot = path.dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const page = new URL('./page/', import.meta.url);
  return new Map([
    ...own.map((name) => [name, toFile(name, readFileSync(new URL(name, page)))] as const),
    ...charts.map((name) => [name, toFile(name, readFileSync(path.join(uplot, 'dist', name)))] as const),
  ]);
}

const toFile = (name: string, bytes: Buffer<ArrayBuffer>): PageFile => ({
  type: types[path.extname(name) as keyof typeof types],
  bytes,
});
