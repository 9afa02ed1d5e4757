import { createHash } from 'node:crypto';

/** OpenCV comes as the source distribution of the Python package, which holds OpenCV's whole source (Apache-2.0). */
export const OPENCV_VERSION = '4.14.0';

/** @type {import('./pypi.mjs').PinnedFile} */
export const OPENCV_SOURCE = {
  requirement: 'opencv-python-headless==4.14.0.94',
  file: 'opencv_python_headless-4.14.0.94.tar.gz',
  sha256: '4afa2ea1214453648be88259f035712454faa9039b686de7753569ba8eec1577',
  pip: ['--no-binary', ':all:', '--no-build-isolation'],
  source: true,
};

/** In link order. highgui draws no windows here: opencv4nodejs compiles picture and video input only when it is there. */
export const OPENCV_MODULES = ['highgui', 'videoio', 'imgcodecs', 'imgproc', 'core'];

/** What the pipeline does not use. JPEG, PNG, V4L2, image sequences and Motion JPEG remain. */
const WITHOUT = [
  ...['TIFF', 'WEBP', 'OPENJPEG', 'JASPER', 'OPENEXR', 'AVIF', 'JPEGXL', 'IMGCODEC_GIF', 'SPNG'],
  ...['IMGCODEC_HDR', 'IMGCODEC_SUNRASTER', 'IMGCODEC_PFM', 'GDAL', 'GDCM'],
  ...['FFMPEG', 'GSTREAMER', '1394', 'OBSENSOR'],
  ...['GTK', 'QT', 'VTK', 'FRAMEBUFFER', 'WAYLAND', 'OPENGL'],
  ...['IPP', 'ITT', 'ADE', 'OPENCL', 'LAPACK', 'EIGEN', 'VA', 'VA_INTEL', 'PROTOBUF', 'FLATBUFFERS', 'QUIRC'],
  ...['TBB', 'OPENMP', 'CUDA', 'VULKAN', 'KLEIDICV', 'CAROTENE'],
];

/** Newer instructions are chosen at run time on x64; the baseline is what every processor of the last decade has. */
const PROCESSOR = {
  x64: { CPU_BASELINE: 'SSE4_2', CPU_DISPATCH: 'AVX2,AVX512_SKX' },
  arm64: { CPU_BASELINE: 'NEON', CPU_DISPATCH: '' },
};

/**
 * CMake definitions of the small static OpenCV: the same on a desk, in CI and on a device.
 * @param {string} arch `x64` or `arm64`
 * @returns {string[]} `-DNAME=VALUE`, without paths, so that they can name the build
 */
export function opencvFlags(arch) {
  const definitions = {
    CMAKE_BUILD_TYPE: 'Release',
    BUILD_SHARED_LIBS: 'OFF',
    CMAKE_POSITION_INDEPENDENT_CODE: 'ON',
    ENABLE_PIC: 'ON',
    BUILD_LIST: [...OPENCV_MODULES].reverse().join(','),
    ...PROCESSOR[arch],
    // Its own zlib, JPEG and PNG, all in the source: nothing of the machine's, nothing downloaded.
    OPENCV_FORCE_3RDPARTY_BUILD: 'ON',
    OPENCV_DOWNLOAD_MIRROR_ID: '',
    BUILD_ZLIB: 'ON',
    BUILD_JPEG: 'ON',
    BUILD_PNG: 'ON',
    WITH_JPEG: 'ON',
    WITH_PNG: 'ON',
    WITH_V4L: 'ON',
    WITH_PTHREADS_PF: 'ON',
    ...Object.fromEntries(WITHOUT.map((name) => [`WITH_${name}`, 'OFF'])),
    VIDEOIO_ENABLE_PLUGINS: 'OFF',
    HIGHGUI_ENABLE_PLUGINS: 'OFF',
    OPENCV_GENERATE_PKGCONFIG: 'OFF',
    OPENCV_ENABLE_NONFREE: 'OFF',
    ...Object.fromEntries(
      [
        'ITT',
        'TESTS',
        'PERF_TESTS',
        'EXAMPLES',
        'DOCS',
        'JAVA',
        'opencv_apps',
        'opencv_python3',
        'opencv_js',
      ].map((name) => [`BUILD_${name}`, 'OFF']),
    ),
  };
  return Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
}

/**
 * Names a build by all that its bytes depend on.
 * @param {string} arch `x64` or `arm64`
 * @param {string} compilerMajor `12`
 * @returns {string} `opencv-4.14.0-<12 hexadecimal digits>-x64`
 */
export function opencvKey(arch, compilerMajor) {
  const parts = JSON.stringify([OPENCV_SOURCE.sha256, opencvFlags(arch), compilerMajor]);
  return `opencv-${OPENCV_VERSION}-${createHash('sha256').update(parts).digest('hex').slice(0, 12)}-${arch}`;
}
