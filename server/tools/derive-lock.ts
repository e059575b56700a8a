/** A lock file for some of this project's dependencies, taken from the project's own without asking any registry. */

export interface LockedPackage {
  version?: string;
  dev?: boolean;
  devOptional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [field: string]: unknown;
}
export interface Lock {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
  [field: string]: unknown;
}
export interface PackageJson {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  [field: string]: unknown;
}

/** Every package stands where it stands in `lock`, so that what was tested is what gets installed. Throws on one that isn't there. */
export function deriveLock(lock: Lock, packageJson: PackageJson): Lock {
  const { name, version, dependencies, devDependencies } = packageJson;
  const forUse = closure(lock, Object.keys(dependencies));
  const forDevelopment = closure(lock, Object.keys(devDependencies));
  const packages: Record<string, LockedPackage> = { '': { name, version, dependencies, devDependencies } };
  for (const path of [...new Set([...forUse, ...forDevelopment])].sort()) {
    const { dev: _, devOptional: __, ...locked } = lock.packages[path]!;
    packages[path] = forUse.has(path) ? locked : { ...locked, dev: true };
  }
  return { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages };
}

function closure(lock: Lock, names: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (from: string, name: string, isOptional: boolean): void => {
    const path = resolve(lock, from, name);
    if (path === undefined) {
      if (isOptional) return;
      throw new Error(`package-lock.json has no ${name}, which ${from || 'the app'} needs`);
    }
    if (reached.has(path)) return;
    reached.add(path);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock.packages[path]!;
    for (const next of Object.keys(dependencies ?? {})) visit(path, next, false);
    for (const next of Object.keys(optionalDependencies ?? {})) visit(path, next, true);
    for (const next of Object.keys(peerDependencies ?? {}))
      if (!peerDependenciesMeta?.[next]?.optional) visit(path, next, false);
  };
  for (const name of names) visit('', name, false);
  return reached;
}

/** Node's own way: the nearest node_modules upwards. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (!folder) return undefined;
  }
}
