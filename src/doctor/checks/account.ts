import { userInfo } from 'node:os';
import { ok, warning, type Check } from '../finding.js';

/** Nothing here needs root: models and codecs are native code, and should have as few rights as possible. */
export const accountCheck: Check = {
  subject: 'user',
  look: async () => {
    const { username, uid } = userInfo();
    return [
      uid === 0
        ? warning(
            'The user is root.',
            'Let Greengrass run it as ggc_user (posixUser of the nucleus): it needs no root.',
          )
        : ok(username),
    ];
  },
};
