import path from 'node:path';
import { Command } from 'commander';
import { csvSource, jsonlSource } from '../../config/sensor-source.js';

interface FitOptions {
  data: string;
  out: string;
  separator: string;
  timeField?: string;
  sha256?: string;
  allowUnpinned: boolean;
}

export const fitCommand = (): Command =>
  new Command('fit')
    .description(
      'teach an anomaly model what is normal on this machine, from a recording of normal operation',
    )
    .argument('<package>', 'folder of the model package to begin with')
    .requiredOption('--data <file>', 'recording: CSV with a line of column names, or .jsonl')
    .requiredOption('--out <folder>', 'folder for the fitted package; what is there is replaced')
    .option('--separator <character>', 'between the columns', ',')
    .option('--time-field <name>', 'column of the time')
    .option('--sha256 <digest>', 'pinned digest of its model.json')
    .option('--allow-unpinned', 'run a package without a pinned digest: it is native code', false)
    .action(fit);

async function fit(folder: string, options: FitOptions): Promise<void> {
  const { openModel } = await import('../../pipeline/load-model.js');
  const { fitModel } = await import('../../fit/fit.js');
  const { windowsOf } = await import('../../fit/recording.js');
  const { writeFitted } = await import('../../fit/package.js');
  const { sha256, allowUnpinned, data, separator, timeField, out } = options;
  const common = { path: data, timeField };
  const recording = data.endsWith('.jsonl')
    ? jsonlSource.parse({ type: 'jsonl', ...common })
    : csvSource.parse({ type: 'csv', separator, ...common });
  const { package: model, engine } = await openModel({
    model: { folder, sha256, allowUnpinned },
    dlr: { threads: 1, device: 'cpu' },
  });
  try {
    const windows = await windowsOf(model.manifest, recording);
    const { manifest, threshold } = await fitModel(model.manifest, engine, windows);
    const provenance = {
      ...manifest.provenance,
      fitted: { recording: path.basename(data), windows: windows.length, at: new Date().toISOString() },
    };
    const digest = await writeFitted(
      model.folder,
      path.resolve(out),
      { ...manifest, provenance },
      engine,
      windows,
    );
    console.log(
      `${windows.length} windows of normal operation; a score of ${threshold.toFixed(3)} is an anomaly`,
    );
    console.log(`package:   ${path.resolve(out)}`);
    console.log(`sha256:    ${digest}`);
  } finally {
    await engine.dispose();
  }
}
