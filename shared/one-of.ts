/** `value` when it is one of the known ones, typed as such; else undefined. */
export const oneOf = <T extends string>(values: readonly T[], value: string | undefined): T | undefined =>
  values.find((candidate) => candidate === value);
