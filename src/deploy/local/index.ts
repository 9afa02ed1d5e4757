export { buildLocalFolder } from './build.js';
export { readLocalFolder, writeDefaultConfiguration, type LocalFolder } from './local-folder.js';
export { localVersion } from './local-version.js';
export { localDeployment, runLocalDeployment } from './nucleus-cli.js';
