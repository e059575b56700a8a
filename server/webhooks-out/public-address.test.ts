import { isLoopbackAddress, isPublicAddress } from './public-address';

const PRIVATE = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.9.9.9', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.19.255.255'],
  ...['198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1'],
  ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001:db8::1', '2002:7f00:1::'],
  ...['2001::1', '3fff::1', '4000::1', '::127.0.0.1', 'localhost', '', '8.8.8.8.', '0x7f.1'],
];
const PUBLIC = ['8.8.8.8', '1.1.1.1', '100.63.255.255', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'];

it.each(PRIVATE)('%p is no address of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each(PUBLIC)('%p is one', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

it('knows the machine itself', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1'].map(isLoopbackAddress)).toEqual([true, true, true]);
  expect(['::ffff:127.0.0.1', '10.0.0.1', 'localhost'].map(isLoopbackAddress)).toEqual([false, false, false]);
});
