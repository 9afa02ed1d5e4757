import { cpus } from 'node:os';

const begin = '<!-- Between these marks `npm run models:table` writes. -->';
const end = '<!-- The end of the table. -->';

/** The page docs/models.md with another table; what people wrote around it stays. @param {string} page @throws Error without marks */
export function withTable(page, results) {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/models.md has lost its marks: "${begin}" and "${end}"`);
  return `${page.slice(0, from)}${begin}\n\n${tableText(results)}\n\n${page.slice(to)}`;
}

/** @param results of all rows */
export const tableText = (
  results,
) => `| framework | model | version | runtime and target | largest difference | allowed | time |
| --- | --- | --- | --- | --- | --- | --- |
${results
  .map(
    ({ title, model, framework, target, difference, tolerance, milliseconds }) =>
      `| ${title} | ${model} | ${framework} | ${target} | ${difference.toExponential(1)} | ${tolerance.toExponential(1)} | ${milliseconds.toFixed(2)} ms |`,
  )
  .join('\n')}

This run: ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.`;
