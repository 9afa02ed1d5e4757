/** Types, maps, sources and texts: nothing that Node loads. */
const NOT_LOADED =
  /\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|tsbuildinfo|flow|html|css|ya?ml|txt|gypi?|c|cc|cpp|h|hpp|py|sh|bat|cmd|o|a|tgz|png|svg|cmake)$/i;
const FOLDERS_NOT_LOADED =
  /^(\.[^/]*|tests?|__tests__|examples?|docs?|docsify|bench(marks?)?|coverage|man|browser|\.github)\//;
const FILES_NOT_LOADED = /^(\.[^/]*|(bench|test|eslint\.config|tsconfig|Makefile|CHANGELOG|AUTHORS)[^/]*)$/i;
const LEGAL = /^(licen[cs]e|copying|notice)[^/]*$/i;

/**
 * Which files of a package ship, where the general rule takes too much or too little.
 * @type {Record<string, (name: string, platform: import('./platforms.mjs').Platform) => boolean>}
 */
const PACKAGE_RULES = {
  // Seven prebuilt binaries, and the whole C source.
  'aws-crt': (name, { id }) =>
    name === 'package.json' ||
    /^dist\/(index\.js|(common|native)\/.*\.js)$/.test(name) ||
    name === `dist/bin/${id}-glibc/aws-crt-nodejs.node`,
  // The binary comes from its own build; cascades are trained models that nothing here loads.
  opencv4nodejs: (name) =>
    name === 'package.json' || /^lib\/(?!haarcascades|lbpcascades|typings).*\.js$/.test(name),
  // Its library alone: our addon opens it. Its binding for Node runs models on the event loop.
  'onnxruntime-node': (name, { arch }) =>
    name === 'package.json' || name === `bin/napi-v6/linux/${arch}/libonnxruntime.so.1`,
  // Its library finds the folder of OpenCV; the rest builds OpenCV.
  'opencv-build': (name) => name === 'package.json' || /^build\/.*\.js$/.test(name),
};

/** Binaries as prebuildify names them, one folder a platform; glibc and musl side by side. */
const PREBUILT = /^prebuilds\/([^/]+)\/(?!.*musl)/;

/** Builds for bundlers; Node takes `dist-cjs`. */
const FOR_BUNDLERS = /^dist-(es|types)\//;

/**
 * @param {string} packageName
 * @param {string} name of a file in it
 * @param {import('./platforms.mjs').Platform} platform
 * @returns {boolean} whether it ships
 */
export function shipsModuleFile(packageName, name, platform) {
  if (LEGAL.test(name)) return true;
  if (name.startsWith('node_modules/')) return false; // packages of their own
  const rule = PACKAGE_RULES[packageName];
  if (rule) return rule(name, platform);
  if (name.startsWith('prebuilds/')) return PREBUILT.exec(name)?.[1] === platform.id;
  if (NOT_LOADED.test(name) || FOLDERS_NOT_LOADED.test(name) || FILES_NOT_LOADED.test(name)) return false;
  return !(/^@(aws-sdk|smithy)\//.test(packageName) && FOR_BUNDLERS.test(name));
}

/** @param {string} name of a file at the top of a package @returns {boolean} whether it is its licence or notice */
export const isLegalFile = (name) => LEGAL.test(name);
