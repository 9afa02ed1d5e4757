import { createHash } from 'node:crypto';
import { SetupFailure } from '../setup/failure.mjs';
import { OPENCV_VERSION } from '../setup/opencv-recipe.mjs';
import { askTool } from '../setup/tool.mjs';
import { NODE_VERSION } from './node-runtime.mjs';
import { COMPILED_IN, productionModules } from './production-modules.mjs';
import { OPENCV_PARTS } from './provenance.mjs';

/**
 * The software bill of materials, CycloneDX 1.5: what npm says of the packages that ship, and what it cannot know of: Node, OpenCV
 * and the libraries in it. Time and number are left out or derived, so that the same input gives the same bytes.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {import('./platforms.mjs').Platform} platform
 * @returns {Promise<object>}
 */
export async function billOfMaterials(setup, platform) {
  // With --omit dev npm leaves out what development needs as well as the product, so all are asked for and ours are taken.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const bill = JSON.parse(await askTool('npm', args, { cwd: setup.root }));
  const { component } = bill.metadata;
  const ships = new Set([
    component['bom-ref'],
    ...productionModules(setup.root, platform).map(({ name, version }) => `${name}@${version}`),
    ...bill.components.filter(({ name }) => COMPILED_IN.includes(name)).map((one) => one['bom-ref']),
  ]);
  const isShipped = (ref) => ships.has(ref);
  const unknown = [...ships].find(
    (ref) => ref !== component['bom-ref'] && !bill.components.some((one) => one['bom-ref'] === ref),
  );
  if (unknown)
    throw new SetupFailure(`npm sbom does not know ${unknown}, which ships`, {
      remedy: 'npm ci --ignore-scripts',
    });
  const added = otherParts(platform);
  const dependencies = bill.dependencies
    .filter(({ ref }) => isShipped(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isShipped).sort() }));
  const own = dependencies.find(({ ref }) => ref === component['bom-ref']);
  own.dependsOn.push(...added.map((one) => one['bom-ref']));

  const content = {
    metadata: {
      lifecycles: bill.metadata.lifecycles,
      // npm calls it by the name of the folder.
      component: {
        ...component,
        type: 'application',
        name: 'greengrass-mli',
        properties: [{ name: 'platform', value: platform.id }],
      },
    },
    components: [...bill.components.filter((one) => isShipped(one['bom-ref'])), ...added],
    dependencies,
  };
  return {
    $schema: bill.$schema,
    bomFormat: bill.bomFormat,
    specVersion: bill.specVersion,
    serialNumber: serialOf(content),
    version: 1,
    ...content,
  };
}

function otherParts(platform) {
  const part = (name, version, licence, purl) => ({
    'bom-ref': `${name}@${version}`,
    type: name === 'node' ? 'platform' : 'library',
    name,
    version,
    scope: 'required',
    purl,
    licenses: [{ expression: licence }],
  });
  return [
    part('node', NODE_VERSION, 'MIT', `pkg:npm/node-linux-${platform.arch}@${NODE_VERSION}`),
    part('opencv', OPENCV_VERSION, 'Apache-2.0', `pkg:github/opencv/opencv@${OPENCV_VERSION}`),
    ...OPENCV_PARTS.map(({ name, version, licence, purl }) => part(name, version, licence, purl)),
  ];
}

/** A UUID (version 8, RFC 9562) from the content. */
function serialOf(content) {
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
