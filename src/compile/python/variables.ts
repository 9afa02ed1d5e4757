/** Identity and settings of this process that a compiler, and the user's code that it runs, must not see. */
const withheld = /^(SVCUID|AWS_|NODE_OPTIONS$|PYTHON)/;

/** The environment variables of pip and of the compile programs. */
export function compilerEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !withheld.test(name));
  return {
    ...Object.fromEntries(kept),
    // Packages of the user's own would come before those of the environment.
    PYTHONNOUSERSITE: '1',
    // The programs may lie where nobody may write.
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    // TVM would download schedules for ARM.
    TOPHUB_LOCATION: 'NONE',
  };
}
