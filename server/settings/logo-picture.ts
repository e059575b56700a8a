/** A logo as it came in, made into a picture of our own: nothing of the file is kept but what is seen. Pure. */
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { LOGO_LIMITS } from '../../shared/brand';
import { LOGO_REFUSED } from '../../shared/words/branding';

export type Picture =
  { kind: 'picture'; png: Buffer; width: number; height: number } | { kind: 'refused'; message: string };

/** Three times as large as it is shown, for sharp screens. */
const KEPT = { width: 720, height: 144 };

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The deepest pixel: four channels of two bytes. */
const MAX_BYTES_PER_PIXEL = 8;

/** What the file's head says is checked before anything is unpacked: a small file can claim and become a huge picture. */
export function readLogo(file: Buffer): Picture {
  if (file.length === 0) return refused(LOGO_REFUSED.none);
  if (file.length > LOGO_LIMITS.bytes) return refused(LOGO_REFUSED.tooManyBytes);
  const size = readHead(file);
  if (!size) return refused(LOGO_REFUSED.notPng);
  const { width, height, lineBytes } = size;
  if (width > LOGO_LIMITS.pixels || height > LOGO_LIMITS.pixels)
    return refused(LOGO_REFUSED.tooManyPixels(width, height));
  try {
    const { packed, end } = readChunks(file);
    // The library bounds neither what an interlaced picture unpacks to, nor takes offence at too little of another. A byte
    // for each line's filter, in seven passes.
    const maxOutputLength = width * height * MAX_BYTES_PER_PIXEL + 14 * (height + 1);
    if (inflateSync(packed, { maxOutputLength }).length < height * lineBytes) return refused(LOGO_REFUSED.damaged);
    return { kind: 'picture', ...shrink(PNG.sync.read(file.subarray(0, end))) };
  } catch {
    return refused(LOGO_REFUSED.damaged);
  }
}

const refused = (message: string): Picture => ({ kind: 'refused', message });

interface Head {
  width: number;
  height: number;
  /** Of one line with its filter's byte, unpacked; 0 where lines come in passes. */
  lineBytes: number;
}

/** By PNG's colour type: https://www.w3.org/TR/png-3/#6Colour-values. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** What the IHDR chunk says, which comes first: https://www.w3.org/TR/png-3/#11IHDR. Undefined: it is no PNG. */
function readHead(file: Buffer): Head | undefined {
  if (file.length < 33 || !file.subarray(0, 8).equals(SIGNATURE)) return undefined;
  if (file.readUInt32BE(8) !== 13 || file.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const [depth, channels, isInterlaced] = [file.readUInt8(24), CHANNELS[file.readUInt8(25)], file.readUInt8(28) !== 0];
  if (width === 0 || height === 0 || channels === undefined) return undefined;
  return { width, height, lineBytes: isInterlaced ? 0 : 1 + Math.ceil((width * depth * channels) / 8) };
}

/**
 * `packed` is what stands in the IDAT chunks, which together are one zlib stream; `end` is where the picture ends, whatever
 * comes after. Throws for a file that is cut off.
 */
function readChunks(file: Buffer): { packed: Buffer; end: number } {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; ;) {
    const [length, type] = [file.readUInt32BE(at), file.toString('latin1', at + 4, at + 8)];
    const end = at + 12 + length;
    if (end > file.length) throw new Error('a chunk is cut off');
    if (type === 'IEND') return { packed: Buffer.concat(parts), end };
    if (type === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at = end;
  }
}

/** To the size that is kept, each pixel the mean of those it covers; smaller ones stay as large as they are. */
function shrink(source: PNG): { png: Buffer; width: number; height: number } {
  const scale = Math.min(1, KEPT.width / source.width, KEPT.height / source.height);
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const target = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [left, right] = covered(x, width, source.width);
      const [top, bottom] = covered(y, height, source.height);
      target.data.set(meanOf(source, { left, right, top, bottom }), (y * width + x) * 4);
    }
  return { png: PNG.sync.write(target, { deflateLevel: 9 }), width, height };
}

const covered = (at: number, count: number, of: number): [from: number, to: number] => {
  const from = Math.floor((at * of) / count);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * of) / count))];
};

/** Colours count by how opaque they are: what can't be seen must not show at the edges. */
function meanOf({ data, width }: PNG, area: { left: number; right: number; top: number; bottom: number }): number[] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let y = area.top; y < area.bottom; y++)
    for (let x = area.left; x < area.right; x++) {
      const at = (y * width + x) * 4;
      const opacity = data[at + 3] ?? 0;
      red += (data[at] ?? 0) * opacity;
      green += (data[at + 1] ?? 0) * opacity;
      blue += (data[at + 2] ?? 0) * opacity;
      alpha += opacity;
    }
  if (alpha === 0) return [0, 0, 0, 0];
  const pixels = (area.right - area.left) * (area.bottom - area.top);
  return [red / alpha, green / alpha, blue / alpha, alpha / pixels].map(Math.round);
}
