import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { LOGO_REFUSED } from '../../shared/words/branding';
import { readLogo } from './logo-picture';

function draw(width: number, height: number, color: readonly number[] = [200, 30, 90, 255]): Buffer {
  const png = new PNG({ width, height });
  for (let at = 0; at < png.data.length; at += 4) png.data.set(color, at);
  return PNG.sync.write(png);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** A file that says it is so large and holds these unpacked bytes, interlaced or not. */
function claim(width: number, height: number, bytes: Buffer, interlaced = false): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    draw(1, 1).subarray(0, 8),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(bytes, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const messageOf = (file: Buffer) => {
  const read = readLogo(file);
  return read.kind === 'refused' ? read.message : 'taken';
};

it('keeps a small picture as large as it is, pixel by pixel', () => {
  const read = readLogo(draw(120, 40, [10, 20, 30, 128]));
  if (read.kind !== 'picture') throw new Error(read.message);
  expect([read.width, read.height]).toEqual([120, 40]);
  expect([...PNG.sync.read(read.png).data.subarray(0, 4)]).toEqual([10, 20, 30, 128]);
});

it('makes a large one smaller, without a dark edge where it is transparent', () => {
  const source = new PNG({ width: 2_000, height: 1_000 });
  for (let y = 0; y < 1_000; y++)
    for (let x = 0; x < 2_000; x += 2) source.data.set([255, 255, 255, 255], (y * 2_000 + x) * 4);
  const read = readLogo(PNG.sync.write(source));
  if (read.kind !== 'picture') throw new Error(read.message);
  expect([read.width, read.height]).toEqual([288, 144]);
  const [red = 0, , , alpha = 0] = PNG.sync.read(read.png).data;
  expect(red).toBe(255);
  expect(alpha).toBeGreaterThan(100);
  expect(alpha).toBeLessThan(155);
});

it('keeps nothing of the file that isn’t seen', () => {
  const file = draw(10, 10);
  const end = file.length - 12;
  const text = chunk('tEXt', Buffer.from('Author\0Jenny <script>'));
  const read = readLogo(
    Buffer.concat([file.subarray(0, end), text, file.subarray(end), Buffer.from('<?php trailing')]),
  );
  if (read.kind !== 'picture') throw new Error(read.message);
  expect(read.png.includes('Jenny')).toBe(false);
  expect(read.png.includes('php')).toBe(false);
});

it.each([
  ['nothing', Buffer.alloc(0), LOGO_REFUSED.none],
  ['a JPEG', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100)]), LOGO_REFUSED.notPng],
  [
    'SVG with a script',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    LOGO_REFUSED.notPng,
  ],
  ['a signature alone', draw(1, 1).subarray(0, 20), LOGO_REFUSED.notPng],
  ['more than 512 kB', Buffer.concat([draw(1, 1), Buffer.alloc(512 * 1024)]), LOGO_REFUSED.tooManyBytes],
  ['a claim of 2,001 pixels', claim(2_001, 1, Buffer.alloc(1)), LOGO_REFUSED.tooManyPixels(2_001, 1)],
  ['a claim of 4 billion pixels', claim(0xffffffff, 1, Buffer.alloc(1)), LOGO_REFUSED.tooManyPixels(0xffffffff, 1)],
  ['a cut off file', draw(50, 50).subarray(0, 60), LOGO_REFUSED.damaged],
  [
    'a chunk that ends after the file',
    Buffer.concat([draw(1, 1).subarray(0, 33), Buffer.from([0x7f, 255, 255, 255])]),
    LOGO_REFUSED.damaged,
  ],
  ['too few bytes', claim(100, 100, Buffer.alloc(10)), LOGO_REFUSED.damaged],
])('refuses %s', (_, file, message) => {
  expect(messageOf(file)).toBe(message);
});

it.each([true, false])('unpacks no more than the picture can hold, interlaced %s', (interlaced) => {
  const bomb = claim(10, 10, Buffer.alloc(80 * 1024 * 1024), interlaced);
  expect(bomb.length).toBeLessThan(512 * 1024);
  const before = process.memoryUsage().rss;
  expect(messageOf(bomb)).toBe(LOGO_REFUSED.damaged);
  expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
});
