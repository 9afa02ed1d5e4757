import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { askTool } from '../setup/tool.mjs';

/** Unpacks as a nucleus does: folders that all may read, and one mode for every file, which comes from the recipe. */
const UNPACK = `
import os, sys, zipfile
archive, folder, mode = sys.argv[1], sys.argv[2], int(sys.argv[3], 8)
with zipfile.ZipFile(archive) as source:
    for entry in source.infolist():
        path = os.path.join(folder, entry.filename)
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        with open(path, "wb") as out:
            out.write(source.read(entry))
        os.chmod(path, mode)
`;

/**
 * The folder of a nucleus on a device, and what a nucleus does with components in it: just enough to run the recipes' own steps
 * where there is no nucleus. Paths are seen from inside the device (`root`), as the steps see them.
 */
export class DeviceFolder {
  /** @param {string} host folder of the device's root on this machine @param {string} root the nucleus' folder inside */
  constructor(host, root) {
    this.host = host;
    this.root = root;
  }

  work(component) {
    return `${this.root}/work/${component}`;
  }

  /**
   * Lays a component out.
   * @param {string} local folder that `build-component.mjs --local` made
   * @param {string} architecture as recipes name it
   * @returns {Promise<{ name: string, install?: string, run?: string }>} its steps, with the variables replaced
   */
  async install(local, component, version, architecture) {
    const { parse } = await import('yaml');
    const recipe = parse(readFileSync(join(local, 'recipes', `${component}-${version}.yaml`), 'utf8'));
    const { Lifecycle: steps, Artifacts: artifacts } = recipe.Manifests.find(
      ({ Platform: platform }) => platform.architecture === architecture,
    );
    const unpacked = `${this.root}/packages/artifacts-unarchived/${component}/${version}`;
    for (const { Uri: uri, Permission: permission } of artifacts) {
      const folder = join(this.host, unpacked, basename(uri, '.zip'));
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      await askTool('python3', [
        '-c',
        UNPACK,
        join(local, 'artifacts', component, version, basename(uri)),
        folder,
        modeOf(permission),
      ]);
    }
    mkdirSync(join(this.host, this.work(component)), { recursive: true });
    const variables = {
      '{artifacts:decompressedPath}': unpacked,
      '{artifacts:path}': `${this.root}/packages/artifacts/${component}/${version}`,
      '{work:path}': this.work(component),
    };
    const filled = (script) => script?.replace(/\{[^}]+\}/g, (name) => variables[name]);
    return { name: component, install: filled(steps.install), run: filled(steps.run) };
  }

  /** What the components have registered, as JSON. */
  registrations() {
    const work = join(this.host, this.root, 'work');
    return readdirSync(work, { recursive: true })
      .filter((name) => /\/mli-store\/[^/]+\.json$/.test(name))
      .map((name) => JSON.parse(readFileSync(join(work, name), 'utf8')));
  }

  /** Gives the work folders to the user that the components run as. */
  giveWorkTo(uid, gid, chown) {
    const work = join(this.host, this.root, 'work');
    for (const component of readdirSync(work)) {
      chown(join(work, component), uid, gid);
      chmodSync(join(work, component), 0o755);
    }
  }
}

/** The classic nucleus and lite agree: the group counts as the owner. */
function modeOf({ Read: read, Execute: execute }) {
  const others = (read === 'ALL' ? 4 : 0) | (execute === 'ALL' ? 1 : 0);
  const owner = 4 | (execute === 'NONE' ? 0 : 1);
  return `0${owner}${owner}${others}`;
}
