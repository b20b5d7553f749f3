// Kubernetes objects: rendered by kustomize, and checked against the API's types. Those types say
// which keys there are, so the compiler finds unknown ones, at any depth; the validators beside
// them check formats and ranges.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { isThere, run } from './commands.ts';
import { Skipped } from './steps.ts';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const KUSTOMIZE_MAJOR_MIN = 5;

interface Kustomize {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
}

let found: Kustomize | undefined;

/** What renders a kustomization here. Throws Skipped where nothing does. */
export function kustomize(): Kustomize {
  found ??= findKustomize();
  return found;
}

function findKustomize(): Kustomize {
  for (const [command, args, asked] of [
    ['kubectl', ['kustomize'], ['version', '--client']],
    ['kustomize', ['build'], ['version']],
  ] as const) {
    if (!isThere(command)) continue;
    const version = /v(\d+)\.\d+\.\d+/.exec(run(command, asked).replace(/^Client.*$/m, ''));
    if (version === null || Number(version[1]) < KUSTOMIZE_MAJOR_MIN) continue;
    return { command, args, version: `${command}, kustomize ${version[0]}` };
  }
  throw new Skipped(`no kubectl or kustomize of version ${KUSTOMIZE_MAJOR_MIN} or later here`);
}

/** Every object of a text of YAML documents. */
export function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS();
  });
}

export function render(directory: string): KubernetesObject[] {
  const { command, args } = kustomize();
  return objectsOf(run(command, [...args, directory]));
}

/** What is wrong with objects by the API's types; empty: nothing. */
export function schemaFaults(objects: readonly KubernetesObject[]): string[] {
  return [...typeFaults(objects), ...objects.flatMap(validatorFaults)];
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata?.name}`;
}

const ROOT = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));

function typeFaults(objects: readonly KubernetesObject[]): string[] {
  // Inside the project, so that the types are found.
  const directory = mkdtempSync(join(ROOT, 'node_modules', '.manifests-'));
  try {
    objects.forEach((object, i) => {
      const { apiVersion, kind } = object;
      writeFileSync(
        join(directory, `${i}.ts`),
        `import type { I${kind} } from 'kubernetes-models/${apiVersion}/${kind}';\n` +
          `export const object: I${kind} = ${JSON.stringify(object)};\n`,
      );
    });
    const options = { strict: true, noEmit: true, skipLibCheck: true, types: [] };
    const modules = { module: 'ESNext', moduleResolution: 'Bundler', target: 'ES2022' };
    const config = { compilerOptions: { ...options, ...modules }, include: ['*.ts'] };
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    try {
      run(process.execPath, [compiler, '-p', directory, '--pretty', 'false']);
      return [];
    } catch (error) {
      const lines = (error as Error).message.split('\n').slice(1);
      return lines.map((line) =>
        line.replace(/^.*?(\d+)\.ts\(\d+,\d+\): error \w+/, (_, i) => nameOf(objects[Number(i)]!)),
      );
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

type Validated = new (object: unknown) => { validate(): void };

const require = createRequire(import.meta.url);

function validatorFaults(object: KubernetesObject): string[] {
  const { apiVersion, kind } = object;
  try {
    const models = require(`kubernetes-models/${apiVersion}/${kind}`) as Record<string, Validated>;
    new models[kind]!(object).validate();
    return [];
  } catch (error) {
    return [`${nameOf(object)}: ${(error as Error).message}`];
  }
}
