import { z } from 'zod';

/** A recipe may have this many bytes; the cloud refuses a larger one. */
export const MOST_RECIPE_BYTES = 16_000;

/**
 * What a script may use: variables that both nuclei know. Lite takes every opening brace for the start of one, so a script has
 * no other braces either: no `${NAME}`, no `{ …; }`.
 */
const VARIABLE =
  /^\{(artifacts:(path|decompressedPath)|work:path|kernel:rootPath|iot:thingName|configuration:\/[^{}]+)\}$/;

const script = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    for (const [found] of text.matchAll(/\{[^}]*\}?/g)) {
      if (!VARIABLE.test(found))
        context.addIssue({ code: 'custom', message: `${found} is no variable that both nuclei know` });
    }
  });

/** Of the steps, those that lite has; their names are case-sensitive there. */
const lifecycle = z.strictObject({ install: script.optional(), run: script.optional() });

const permission = z.strictObject({
  Read: z.enum(['OWNER', 'ALL']),
  Execute: z.enum(['NONE', 'OWNER', 'ALL']),
});

/** `Uri` in this spelling: lite looks for no other. */
const artifact = z.strictObject({
  Uri: z.string().regex(/^s3:\/\/[^/]+\/[^/]+\/[^/]+\/[a-z0-9-]+\.zip$/),
  Unarchive: z.literal('ZIP'),
  Permission: permission,
});

const manifest = z.strictObject({
  Name: z.string().min(1),
  Platform: z.strictObject({
    os: z.literal('linux'),
    architecture: z.enum(['amd64', 'aarch64']),
    runtime: z.literal('*'), // without it lite passes the manifest over
  }),
  Lifecycle: lifecycle,
  Artifacts: z.array(artifact).min(1),
});

/** A resource is a topic; a star stands for what ends it, below a prefix of our own. */
const policy = z.strictObject({
  policyDescription: z.string().min(1),
  operations: z.array(z.string().regex(/^aws\.greengrass#[A-Za-z]+$/)).min(1),
  resources: z.array(z.string().regex(/^mli\/[a-z]+\/([^*+#]+|\*)$/)).min(1),
});

const accessControl = z.partialRecord(
  z.enum(['aws.greengrass.ipc.pubsub', 'aws.greengrass.ipc.mqttproxy']),
  z.record(z.string().min(1), policy),
);

/** A recipe of this repository: AWS's format "2020-01-25" with less freedom, so that it works on the classic nucleus and on lite. */
export const recipeSchema = z.strictObject({
  RecipeFormatVersion: z.literal('2020-01-25'),
  ComponentName: z
    .string()
    .max(128)
    .regex(/^[a-zA-Z0-9\-_.]+$/),
  ComponentVersion: z.string().regex(/^(\{COMPONENT_VERSION\}|\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?)$/),
  ComponentType: z.literal('aws.greengrass.generic'),
  // One line: lite writes it into a unit file of systemd.
  ComponentDescription: z.string().regex(/^[^\n]+$/),
  ComponentPublisher: z.string().min(1),
  ComponentConfiguration: z
    .strictObject({ DefaultConfiguration: z.looseObject({ accessControl: accessControl.optional() }) })
    .optional(),
  ComponentDependencies: z
    .record(
      z.string(),
      z.strictObject({ VersionRequirement: z.string().min(1), DependencyType: z.literal('SOFT') }),
    )
    .optional(),
  Manifests: z.array(manifest).min(1),
});

/**
 * @param {string} text of the recipe
 * @param {unknown} document the same, parsed
 * @returns {string[]} problems, each with its path; none where it is good
 */
export function recipeProblems(text, document) {
  const bytes = Buffer.byteLength(text);
  const tooLarge =
    bytes > MOST_RECIPE_BYTES ? [`it has ${bytes} bytes, at most ${MOST_RECIPE_BYTES} are allowed`] : [];
  const result = recipeSchema.safeParse(document);
  const issues = result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return [...tooLarge, ...issues];
}
