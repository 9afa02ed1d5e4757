import { z } from 'zod';
import { parsePublicKey } from './public-key.js';

const publicKey = z.string().superRefine((text, context) => {
  try {
    parsePublicKey(text);
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `must be an Ed25519 public key: ${(error as Error).message}`,
    });
  }
});

export const trustSchema = z.strictObject({
  publicKeys: z
    .array(publicKey)
    .max(20)
    .default([])
    .describe(
      'Ed25519 public keys whose signatures are believed, in PEM or as 32 bytes in base64 (mli model keygen, mli model sign).',
    ),
});

export type TrustConfig = z.output<typeof trustSchema>;
