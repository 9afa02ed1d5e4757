import { Command } from 'commander';

export const signCommand = (): Command =>
  new Command('sign')
    .description('sign a model package or archive; the signature is written beside it')
    .argument('<model>', 'folder of a package, or a .tar.gz or .zip')
    .requiredOption('--key <file>', 'private key, made by mli model keygen')
    .action(async (model: string, options: { key: string }) => {
      const { signModel } = await import('../../models/seal.js');
      const { signatureFile, publicKey, sha256 } = await signModel(model, options.key);
      console.log(`Signature:  ${signatureFile}\nsha256:     ${sha256}\npublic key: ${publicKey}`);
    });
