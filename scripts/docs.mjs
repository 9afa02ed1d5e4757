// Writes the parts of docs/ that derive from the code (run "npm run build" before); --check only compares.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import prettier from 'prettier';
import { z } from 'zod';
import { documentSchema } from '../dist/config/index.js';
import { metrics } from '../dist/metrics/definitions.js';
import { nativeResultSchema } from '../dist/publish/index.js';

const root = new URL('../docs/', import.meta.url);

/** What may be written, with the defaults that are filled in: zod gives the one in the input schema, the other in the output schema. */
function configurationSchema() {
  const options = { unrepresentable: 'any' };
  const input = z.toJSONSchema(documentSchema, { ...options, io: 'input' });
  const output = z.toJSONSchema(documentSchema, { ...options, io: 'output' });
  const copyDefaults = (to, from) => {
    if (from?.default !== undefined) to.default ??= from.default;
    for (const [key, child] of Object.entries(to)) {
      if (child && typeof child === 'object' && from?.[key]) copyDefaults(child, from[key]);
    }
  };
  copyDefaults(input, output);
  return { title: 'Greengrass MLI configuration', ...input };
}

const typeOf = (schema) => {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' \\| ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array')
    return schema.prefixItems
      ? `list of ${schema.prefixItems.length}`
      : `list of ${typeOf(schema.items ?? {})}`;
  const bounds = [
    schema.minimum !== undefined && `≥ ${schema.minimum}`,
    schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER && `≤ ${schema.maximum}`,
  ].filter(Boolean);
  return [schema.type ?? 'any', ...bounds].join(' ');
};

/** One row a key; names that the user chooses stand as <name>, list elements as []. */
function rows(schema, path = '', required = false) {
  const variants = (schema.oneOf ?? schema.anyOf ?? []).filter((variant) => variant.properties);
  if (variants.length > 0) {
    const own = path && schema.description ? [row(path, { ...schema, type: 'object' }, required)] : [];
    return [
      ...own,
      ...variants.flatMap((variant) =>
        rows(variant, variant.properties.type?.const ? `${path} (${variant.properties.type.const})` : path),
      ),
    ];
  }
  if (schema.properties) {
    const own = path && schema.description ? [row(path, schema, required)] : [];
    const children = Object.entries(schema.properties).filter(([key]) => key !== 'type');
    return [
      ...own,
      ...children.flatMap(([key, child]) =>
        rows(child, path ? `${path}.${key}` : key, schema.required?.includes(key)),
      ),
    ];
  }
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties.type)
    return rows(schema.additionalProperties, `${path}.<name>`);
  if (schema.type === 'array' && (schema.items?.properties || schema.items?.oneOf))
    return rows(schema.items, `${path}[]`);
  return [row(path, schema, required)];
}

const row = (path, schema, required) => {
  const value = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${path}\` | ${typeOf(schema)} | ${required ? '**required**' : value} | ${(schema.description ?? '').replaceAll('|', '\\|')} |`;
};

const configuration = configurationSchema();
const files = {
  'configuration.schema.json': JSON.stringify(configuration),
  'native-result.schema.json': JSON.stringify(z.toJSONSchema(nativeResultSchema)),
  'configuration.md': `# Configuration

Made from the schema in \`src/config\` by \`npm run docs\`. The same document is the component's configuration in Greengrass, or a YAML or JSON file for \`--config\`;
its JSON Schema is [configuration.schema.json](configuration.schema.json). Unknown keys are refused, all problems are reported at once, and \`mli check\` tells before a deployment does.

Scalars may be strings (\`"0.5"\`, \`"true"\`): nucleus lite makes them so. Relative paths start at the folder of the file, or where the component is installed.
\`--set path=value\` overrides any value: \`--set pipelines.belt-1.source.intervalSeconds=0.5\`. Topics may hold \`{thingName}\` and \`{pipeline}\`.

| key | type | default | meaning |
| --- | --- | --- | --- |
${rows(configuration).join('\n')}
`,
  'metrics.md': `# Metrics and health

Made from \`src/metrics/definitions.ts\` by \`npm run docs\`. With \`metrics: { enabled: true }\` the component serves, on loopback unless told otherwise:

| path | what |
| --- | --- |
| \`/metrics\` | the metrics below, in the text format of Prometheus |
| \`/live\` | 200 while the component's process answers |
| \`/ready\` | 200 where the nucleus answers and every pipeline works, else 503 with the reasons |

\`infra/grafana-dashboard.json\` is a Grafana dashboard of them. With \`metrics: { cloudWatch: { enabled: true } }\` those with a name in the last column also go to CloudWatch, through the
local topic \`cloudwatch/metric/put\` and AWS's component \`aws.greengrass.Cloudwatch\`: counters as what was added since the last time, with the dimensions thing and pipeline.

| metric | type | unit | labels | meaning | in CloudWatch |
| --- | --- | --- | --- | --- | --- |
${Object.entries(metrics)
  .map(
    ([name, { type, unit, labels, help, cloudWatch }]) =>
      `| \`${name}\` | ${type} | ${unit} | ${labels.join(', ')} | ${help} | ${cloudWatch ? `${cloudWatch.name} (${cloudWatch.unit})` : ''} |`,
  )
  .join('\n')}
`,
};

let stale = 0;
await mkdir(root, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const url = new URL(name, root);
  const formatted = await prettier.format(text, {
    printWidth: 110,
    parser: name.endsWith('.md') ? 'markdown' : 'json',
  });
  if ((await readFile(url, 'utf8').catch(() => '')) === formatted) continue;
  if (process.argv.includes('--check')) {
    console.error(`docs/${name} is not what the code says: run "npm run docs".`);
    stale++;
  } else {
    await writeFile(url, formatted);
    console.log(`docs/${name} written`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
