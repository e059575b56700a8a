/** Stripe's v1 request bodies: form-encoded, nested with brackets (`items[0][price]=…`, `expand[]=…`). */
import { invalidParam, missingParam } from './stripe-error';

type ParamValue = string | ParamValue[] | Params;
export interface Params {
  [name: string]: ParamValue | undefined;
}

export function parseForm(encoded: string): Params {
  const root = Object.create(null) as Params;
  for (const [name, value] of new URLSearchParams(encoded)) assign(root, pathOf(name), value);
  return withArrays(root);
}

const pathOf = (name: string): string[] => name.split('[').map((part) => part.replace(/\]$/, ''));

function assign(node: Params, [key = '', ...rest]: string[], value: string): void {
  const name = key === '' ? String(Object.keys(node).length) : key;
  if (rest.length === 0) {
    node[name] = value;
    return;
  }
  if (typeof node[name] !== 'object') node[name] = Object.create(null) as Params;
  assign(node[name] as Params, rest, value);
}

/** Objects whose keys are all numbers were arrays; a metadata map may have such keys and stays a map. */
function withArrays(node: Params): Params {
  const result: Params = {};
  for (const [name, value] of Object.entries(node)) {
    if (name === '__proto__') continue;
    if (typeof value !== 'object' || Array.isArray(value)) result[name] = value;
    else if (name !== 'metadata' && Object.keys(value).every((key) => /^\d+$/.test(key)))
      result[name] = Object.values(withArrays(value)) as ParamValue[];
    else result[name] = withArrays(value);
  }
  return result;
}

/** An empty text means "unset" to Stripe; it reads as undefined here and as null in `clearable`. */
export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Undefined when the parameter was not sent, null when it was sent empty. */
export function clearable(params: Params, name: string): string | null | undefined {
  const value = params[name];
  if (typeof value !== 'string') return undefined;
  return value === '' ? null : value;
}

export function required(params: Params, name: string): string {
  const value = text(params, name);
  if (value === undefined) throw missingParam(name);
  return value;
}

export function integer(params: Params, name: string): number | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) throw invalidParam(name, `Invalid integer: ${value}`, 'parameter_invalid_integer');
  return Number(value);
}

export function requiredInteger(params: Params, name: string): number {
  return integer(params, name) ?? Number(required(params, name));
}

export function flag(params: Params, name: string): boolean | undefined {
  const value = text(params, name);
  return value === undefined ? undefined : value === 'true';
}

export function nested(params: Params, name: string): Params {
  const value = params[name];
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function textList(params: Params, name: string): string[] {
  const value = params[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

export function nestedList(params: Params, name: string): Params[] {
  const value = params[name];
  return Array.isArray(value)
    ? value.filter((entry): entry is Params => typeof entry === 'object' && !Array.isArray(entry))
    : [];
}

/** `metadata[key]=value` laid over what is there; an empty value removes the key, `metadata=` removes them all. */
export function mergeMetadata(current: Record<string, string>, params: Params): Record<string, string> {
  if (params.metadata === '') return {};
  const merged = { ...current };
  for (const [key, value] of Object.entries(nested(params, 'metadata'))) {
    if (typeof value !== 'string') continue;
    if (value === '') delete merged[key];
    else merged[key] = value;
  }
  return merged;
}
