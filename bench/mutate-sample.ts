// Which mutants are tried: all mutations of the core's files, and a sample of them by seed.

import { join, relative } from 'node:path';
import { API } from 'typescript/unstable/sync';
import { Prng } from '../src/base/prng.ts';
import { type Mutation, mutationsOf, type Places, zerosOf } from './mutate-places.ts';

/** All mutations of the core of the project at `root`, by file: of those whose path has `part`. */
export function findPlaces(root: string, part: string): Map<string, Places> {
  const api = new API({ cwd: root });
  const project = join(root, 'src/core/tsconfig.json');
  const program = api.updateSnapshot({ openProject: project }).getProject(project)!.program;
  const sources = program.getSourceFileNames().flatMap((path) => {
    const file = relative(root, path);
    return file.startsWith('src/core/') ? { file, source: program.getSourceFile(path)! } : [];
  });
  const zeros = new Set(sources.flatMap(({ source }) => zerosOf(source)));
  const places = new Map<string, Places>();
  for (const { file, source } of sources) {
    const found = mutationsOf(source, file, zeros);
    if (file.includes(part) && found.mutations.length > 0) places.set(file, found);
  }
  api.close();
  return places;
}

/** `count` of all mutations: of each file its part, and at least one. */
export function sample(
  places: ReadonlyMap<string, Places>,
  count: number,
  seed: number,
): Mutation[] {
  const random = new Prng(seed);
  const all = [...places.values()].reduce((sum, { mutations }) => sum + mutations.length, 0);
  const chosen: Mutation[] = [];
  let seen = 0;
  for (const { mutations } of places.values()) {
    const before = Math.round((seen * count) / all);
    seen += mutations.length;
    const part = Math.max(1, Math.round((seen * count) / all) - before);
    const rest = [...mutations];
    for (let i = 0; i < part && rest.length > 0; i++) {
      chosen.push(rest.splice(random.below(rest.length), 1)[0]!);
    }
  }
  return chosen;
}
