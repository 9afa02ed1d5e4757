/**
 * What the component carries beside packages of the npm registry.
 * @typedef {{ name: string, version: string, licence: string, purl: string, files: string[] }} Part
 */

/**
 * Versions of the libraries in OpenCV's source (scripts/setup/opencv-recipe.mjs pins it), by the name that its licence files
 * begin with. `files` are the licences' names in the build's folder `licenses`.
 * @type {readonly Part[]}
 */
export const OPENCV_PARTS = [
  {
    name: 'libjpeg-turbo',
    version: '3.1.2',
    licence: 'IJG AND BSD-3-Clause AND Zlib',
    purl: 'pkg:github/libjpeg-turbo/libjpeg-turbo@3.1.2',
    files: ['libjpeg-turbo-LICENSE.md', 'libjpeg-turbo-README.ijg'],
  },
  {
    name: 'libpng',
    version: '1.6.57',
    licence: 'libpng-2.0',
    purl: 'pkg:github/pnggroup/libpng@v1.6.57',
    files: ['libpng-LICENSE'],
  },
  {
    name: 'zlib',
    version: '1.3.2',
    licence: 'Zlib',
    purl: 'pkg:github/madler/zlib@v1.3.2',
    files: ['zlib-LICENSE'],
  },
  {
    name: 'dlpack',
    version: '1.1',
    licence: 'Apache-2.0',
    purl: 'pkg:github/dmlc/dlpack@v1.1',
    files: ['dlpack-LICENSE'],
  },
  {
    name: 'SoftFloat',
    version: '3c',
    licence: 'BSD-3-Clause',
    purl: 'pkg:github/ucb-bar/berkeley-softfloat-3',
    files: ['SoftFloat-COPYING.txt'],
  },
];
