import { entry } from './entry.js';

/** Errors of the HTTP servers: the inference service, the live page, the metrics. */
export const httpErrors = {
  HTTP_ADDRESS_UNUSABLE: entry<{ name: string; address: string; reason: string }>({
    message: ({ name, address, reason }) => `The ${name} cannot listen on ${address}: ${reason}.`,
    remedy:
      'Give another port or socket, or end what listens there. It is tried again; the pipelines go on meanwhile.',
  }),
  HTTP_TOKEN_UNUSABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The token file ${path} cannot be used: ${reason}.`,
    remedy:
      'It holds one line of 16 characters or more, and only the user of the component may read it: (umask 077; openssl rand -hex 32 > token).',
  }),
};
