import type { Check } from '../finding.js';
import { ok } from '../finding.js';
import { probe } from '../probe.js';

/** Native code is tried in a process of its own: where it crashes, that is the finding. */
export const nativeChecks: readonly Check[] = [
  { subject: 'addon', look: async () => [ok(await probe({ type: 'addon' }))] },
  {
    subject: 'libdlr',
    look: async ({ configuration }) => {
      const { library, sha256 } = configuration?.dlr ?? {};
      return [ok(await probe({ type: 'libdlr', library, sha256 }))];
    },
  },
  { subject: 'OpenCV', look: async () => [ok(await probe({ type: 'opencv' }))] },
];
