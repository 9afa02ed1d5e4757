// Brings one model into a cache, in a process of its own that a test can kill: node resolve-process.mjs <cache> <source as JSON>
import { pino } from 'pino';
import { modelSchema } from '../../dist/config/model.js';
import { ModelRepository } from '../../dist/models/index.js';

const [, , folder, source] = process.argv;
const repository = new ModelRepository({
  folder,
  logger: pino({ level: 'silent' }),
  trust: { publicKeys: [] },
});
await repository.resolve('sorter', modelSchema.parse({ source: JSON.parse(source) }));
