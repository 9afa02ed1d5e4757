import * as client from '@aws-sdk/client-greengrassv2';
import { accessKeyId, StrictServer } from './aws-server.js';
import { ComponentRegistry, region } from './component-registry.js';
import { Fleet } from './fleet.js';
import { ObjectStore } from './object-store.js';

/** An account with Greengrass and S3, on the loopback interface. */
export class Cloud {
  readonly store = new ObjectStore();
  readonly components = new ComponentRegistry((uri) => this.store.has(uri));
  readonly fleet = new Fleet(this.components);
  readonly server = new StrictServer({
    client,
    handlers: { ...this.components.handlers, ...this.fleet.handlers },
    otherwise: (request, response) => this.store.serve(request, response),
  });
  #url = '';

  async start(): Promise<this> {
    this.#url = await this.server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** For a process that is to take this for AWS: nothing of the user's own profile counts. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      AWS_REGION: region,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }
}
