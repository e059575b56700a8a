import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { createRig } from '../test/workflow-rig';
import { readRemoteId } from './remote-id';
import { createTransport } from './transport';

describe('the id in the answer of a mail server', () => {
  it.each([
    [
      '250 Ok 0102018f3c5e0a7b-6f1c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f-000000',
      '0102018f3c5e0a7b-6f1c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f-000000',
    ],
    ['250 2.0.0 Ok: queued as 4bX1yZ2kQ9z3abc', '4bX1yZ2kQ9z3abc'],
    ['250 Ok: queued as Wl3G1cIvQ6Cg8wXk5b9xPA', 'Wl3G1cIvQ6Cg8wXk5b9xPA'],
    ['250 OK id=1qXyzA-0001AB-2C', '1qXyzA-0001AB-2C'],
    ['250 2.0.0 OK: queued as <abc.def@mx.example.com>', 'abc.def@mx.example.com'],
    ['250 Great success', null],
    ['250 OK: message queued', null],
    ['250 2.0.0 OK 1699999999 - gsmtp', null],
    ['', null],
    [undefined, null],
  ])('of %s is %s', (answer, id) => expect(readRemoteId(answer)).toBe(id));

  it('is kept with the email', async () => {
    const id = '0102018f3c5e0a7b-6f1c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f-000000';
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        stream.resume().on('end', () => (done as (error: null, answer: string) => void)(null, `Ok ${id}`));
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    const rig = await createRig();
    rig.ctx.transport?.close();
    rig.ctx.transport = createTransport(`smtp://127.0.0.1:${port}`);
    const steps = [
      { id: 'mail', kind: 'email' as const, email: { kind: 'transactional' as const, subject: 's', body: 'b' } },
    ];
    await rig.workflow({ definition: { name: 'w', trigger: { event: 'customer.created' }, steps } });
    await rig.happens('customer.created', { id: 'cus_1', object: 'customer' }, await rig.contact());
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent', remote_id: id }]);
    await rig.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});
