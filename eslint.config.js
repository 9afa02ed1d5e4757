import tseslint from 'typescript-eslint';

/** The stages of the pipeline and the parts around it: folders that must not know each other. */
const stages = [
  'sources',
  'preprocess',
  'engines',
  'decode',
  'track',
  'rules',
  'actuators',
  'publish',
  'spool',
  'greengrass',
  'nucleus',
  'models',
  'http',
  'service',
  'drift',
];

export default tseslint.config(
  { ignores: ['dist', 'build', 'greengrass-build', 'node_modules', 'test/output'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'vitest.config.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Contracts return promises: an async function turns what it throws into a rejection.
      '@typescript-eslint/require-await': 'off',
      'no-console': 'off',
    },
  },
  // A stage knows types, errors, logger, its own configuration type and itself; composition happens in one place.
  ...stages.map((stage) => ({
    files: [`src/${stage}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: stages
            .filter((other) => other !== stage)
            .map((other) => ({
              group: [`../${other}/*`, `../../${other}/*`],
              message: `src/${stage} must not know src/${other}: compose them in src/pipeline or src/component.ts.`,
            })),
        },
      ],
    },
  })),
  {
    files: ['src/**/*.ts'],
    ignores: ['src/opencv.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'opencv4nodejs', message: 'One file imports OpenCV: src/opencv.ts.' }] },
      ],
    },
  },
);
