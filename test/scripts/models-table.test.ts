import { describe, expect, it } from 'vitest';
import { withTable } from '../../scripts/models-table/text.mjs';

const begin = '<!-- Between these marks `npm run models:table` writes. -->';
const end = '<!-- The end of the table. -->';
const result = {
  title: 'Keras',
  model: 'a small one',
  framework: 'keras 2.15',
  target: 'dlr-x64',
  difference: 1.5e-7,
  tolerance: 1e-3,
  milliseconds: 0.126,
};

describe('the page with the table of models', () => {
  it('keeps what is around the marks and replaces what is between them', () => {
    const page = withTable(`# Models\n\n${begin}\n\nold rows\n\n${end}\n\nThe rest.\n`, [result]);
    expect(page.startsWith(`# Models\n\n${begin}\n\n| framework |`)).toBe(true);
    expect(page.endsWith(`\n\n${end}\n\nThe rest.\n`)).toBe(true);
    expect(page).toContain('| Keras | a small one | keras 2.15 | dlr-x64 | 1.5e-7 | 1.0e-3 | 0.13 ms |');
    expect(page).not.toContain('old rows');
  });

  it.each([
    ['without the first mark', `a ${end}`],
    ['without the last mark', `a ${begin} b`],
    ['whose marks are the wrong way round', `${end} a ${begin}`],
  ])('refuses a page %s', (_, page) => {
    expect(() => withTable(page, [result])).toThrow('docs/models.md has lost its marks');
  });
});
