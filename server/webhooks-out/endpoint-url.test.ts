import { WEBHOOK_URL_WORDS } from '../../shared/words/webhooks';
import { readEndpointUrl } from './endpoint-url';

const HOSTILE = [
  'http://example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'gopher://example.com/',
  'example.com',
  '//example.com/',
  '',
  'https://',
  'https://user:pass@example.com/',
  'https://example.com@127.0.0.1/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://a.localhost/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://0/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:a00:1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[fe80::1]/',
  'https://[fd00::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://10.0.0.1/',
  'https://192.168.0.1/',
  'https://172.16.0.1/',
  'https://100.64.0.1/',
  'https://224.0.0.1/',
  'https://127。0。0。1/',
  'https://①②⑦.⓪.⓪.①/',
  'https://printer/',
  'https://metadata.google.internal/',
  'https://nas.local/',
  'https://exa\tmple.com/',
  'https://example.com\\@10.0.0.1/',
  'https://example.com/\r\nX-Injected: 1',
  `https://example.com/${'a'.repeat(1_000)}`,
];

it.each(HOSTILE)('refuses %p', (typed) => {
  expect(readEndpointUrl(typed, { allowsLoopback: false })).toEqual({ expected: expect.any(String) as string });
});

it.each([
  ['https://example.com', 'https://example.com/'],
  [' https://Example.com:8443/hooks?a=1#part ', 'https://example.com:8443/hooks?a=1'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ['https://8.8.8.8/', 'https://8.8.8.8/'],
])('takes %p', (typed, url) => {
  expect(readEndpointUrl(typed, { allowsLoopback: false })).toEqual({ url });
});

it('lets a server on somebody’s own machine call what runs there, and nothing else that is private', () => {
  const read = (typed: string) => readEndpointUrl(typed, { allowsLoopback: true });
  expect(read('http://127.0.0.1:9000/')).toEqual({ url: 'http://127.0.0.1:9000/' });
  expect(read('http://localhost:9000/')).toEqual({ url: 'http://localhost:9000/' });
  for (const typed of [
    'http://10.0.0.1/',
    'https://192.168.0.1/',
    'http://example.com/',
    'https://[::ffff:127.0.0.1]/',
  ])
    expect(read(typed)).toEqual({ expected: expect.any(String) as string });
});

it.each([
  ['http://169.254.169.254/', 'isPrivate', 'isPrivateHere'],
  ['http://example.com/', 'notHttps', 'notHttpsHere'],
  ['example.com', 'notHttps', 'notHttpsHere'],
] as const)('says of %p what would do, on this server', (typed, words, wordsHere) => {
  const read = (allowsLoopback: boolean) => readEndpointUrl(typed, { allowsLoopback });
  expect(read(false)).toEqual({ expected: WEBHOOK_URL_WORDS[words] });
  expect(read(true)).toEqual({ expected: WEBHOOK_URL_WORDS[wordsHere] });
});
