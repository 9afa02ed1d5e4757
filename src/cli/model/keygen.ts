import { Command } from 'commander';

export const keygenCommand = (): Command =>
  new Command('keygen')
    .description('make an Ed25519 key pair for signing models')
    .argument('<file>', 'where the private key goes; keep it where models are made, never on a device')
    .action(async (file: string) => {
      const { makeKey } = await import('../../models/seal.js');
      const publicKey = await makeKey(file);
      console.log(
        `Private key: ${file}\nFor the configuration of the devices:\n\ntrust:\n  publicKeys:\n    - ${publicKey}`,
      );
    });
