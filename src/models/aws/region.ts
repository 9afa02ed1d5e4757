/** The region that the nucleus gives to its components; without it, the SDK looks into the user's profile. */
export const deviceRegion = (environment: NodeJS.ProcessEnv = process.env): string | undefined =>
  environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined;
